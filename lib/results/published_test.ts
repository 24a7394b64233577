import assert from "node:assert/strict";
import { printedPercent, PUBLISHED, publishedFor, publishedRows } from "./published.ts";

Deno.test("publishedRows holds numbers as printed, percent with two digits but for the one source that gave one", () => {
  assert.equal(publishedRows.length, 25);
  const texts = publishedRows.flatMap(({ full, common, challenging, cofw, cofwFailureRate }) =>
    [full, common, challenging, cofw, cofwFailureRate].filter((text) => text !== undefined)
  );
  assert.deepEqual(texts.filter((text) => !/^\d\.\d\d$/.test(text)), ["8.2"]);
  assert.equal(new Set(publishedRows.map(({ method }) => method)).size, 25);
});

Deno.test("publishedRows has only what is known of the paper on ACR Loss: EfficientNet-B3, without FR", () => {
  const paper = publishedRows.filter(({ method, source }) => /\bACR\b/.test(method) && source.includes("the paper"));
  assert.deepEqual(paper, [{
    method: "EfficientNet-B3 + ACR (the paper)",
    full: "3.75",
    common: "3.36",
    challenging: "5.36",
    cofw: "3.47",
    source: "benchmark rows of the paper",
  }]);
});

Deno.test("publishedFor() gives each dataset its own columns and leaves unknown ones empty", () => {
  assert.equal(publishedFor("300w").length, 25);
  const cofw = publishedFor("cofw");
  assert.deepEqual(cofw.find(({ row }) => row.method === "HRNetV2-W18"), {
    row: publishedRows.find(({ method }) => method === "HRNetV2-W18"),
    nme: { full: { mean: 0.0345, text: "3.45" } },
    failureRate: { mean: 0.002, text: "0.20" },
  });
  assert.equal(cofw.some(({ row }) => row.method === "SPIGA"), false);
  assert.equal(publishedFor("300w").find(({ row }) => row.method === "FaRL (448 px)")!.nme.common, undefined);
  assert.deepEqual(publishedFor("synthetic"), []);
  assert.deepEqual(publishedFor("wflw"), []);
});

Deno.test("printedPercent() is the number nearest to what was printed", () => {
  for (const { full } of publishedRows) {
    const cell = printedPercent(full) as { mean: number; text: string };
    assert.equal(cell.mean, Number((Number(full) / 100).toFixed(4)));
    assert.equal(cell.text, full);
  }
  assert.equal(printedPercent(undefined), undefined);
});

Deno.test("PUBLISHED says that nothing was rerun", () => assert.equal(PUBLISHED, "published, not rerun"));
