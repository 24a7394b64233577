import assert from "node:assert/strict";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { checkNotebooks } from "./check.ts";
import { notebookScript } from "./script.ts";

const notebook = (...sources: string[]) => ({
  cells: [
    { cell_type: "markdown" as const, id: "m", source: "# Title\n\nconst broken =", metadata: {} },
    ...sources.map((source, i) => ({
      cell_type: "code" as const,
      id: `c${i}`,
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
  ],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

async function check(...sources: string[]) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.ipynb");
    await Deno.writeTextFile(path, JSON.stringify(notebook(...sources)));
    return { path, ...await checkNotebooks([path]) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const leftovers = () =>
  [...Deno.readDirSync(tmpdir())].filter(({ name }) => name.startsWith("acr-lab-notebooks-")).map(({ name }) => name);

Deno.test("notebookScript() joins code cells and knows where each line comes from", () => {
  const { text, origin } = notebookScript(notebook("a();\nb();", "c();"));
  const lines = text.split("\n");
  assert.ok(!text.includes("Title"));
  assert.deepEqual(origin[lines.indexOf("b();") + 1], { cell: 2, line: 2 });
  assert.deepEqual(origin[lines.indexOf("c();") + 1], { cell: 3, line: 1 });
});

// One run of deno check for each, as a syntax error hides the others.
Deno.test("checkNotebooks() finds wrong types and missing exports across cells, with cell and line", async () => {
  const { path, ok, text } = await check(
    'import { hashSeed, noSuchExport } from "@/random.ts";\nconst seed: string = "a";',
    "console.log(noSuchExport);\nhashSeed(seed);",
  );
  assert.ok(!ok);
  assert.match(text, /has no exported member 'noSuchExport'/);
  assert.match(text, /Argument of type 'string' is not assignable to parameter of type 'number'/);
  assert.ok(text.includes(`${path}, cell 2, line 1`) && text.includes(`${path}, cell 3, line 2`), text);
  assert.doesNotMatch(text, /notebook-\d|acr-lab-notebooks/);
});

Deno.test("checkNotebooks() finds code that does not parse, of which the kernel tells nothing", async () => {
  const { path, ok, text } = await check("const fine = 1;\nconsole.log(fine);", "const broken = ;");
  assert.ok(!ok);
  assert.ok(text.includes(`${path}, cell 3, line 1`), text);
});

Deno.test("checkNotebooks() passes good code, finds lint and habits, and leaves no file behind", async () => {
  const before = leftovers();
  const good = await check(
    'import { hashSeed } from "@/random.ts";',
    "console.log(await Promise.resolve(hashSeed(1)));",
  );
  assert.deepEqual([good.ok, good.text], [true, ""]);
  const bad = await check("const unused = 1;", "let a = 1;\na");
  assert.ok(!bad.ok);
  assert.match(bad.text, /no-unused-vars|never used/);
  assert.match(bad.text, /cell 3, line 2: a cell's last value may be lost/);
  assert.deepEqual(leftovers(), before);
});
