import assert from "node:assert/strict";
import { join } from "node:path";
import { inProject } from "@/paths.ts";
import { withFolder } from "@/testing.ts";

async function run(file: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--config", inProject("deno.json"), inProject("lib", "cli", file), ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, out: decode(stdout), err: decode(stderr) };
}

const notebook = (source: string) =>
  JSON.stringify({
    cells: [{
      cell_type: "code",
      source,
      metadata: {},
      outputs: [{ output_type: "stream", name: "stdout", text: "1" }],
      execution_count: 3,
    }],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });

Deno.test("notebook:clean --check fails and changes nothing; without it the file is cleaned, and then it passes", () =>
  withFolder(async (folder) => {
    const path = join(folder, "a.ipynb"), text = notebook("console . log( 1 )");
    await Deno.writeTextFile(path, text);
    const check = await run("notebook_clean.ts", "--check", path);
    assert.deepEqual([check.code, check.out], [1, `${path}: not in canonical form`]);
    assert.equal(await Deno.readTextFile(path), text);
    assert.equal((await run("notebook_clean.ts", path)).code, 0);
    const [cell] = JSON.parse(await Deno.readTextFile(path)).cells;
    assert.deepEqual([cell.outputs, cell.source], [[], ["console.log(1);"]]);
    assert.equal((await run("notebook_clean.ts", "--check", path)).code, 0);
  }));

Deno.test("notebook:run refuses code that does not parse before it starts a kernel", () =>
  withFolder(async (folder) => {
    const path = join(folder, "a.ipynb");
    await Deno.writeTextFile(path, notebook("const broken = ;"));
    const { code, err } = await run("notebook_run.ts", path);
    assert.equal(code, 1);
    assert.ok(err.includes(`${path}, cell 1, line 1`), err);
  }));

Deno.test("notebook tasks refuse files and options that they do not know", async () => {
  const none = await run("notebook_run.ts", "none.ipynb");
  assert.deepEqual([none.code, none.err], [1, "Cannot use 'none.ipynb' as a notebook: there is no such file"]);
  const timeout = await run("notebook_run.ts", "--timeout", "soon");
  assert.deepEqual([timeout.code, timeout.err], [
    1,
    "Cannot use --timeout as it must be a whole number of seconds: 'soon'",
  ]);
  const option = await run("notebook_check.ts", "--quik");
  assert.equal(option.code, 1);
  assert.match(option.err, /unknown option '--quik'/);
});

Deno.test("gallery draws every plot into a folder", () =>
  withFolder(async (folder) => {
    const { code } = await run("gallery.ts", folder);
    assert.equal(code, 0);
    const stored = [...Deno.readDirSync(inProject("docs", "gallery"))].map(({ name }) => name).sort();
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), stored);
  }));
