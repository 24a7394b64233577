import assert from "node:assert/strict";
import { join } from "node:path";
import { testWith } from "@/testing.ts";
import { describeEnvironment, gitState } from "./environment.ts";

Deno.test("gitState() is null outside a checkout", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.equal(await gitState(folder), null);
    assert.equal(await gitState(join(folder, "missing")), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function hasGit(): Promise<true | undefined> {
  try {
    return (await new Deno.Command("git", { args: ["--version"], stdout: "null" }).output()).success || undefined;
  } catch {
    return undefined;
  }
}

testWith(await hasGit(), "no git", "gitState() tells the commit and whether anything differs from it", async () => {
  const folder = await Deno.makeTempDir();
  const git = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", ...args],
      stderr: "null",
    }).output();
    assert(success);
    return new TextDecoder().decode(stdout).trim();
  };
  try {
    await git("init", "-q");
    assert.equal(await gitState(folder), null, "no commit yet");
    await Deno.writeTextFile(join(folder, "a"), "1");
    await git("add", "a");
    await git("commit", "-qm", "first");
    const commit = await git("rev-parse", "HEAD");
    assert.deepEqual(await gitState(folder), { commit, dirty: false });
    await Deno.writeTextFile(join(folder, "b"), "new");
    assert.deepEqual(await gitState(folder), { commit, dirty: true });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("gitState() is null where git is not installed", async () => {
  const script = `const { gitState } = await import("@/results/environment.ts"); console.log(await gitState("."));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", script],
    env: { PATH: "" },
  }).output();
  assert.equal(new TextDecoder().decode(stdout).trim(), "null", new TextDecoder().decode(stderr));
});

Deno.test("describeEnvironment() gives the time in UTC and this machine", async () => {
  const { started, machine, command } = await describeEnvironment();
  assert(Math.abs(Date.now() - Date.parse(started)) < 60_000);
  assert.equal(machine.host, Deno.hostname());
  assert(machine.cores >= 1 && machine.memory > 2 ** 28);
  assert.equal(machine.device, "CPU");
  assert(command.length >= 1);
});
