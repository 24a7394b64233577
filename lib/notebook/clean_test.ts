import assert from "node:assert/strict";
import { findNotebooks } from "./files.ts";
import { cleanNotebook } from "./clean.ts";
import { type Notebook, parseNotebook } from "./notebook_file.ts";

const used: Notebook = {
  cells: [
    { cell_type: "markdown", id: "title", source: "# A\r\n\r\ntext\n\n", metadata: { editable: true } },
    {
      cell_type: "code",
      id: "title",
      source: ["const a = 1;\n", "console.log(a);\n"],
      metadata: { tags: ["parameters"], execution: { "iopub.status.busy": "2026-01-01" } },
      outputs: [{ output_type: "stream", name: "stdout", text: "1" }],
      execution_count: 7,
    },
    { cell_type: "code", source: "", metadata: {}, id: "not valid!" },
  ],
  metadata: { kernelspec: { name: "deno" }, widgets: {} },
  nbformat: 4,
  nbformat_minor: 4,
};

Deno.test("cleanNotebook() drops outputs, counts and all metadata but tags", () => {
  const { cells, metadata, nbformat_minor } = JSON.parse(cleanNotebook(used));
  assert.deepEqual(cells[0], { cell_type: "markdown", id: "title", metadata: {}, source: ["# A\n", "\n", "text"] });
  assert.deepEqual({ ...cells[1], id: "" }, {
    cell_type: "code",
    execution_count: null,
    id: "",
    metadata: { tags: ["parameters"] },
    outputs: [],
    source: ["const a = 1;\n", "console.log(a);"],
  });
  assert.deepEqual(Object.keys(metadata), ["kernelspec", "language_info"]);
  assert.equal(nbformat_minor, 5);
});

Deno.test("cleanNotebook() keeps valid ids, and gives others that stay the same and stand once", () => {
  const ids = (text: string) => JSON.parse(text).cells.map(({ id }: { id: string }) => id);
  const first = ids(cleanNotebook(used));
  assert.equal(first[0], "title");
  assert.equal(new Set(first).size, 3);
  for (const id of first) assert.match(id, /^[A-Za-z0-9_-]{1,64}$/);
  assert.deepEqual(ids(cleanNotebook(used)), first);
});

Deno.test("cleanNotebook() changes nothing the second time", () => {
  const once = cleanNotebook(used);
  assert.equal(cleanNotebook(parseNotebook(once, "once")), once);
});

Deno.test("cleanNotebook() changes none of the stored notebooks", async () => {
  for (const path of await findNotebooks([])) {
    const text = await Deno.readTextFile(path);
    assert.ok(cleanNotebook(parseNotebook(text, path)) === text, `${path}: run 'deno task notebook:clean'`);
  }
});

Deno.test("findNotebooks() refuses what is no notebook or not there", async () => {
  await assert.rejects(findNotebooks(["deno.json"]), /expected a name that ends in .ipynb/);
  await assert.rejects(findNotebooks(["none.ipynb"]), /'none.ipynb' as a notebook: there is no such file/);
});
