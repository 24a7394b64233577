import assert from "node:assert/strict";
import { inProject, projectRoot } from "@/paths.ts";

Deno.test("openLibrary() keeps TensorFlow to the end: a program that has also loaded sharp ends without a crash", async () => {
  const program = `
    import "sharp";
    import { useBackend } from "@/tensorflow/mod.ts";
    await useBackend({ quiet: true });
    console.log("done");
  `;
  const args = ["eval", "--quiet", "--no-check", "--config", inProject("deno.json"), program];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: projectRoot }).output();
  assert.equal(new TextDecoder().decode(stdout), "done\n");
  assert.equal(code, 0);
});
