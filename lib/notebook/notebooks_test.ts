/** With the real kernel: the traps that the runner and the prelude close, and, in CI, every notebook of the project. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { messageOf } from "@/errors.ts";
import { exists } from "@/files.ts";
import { inProject } from "@/paths.ts";
import { VEGA_LITE_MIME } from "@/plots/display.ts";
import { testWith } from "@/testing.ts";
import { notebookEnvironment } from "./environment.ts";
import { findNotebooks } from "./files.ts";
import { notebookPage } from "./html.ts";
import { type NotebookCell, readNotebook } from "./notebook_file.ts";
import { describeFailure, runNotebook, type RunNotebookOptions } from "./run.ts";

const CI = Deno.env.get("CI") === "true";

// A test run of a developer's should not fetch 250 MB unasked.
let reason = "Jupyter is not set up: deno task notebook --set-up-only";
const environment =
  CI || Deno.env.get("ACR_NOTEBOOK_PYTHON") || await exists(inProject(".cache", "notebook", "venv", "acr-lab.txt"))
    ? await notebookEnvironment({ quiet: true }).catch((error) => {
      reason = messageOf(error);
      return undefined;
    })
    : undefined;

interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
}

const outputsOf = (cell: NotebookCell | undefined) => (cell?.outputs ?? []) as Output[];
const textOf = (cell: NotebookCell | undefined) =>
  outputsOf(cell).map(({ text = [] }) => [text].flat().join("")).join("");

/** Executes code cells in a folder of their own under the project, where its import map holds. */
async function execute(sources: string[], options: Partial<RunNotebookOptions> = {}) {
  const folder = await Deno.makeTempDir({ dir: inProject(".cache", "notebook"), prefix: "test-" });
  try {
    const path = join(folder, "a.ipynb"), output = join(folder, "out.ipynb");
    const cells = sources.map((source, i) => ({
      cell_type: "code",
      id: `c${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    }));
    const metadata = { kernelspec: { name: "deno", display_name: "Deno", language: "typescript" } };
    await Deno.writeTextFile(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
    const run = await runNotebook(path, { environment: environment!, output, timeout: 120, quiet: true, ...options });
    return { ...run, cells: (await readNotebook(output)).cells };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const PRELUDE = 'import { interruptSignal, startNotebook } from "@/notebook/prelude.ts";\nstartNotebook();';

testWith(environment, reason, "runNotebook() loses no output that the kernel sends late", async () => {
  const late = Array.from(
    { length: 12 },
    (_, i) => `await new Promise((resolve) => setTimeout(resolve, 20)); ${i} + 100`,
  );
  const { failure, cells } = await execute(late);
  assert.equal(failure, undefined);
  assert.deepEqual(
    cells.map((cell) => outputsOf(cell)[0]?.data?.["text/plain"]).flat(),
    late.map((_, i) => String(i + 100)),
  );
});

testWith(environment, reason, "runNotebook() names the cell that throws, and does not run the next", async () => {
  const { failure, cells } = await execute([
    "const a = 1;",
    "throw new RangeError(`no ${a}`);",
    "console.log('never');",
  ]);
  assert.equal(failure?.cell, 1);
  assert.match(
    describeFailure("a.ipynb", failure!),
    /^a.ipynb: cell 2 failed\n\n {4}throw new RangeError\(.*\n\n.*no 1/s,
  );
  assert.equal(textOf(cells[2]), "");
});

testWith(
  environment,
  reason,
  "runNotebook() fails at code that does not parse, though the kernel tells nothing",
  async () => {
    const { failure } = await execute(["const fine = 1;", "const broken = ;"]);
    assert.deepEqual([failure?.cell, failure?.name], [1, "SyntaxError"]);
  },
);

testWith(environment, reason, "runNotebook() fails at a rejection that nobody awaits, however late", async () => {
  // It comes while the last cell is done and its messages are no longer read.
  const { failure } = await execute([
    PRELUDE,
    'setTimeout(() => Promise.reject(new Error("lost")), 400);',
    "await new Promise((resolve) => setTimeout(resolve, 300));",
    "const next = 1;",
  ]);
  assert.equal(failure?.name, "Unhandled rejection");
  assert.match(failure!.message, /Error: lost/);
});

testWith(
  environment,
  reason,
  "runNotebook() fails at a cell that takes too long, and at a kernel that dies",
  async () => {
    const slow = await execute(["await new Promise((resolve) => setTimeout(resolve, 60_000));"], { timeout: 2 });
    assert.equal(slow.failure?.name, "Timeout");
    const dead = await execute(["Deno.exit(3);"], { timeout: 30 });
    assert.equal(dead.failure?.name, "DeadKernel");
  },
);

testWith(environment, reason, "startNotebook() keeps the kernel and its state through an interrupt", async () => {
  const { failure, cells } = await execute([
    PRELUDE + "\nlet steps = 0;",
    "const signal = interruptSignal();\nwhile (!signal.aborted) { await new Promise((resolve) => setTimeout(resolve, 5)); steps++; }\nconsole.log('stopped');",
    "console.log(steps > 0, interruptSignal().aborted);",
  ], { interrupt: { cell: 1, seconds: 1 } });
  assert.equal(failure, undefined);
  assert.equal(textOf(cells[1]), "stopped\n");
  assert.equal(textOf(cells[2]), "true false\n");
});

testWith(environment, reason, "createProgress() and showLive() update one output in place in a notebook", async () => {
  const { failure, cells } = await execute([
    PRELUDE,
    'import { createProgress } from "@/progress.ts";\nconst bar = createProgress({ label: "Working", total: 3 });\nfor (let i = 1; i <= 3; i++) { bar.update(i); await new Promise((resolve) => setTimeout(resolve, 120)); }\nbar.done("all done");',
    'import { showLive, trainingCurves } from "@/plots/mod.ts";\nconst live = await showLive(trainingCurves({ runs: [{ name: "a", values: [3] }], value: "loss" }));\nawait live.update(trainingCurves({ runs: [{ name: "a", values: [3, 2] }], value: "loss", title: "Grown" }));',
  ]);
  assert.equal(failure, undefined, failure ? describeFailure("a", failure) : "");
  assert.deepEqual(outputsOf(cells[1]).map(({ data }) => [data?.["text/plain"]].flat().join("")), ["all done"]);
  const [curve, ...more] = outputsOf(cells[2]).filter(({ output_type }) => output_type === "display_data");
  assert.equal(more.length, 0);
  assert.equal([curve?.data?.["text/plain"]].flat().join(""), "[Grown]");
});

for (const path of await findNotebooks([])) {
  const why = CI ? environment : undefined;
  testWith(
    why,
    environment ? "slow: CI=true" : reason,
    `${basename(path)} runs, and its page shows every plot`,
    async () => {
      const folder = await Deno.makeTempDir();
      try {
        const output = join(folder, basename(path));
        const { failure, seconds } = await runNotebook(path, {
          environment: environment!,
          output,
          timeout: 900,
          quiet: true,
        });
        assert.equal(failure, undefined, failure ? describeFailure(basename(path), failure) : "");
        console.log(`${basename(path)}: ${seconds.toFixed(0)} s`);
        const outputs = (await readNotebook(output)).cells.flatMap(outputsOf);
        const values = outputs.filter(({ output_type }) => output_type === "execute_result");
        assert.deepEqual(
          values.map(({ data }) => data?.["text/plain"]),
          [],
          "a cell ends with a value not meant to be seen",
        );
        const plots = outputs.filter(({ data }) => data && VEGA_LITE_MIME in data);
        assert.ok(plots.length > 0, "no plot");
        for (const { data } of plots) {
          assert.ok(data!["image/svg+xml"] && data!["image/png"] && data!["text/plain"], Object.keys(data!).join());
        }
        const page = await Deno.readTextFile(await notebookPage(output, folder, environment!));
        assert.equal(page.match(/<img[^>]+src="data:image\/svg\+xml;base64,/g)?.length, plots.length);
        assert.doesNotMatch(page, /<(?:script|link|img)[^>]+(?:src|href)="https?:/);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}
