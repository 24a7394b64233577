import assert from "node:assert/strict";
import { join } from "node:path";
import { expandTrials } from "./ablation.ts";
import { defineExperiment } from "./page.ts";
import { type Launch, runTrials, type TrialRunnerOptions, type TrialStatus } from "./trial_runner.ts";

const toy = defineExperiment({ summary: "", dataset: "synthetic", architecture: "mnv2", epochs: 2 });

/** Trials in a folder of their own, and a launcher that answers at once with an exit code by seed. */
async function run(
  codes: readonly number[],
  options: Partial<TrialRunnerOptions> & { prepare?: (path: string, seed: number) => Promise<void> } = {},
): Promise<{ states: string[]; started: number[]; reasons: string[]; most: number }> {
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-trials-" });
  try {
    const page = { summary: "", experiments: ["toy"], seeds: codes.map((_, seed) => seed) };
    const trials = expandTrials(page, { toy }).map((trial) => ({ trial, path: join(folder, `seed-${trial.seed}`) }));
    for (const { trial, path } of trials) await options.prepare?.(path, trial.seed);
    const started: number[] = [];
    let now = 0, most = 0;
    const launch: Launch = (args) => {
      const seed = Number(args[2]);
      started.push(seed);
      most = Math.max(most, ++now);
      let stop = () => {};
      const ended = new Promise<{ code: number; error: string }>((resolve) => {
        const timer = setTimeout(
          () =>
            resolve({
              code: codes[seed]!,
              error: codes[seed] ? "Blocking waiting for a lock\nCannot go on as it broke: 7\n    at file" : "",
            }),
          20,
        );
        stop = () => {
          clearTimeout(timer);
          resolve({ code: 130, error: "Stopped" });
        };
      });
      return { ended: ended.finally(() => now--), stop };
    };
    const { prepare: _prepare, ...rest } = options;
    const statuses = await runTrials({ trials, arguments: [], launch, ...rest });
    const states = statuses.map(({ state }) => state), reasons = statuses.map(({ reason }) => reason);
    return { states, started, reasons, most };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A run directory that a failed run left. */
async function failedBefore(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
  await Deno.writeTextFile(
    join(path, "config.json"),
    JSON.stringify({
      version: 1,
      experiment: "toy",
      variant: "acr",
      seed: 0,
      backend: "cpu",
      data: {},
      settings: {
        dataset: "synthetic",
        architecture: "mnv2",
        loss: { name: "acr", options: {} },
        epochs: 2,
        size: 32,
        protocol: "acr-224",
      },
      environment: {},
    }),
  );
  await Deno.writeTextFile(join(path, "failure.json"), JSON.stringify({ message: "The loss was NaN" }));
}

Deno.test("runTrials() runs every trial, as many at once as asked", async () => {
  const { states, started, most, reasons } = await run([0, 0, 0, 0, 0], { parallel: 2 });
  assert.deepEqual(started, [0, 1, 2, 3, 4]);
  assert.equal(most, 2);
  // Nothing wrote a result: exit code 0 alone is not believed.
  assert.deepEqual(new Set(states), new Set(["failed"]));
  assert.equal(reasons[0], "It ended without a result");
});

Deno.test("runTrials() goes on after a failure and tells its first sentence", async () => {
  const { states, started, reasons } = await run([1, 0, 1]);
  assert.deepEqual(started, [0, 1, 2]);
  assert.deepEqual([reasons[0], reasons[2]], ["Cannot go on as it broke: 7", "Cannot go on as it broke: 7"]);
  assert.equal(states[0], "failed");
});

Deno.test("runTrials() with failFast starts no more and stops those at work", async () => {
  const { states, started } = await run([1, 0, 0, 0], { failFast: true });
  assert.deepEqual(started, [0]);
  assert.deepEqual(states, ["failed", "waiting", "waiting", "waiting"]);
});

Deno.test("runTrials() tries a trial that failed before only when asked", async () => {
  const prepare = (path: string, seed: number) => seed === 0 ? failedBefore(path) : Promise.resolve();
  const without = await run([1, 0], { prepare });
  assert.deepEqual(without.started, [1]);
  assert.equal(without.reasons[0], "The loss was NaN");
  assert.deepEqual((await run([1, 0], { prepare, retry: true })).started, [0, 1]);
});

Deno.test("runTrials() stops every trial when the signal says so", async () => {
  const stop = new AbortController();
  const seen: TrialStatus[][] = [];
  const { states, started } = await run([0, 0, 0], {
    parallel: 2,
    signal: stop.signal,
    onChange(statuses) {
      seen.push([...statuses]);
      if (statuses.filter(({ state }) => state === "running").length === 2) stop.abort();
    },
  });
  assert.deepEqual(started, [0, 1]);
  assert.deepEqual(states, ["stopped", "stopped", "waiting"]);
  assert.deepEqual(seen[0]!.map(({ state }) => state), ["waiting", "waiting", "waiting"]);
});
