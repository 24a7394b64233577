// One of the processes of the tests in run_test.ts: writes runs of its own, and takes turns with the others on one.
import { createRandom } from "@/random.ts";
import { openRun, RunInUseError, runPath } from "../run.ts";
import { exampleErrors, exampleRequest, exampleResult } from "./example_runs.ts";

const [root, number, own, turns] = Deno.args;
const worker = Number(number);

for (let run = 0; run < Number(own); run++) {
  const options = { seed: 100 * worker + run, epochs: 5 };
  await using opened = await openRun(runPath(root!, exampleRequest(options)), exampleRequest(options));
  for (let epoch = 0; epoch < 5; epoch++) await opened.appendMetrics({ epoch, step: epoch, loss: worker });
  await opened.writeErrors(exampleErrors(options));
  await opened.writePredictions(new Float32Array(20 * 6), 20);
  await opened.writeResult(exampleResult(options));
}

const random = createRandom(worker, "turns");
const shared = exampleRequest({ experiment: "shared", seed: 0 });
for (let turn = 0; turn < Number(turns);) {
  try {
    const run = await openRun(runPath(root!, shared), shared);
    const epoch = ((await run.metrics()).at(-1)?.epoch ?? -1) + 1;
    await run.appendMetrics({ epoch, step: turn, loss: worker });
    turn++;
    // The last turn ends as a crash does: nothing is released.
    if (turn === Number(turns)) Deno.exit(0);
    await run.close();
  } catch (error) {
    if (!(error instanceof RunInUseError)) throw error;
    await new Promise((resolve) => setTimeout(resolve, random.uniform(1, 20)));
  }
}
