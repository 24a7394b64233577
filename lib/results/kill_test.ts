import assert from "node:assert/strict";
import { join } from "node:path";
import { readNpy } from "@/data/npy.ts";
import { fromFileUrl, projectRoot } from "@/paths.ts";
import { createRandom } from "@/random.ts";
import { parseFaceErrors } from "./face_errors.ts";
import { readMetrics } from "./metrics_file.ts";
import { type FinishedRun, isFinished, listRuns, type RunRecord } from "./read_run.ts";
import { exampleErrors, exampleResult } from "./testdata/example_runs.ts";

/** `KILLS=200` kills more often. */
const KILLS = Number(Deno.env.get("KILLS") ?? 5);

Deno.test("openRun() continues after kill -9 at any moment of writing, and every file is whole", async () => {
  const root = await Deno.makeTempDir();
  const script = fromFileUrl(new URL("./testdata/write_until_killed.ts", import.meta.url));
  const random = createRandom(1, "kill");
  try {
    let next = 0, finished = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", script, root, String(next)],
        cwd: projectRoot,
        stderr: "piped",
        stdout: "null",
      }).spawn();
      const output = child.output();
      // Killed once it has gone on: how long a start takes depends on the machine.
      const deadline = performance.now() + 20_000;
      const works = async () => (await listRuns(root)).some(({ state }) => state === "running" || state === "finished");
      while (!await works() && performance.now() < deadline) await pause(2);
      await pause(random.uniform(0, 60));
      child.kill("SIGKILL");
      const { signal, stderr } = await output;
      assert.equal(signal, "SIGKILL", new TextDecoder().decode(stderr));

      const runs = await listRuns(root);
      const unfinished = runs.filter(({ state }) => state !== "finished");
      // The run in progress at most; before its config.json was there, it is a folder without one.
      assert(unfinished.length <= 1, JSON.stringify(unfinished));
      assert(unfinished.every(({ state, reason }) => state === "interrupted" || reason === "It has no config.json"));
      for (const { path } of unfinished) {
        const metrics = await readMetrics(join(path, "metrics.jsonl"));
        assert.deepEqual(metrics.map(({ epoch }) => epoch), metrics.map((_, i) => i));
      }
      for (const run of runs) {
        next = Math.max(next, seedOf(run) + (run.state === "finished" ? 1 : 0));
        if (!isFinished(run)) continue;
        await verifyWhole(run);
        finished++;
        await Deno.remove(run.path, { recursive: true });
      }
    }
    assert(finished > 0);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

const seedOf = ({ name }: RunRecord): number => Number(/seed-(\d+)$/.exec(name)![1]);

async function verifyWhole({ path, config, result }: FinishedRun): Promise<void> {
  const { seed } = config;
  assert.deepEqual(result, exampleResult({ seed, epochs: 4 }));
  const metrics = await Deno.readTextFile(join(path, "metrics.jsonl"));
  const expected = [0, 1, 2, 3].map((epoch) => JSON.stringify({ epoch, step: epoch, loss: 1 / (seed + epoch + 1) }));
  assert.equal(metrics, expected.join("\n") + "\n");
  assert.equal((await readNpy(join(path, "predictions.npy"))).data[135], seed + 135);
  const errors = parseFaceErrors(await Deno.readTextFile(join(path, "errors.csv")), "errors.csv");
  assert.deepEqual(errors, exampleErrors({ seed, epochs: 4 }));
  // What a kill leaves of a file being written goes when the run is opened again.
  // Of locks, later: they are left alone while they are young.
  const pieces = [...Deno.readDirSync(path)].filter(({ name }) =>
    /\.tmp-/.test(name) && !name.startsWith("running.json")
  );
  assert.deepEqual(pieces, []);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
