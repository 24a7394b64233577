// Writes one run after the other, each file of it, until it is killed; see kill_test.ts.
import { openRun, runPath } from "../run.ts";
import { exampleErrors, exampleRequest, exampleResult } from "./example_runs.ts";

const [root, first] = Deno.args;
// The first one may be interrupted, and is continued.
for (let seed = Number(first);; seed++) {
  const options = { seed, epochs: 4 };
  await using run = await openRun(runPath(root!, exampleRequest(options)), exampleRequest(options));
  if (run.result) continue;
  const done = (await run.metrics()).length;
  // As training does: the checkpoint stands one epoch behind what was recorded.
  await run.rewindMetrics(Math.max(0, done - 1));
  for (let epoch = Math.max(0, done - 1); epoch < 4; epoch++) {
    await run.appendMetrics({ epoch, step: epoch, loss: 1 / (seed + epoch + 1) });
  }
  await run.writePredictions(Float32Array.from({ length: 20 * 136 }, (_, i) => seed + i), 20);
  await run.writeErrors(exampleErrors(options));
  await run.writeResult(exampleResult(options));
}
