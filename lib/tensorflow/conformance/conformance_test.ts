import assert from "node:assert/strict";
import { fromFileUrl } from "@/paths.ts";

/** Runs the command in a process of its own, as the suite takes over tfjs's engine. */
async function conformance(...args: string[]): Promise<{ code: number; text: string }> {
  const main = fromFileUrl(new URL("./main.ts", import.meta.url));
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--quiet", main, "--quiet", ...args] });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("tfjs-core's own tests pass on our backend, but for those that fail on stock tfjs-node too", async () => {
  const { code, text } = await conformance();
  assert.equal(code, 0, text);
  const [, passed, failed, excluded] = /^(\d+) passed, (\d+) failed, (\d+) excluded$/m.exec(text) ?? [];
  // Of 4230 specs: 3971 passed with stock tfjs-node's list of 91 names, of which 61 are needed here.
  assert.ok(Number(passed) >= 3950, text);
  assert.equal(failed, "0");
  assert.ok(Number(excluded) <= 260, text);
});

Deno.test("the conformance command fails with a sentence for a text that no spec has", async () => {
  const { code, text } = await conformance("--only", "no such spec");
  assert.equal(code, 1);
  assert.match(text, /^Cannot find a spec with 'no such spec'$/m);
});
