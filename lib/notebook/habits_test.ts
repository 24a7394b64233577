import assert from "node:assert/strict";
import { habitFaults } from "./habits.ts";
import type { NotebookCell } from "./notebook_file.ts";

function faultsOf(...sources: string[]) {
  const cells: NotebookCell[] = sources.map((source) => ({ cell_type: "code", source, metadata: {} }));
  return habitFaults({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }).map(({ cell, line }) =>
    `${cell}:${line}`
  );
}

Deno.test("habitFaults() finds a display that nobody waits for", () => {
  assert.deepEqual(faultsOf("show(plot);", "const a = 1;\nconst live = showLive(plot);", "Deno.jupyter.display(x);"), [
    "1:1",
    "2:2",
    "3:1",
  ]);
  assert.deepEqual(
    faultsOf(
      "await show(plot);",
      "const live = await showLive(plot);",
      "onEpoch: (r) => show(r);",
      "x.show(plot);",
      "// show(plot)\nlet a = 1;",
    ),
    [],
  );
});

Deno.test("habitFaults() finds a value that ends a cell", () => {
  assert.deepEqual(faultsOf("const a = 1;\na", "run.result;", "values[3]", "`text`", "html`<b>`", '"x";\n\n// end'), [
    "1:2",
    "2:1",
    "3:1",
    "4:1",
    "5:1",
    "6:1",
  ]);
  assert.deepEqual(
    faultsOf("a\nconst b = 1;", "console.log(a);", "assert.ok(true);", "const f = {\n  a,\n};", "f({\n  a\n})"),
    [],
  );
});

Deno.test("habitFaults() does not read text cells", () => {
  const cell: NotebookCell = { cell_type: "markdown", source: "show(plot)", metadata: {} };
  assert.deepEqual(habitFaults({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }), []);
});
