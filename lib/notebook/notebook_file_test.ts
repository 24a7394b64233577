import assert from "node:assert/strict";
import { parseNotebook, readNotebook, sourceOf } from "./notebook_file.ts";

const valid = {
  cells: [{ cell_type: "code", source: ["a\n", "b"], metadata: {} }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
};

Deno.test("parseNotebook() reads cells with text in lines or in one piece", () => {
  const { cells } = parseNotebook(JSON.stringify(valid), "x.ipynb");
  assert.equal(sourceOf(cells[0]!), "a\nb");
  assert.equal(sourceOf({ ...cells[0]!, source: "c" }), "c");
});

Deno.test("parseNotebook() says what is wrong with anything else", () => {
  const wrong: [string, RegExp][] = [
    ["{", /'x.ipynb' as it is not JSON: /],
    ["[]", /as it has no list of cells: "object"/],
    ["null", /as it has no list of cells/],
    [JSON.stringify({ ...valid, nbformat: 3 }), /as its format must be 4: 3/],
    [JSON.stringify({ ...valid, cells: [1] }), /as cell 1 is not an object: 1/],
    [
      JSON.stringify({ ...valid, cells: [{ cell_type: "heading", source: "" }] }),
      /as cell 1 has no known type: "heading"/,
    ],
    [JSON.stringify({ ...valid, cells: [{ cell_type: "code", source: [1] }] }), /as cell 1 has no text/],
  ];
  for (const [text, message] of wrong) {
    assert.throws(() => parseNotebook(text, "x.ipynb"), { name: "SyntaxError", message });
  }
});

Deno.test("readNotebook() names the file that is not there", async () => {
  await assert.rejects(readNotebook("no/such.ipynb"), {
    message: "Cannot read the notebook 'no/such.ipynb': there is no such file",
  });
});
