import assert from "node:assert/strict";
import type { EpochRecord } from "@/training/epoch_record.ts";
import { expandTrials } from "./ablation.ts";
import { MissingDataError } from "./data.ts";
import type { RunExperimentOptions } from "./run_experiment.ts";
import { runTrialsHere } from "./trials_here.ts";

const page = { summary: "A toy", dataset: "synthetic", size: 32, architecture: "mnv2", epochs: 2 };
const trials = expandTrials(
  { summary: "Losses", experiments: ["toy"], grid: { loss: ["acr", "l2"] }, seeds: [3] },
  { toy: page },
);

function progressRecorder() {
  const said: string[] = [];
  return {
    said,
    progress: ({ label, total }: { label: string; total: number }) => ({
      update: (done: number, note = "") => void said.push(`${done}/${total} ${note}`),
      done: (note = "") => void said.push(note),
      stop: () => void said.push(`${label} stopped`),
    }),
  };
}

/** Stands for a run of two epochs. */
async function run({ name, experiment, seed, onEpoch, signal }: RunExperimentOptions) {
  for (const epoch of [0, 1]) {
    if (signal?.aborted) return { path: name, status: "stopped" as const, result: undefined };
    await onEpoch?.({ epoch } as EpochRecord);
  }
  return { path: `${name}/${experiment.variant}/seed-${seed}`, status: "finished" as const, result: undefined };
}

Deno.test("runTrialsHere() runs trials in order, with one progress over the epochs of all", async () => {
  const { said, progress } = progressRecorder();
  const outcomes = await runTrialsHere(trials, { run, progress, label: "Losses" });
  assert.deepEqual(outcomes.map(({ path }) => path), ["toy/acr/seed-3", "toy/l2/seed-3"]);
  const first = "1 of 2: toy, acr, seed 3", second = "2 of 2: toy, l2, seed 3";
  assert.deepEqual(said, [
    ...[`0/4 ${first}`, `1/4 ${first}`, `2/4 ${first}`],
    ...[`2/4 ${second}`, `3/4 ${second}`, `4/4 ${second}`],
    "Losses: 2 of 2 ran",
  ]);
});

Deno.test("runTrialsHere() begins nothing after its signal, and gives what was begun", async () => {
  const { said, progress } = progressRecorder();
  const stop = new AbortController();
  const outcomes = await runTrialsHere(trials, {
    progress,
    signal: stop.signal,
    run: (options) => run({ ...options, onEpoch: () => stop.abort() }),
  });
  assert.deepEqual(outcomes.map(({ status }) => status), ["stopped"]);
  assert.equal(said.at(-1), "Trials stopped");
});

Deno.test("runTrialsHere() leaves out a dataset that is not there only where it was asked to", async () => {
  const missing: typeof run = (options) =>
    options.experiment.variant === "acr"
      ? Promise.reject(new MissingDataError("Cannot find '300w'\nGet it at ..."))
      : run(options);
  const { said, progress } = progressRecorder();
  await assert.rejects(runTrialsHere(trials, { run: missing, progress }), MissingDataError);
  assert.equal(said.at(-1), "Trials stopped");
  const log = console.log, lines: unknown[] = [];
  console.log = (line: unknown) => void lines.push(line);
  try {
    const outcomes = await runTrialsHere(trials, { run: missing, progress, skipMissing: true });
    assert.deepEqual(outcomes.map(({ path }) => path), ["toy/l2/seed-3"]);
  } finally {
    console.log = log;
  }
  assert.deepEqual(lines, ["toy, acr is left out: Cannot find '300w'"]);
  assert.equal(said.at(-1), "Trials: 1 of 2 ran");
});
