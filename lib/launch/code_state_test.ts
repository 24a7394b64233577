import assert from "node:assert/strict";
import { join } from "node:path";
import { codeState, describeDrift } from "./code_state.ts";

async function git(root: string, ...args: string[]): Promise<void> {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"];
  const { success, stderr } = await new Deno.Command("git", { args: ["-C", root, ...identity, ...args] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

Deno.test("codeState() tells every change of code, and none of documents or results", async () => {
  const root = await Deno.makeTempDir({ prefix: "acr-lab-code-" });
  try {
    await Deno.mkdir(join(root, "lib"));
    await Deno.writeTextFile(join(root, "lib", "a.ts"), "1");
    const bare = await codeState(root);
    assert.equal(bare.commit, null);
    await Deno.writeTextFile(join(root, "lib", "a.ts"), "2");
    assert.equal(describeDrift(bare, await codeState(root)), "uncommitted changes since");

    await git(root, "init", "-q");
    for (const name of ["experiments"]) await Deno.mkdir(join(root, name));
    for (const name of ["deno.json", "deno.lock", "experiments/x.ts"]) await Deno.writeTextFile(join(root, name), "{}");
    await git(root, "add", "-A");
    await git(root, "commit", "-qm", "a");
    const clean = await codeState(root);
    assert.match(clean.commit!, /^[0-9a-f]{40}$/);
    assert.equal(clean.dirty, "");

    await Deno.writeTextFile(join(root, "README.md"), "text");
    assert.equal(describeDrift(clean, await codeState(root)), undefined);
    await Deno.writeTextFile(join(root, "lib", "a.ts"), "3");
    const changed = await codeState(root);
    assert.equal(describeDrift(clean, changed), "uncommitted changes since");
    await Deno.writeTextFile(join(root, "lib", "a.ts"), "4");
    assert.equal(describeDrift(changed, await codeState(root)), "uncommitted changes since");
    await Deno.writeTextFile(join(root, "lib", "a.ts"), "2");
    assert.equal(describeDrift(changed, await codeState(root)), "uncommitted changes, now gone");
    await Deno.writeTextFile(join(root, "lib", "new.ts"), "5");
    const added = await codeState(root);
    assert.equal(describeDrift(clean, added), "uncommitted changes since");
    await Deno.writeTextFile(join(root, "lib", "new.ts"), "6");
    assert.equal(describeDrift(added, await codeState(root)), "uncommitted changes since");
    await git(root, "add", "-A");
    await git(root, "commit", "-qm", "b");
    assert.match(describeDrift(clean, await codeState(root))!, /^commit [0-9a-f]{10}, was [0-9a-f]{10}$/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
