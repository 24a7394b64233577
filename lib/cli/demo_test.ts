import assert from "node:assert/strict";
import { join } from "node:path";
import { writeTestRun } from "@/prediction/test_run.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { withFolder } from "@/testing.ts";
import { runDemo } from "./demo.ts";

Deno.test("demo serves a run's model until it is stopped", async () => {
  await useBackend({ backend: "cpu" });
  await withFolder(async (folder) => {
    const run = await writeTestRun(folder);
    const stop = new AbortController();
    const address = Promise.withResolvers<string>();
    let error = "";
    const output = {
      out: (text: string) => address.resolve(text.split("\n")[0]!),
      error: (text: string) => void (error += text),
      color: false,
    };
    const ended = runDemo([run, "--port", "0"], output, stop.signal);
    const first = await Promise.race([address.promise, ended]);
    assert.match(String(first), /^http:\/\/localhost:\d+\/$/, error);
    const model = await (await fetch(`${first}model/model.json`)).json();
    assert.equal(model.userDefinedMetadata.acr_lab.title, "mnv2 of run toy/acr/seed-0");
    assert.match(error, /Model: mnv2 of run toy/);
    stop.abort();
    assert.equal(await ended, 0);
  });
});

Deno.test("demo says in one sentence what is wrong", async () => {
  await useBackend({ backend: "cpu" });
  await withFolder(async (folder) => {
    const run = await writeTestRun(folder);
    const cases: [string[], RegExp][] = [
      [[], /missing required argument 'model'/],
      [[run, "--port", "99999"], /'--port' is wrong, expected a port from 0 to 65535: '99999'/],
      [[join(folder, "none")], /no such file or folder/],
      [[run, "--size", "64"], /with --size as a run says that itself: 64/],
    ];
    for (const [args, expected] of cases) {
      let error = "";
      const output = { out() {}, error: (text: string) => void (error += text), color: false };
      assert.equal(await runDemo(args, output), 1);
      assert.match(error, expected);
      assert.equal(error.trim().split("\n").length, 1, error);
    }
  });
});
