import assert from "node:assert/strict";
import type { PlotSpec } from "@/plots/spec.ts";
import type { EpochRecord } from "@/training/trainer.ts";
import { liveTraining } from "./live_training.ts";

const record = (epoch: number, validationNme: number | null): EpochRecord => ({
  epoch,
  step: epoch,
  loss: 1 / (epoch + 1),
  validationNme,
  learningRate: 1e-3,
  percentage: 80,
  seconds: 1,
  imagesPerSecond: 10,
  stall: 0,
});

function collect(records: EpochRecord[]) {
  const calls: { kind: string; means: number[]; axis: string }[] = [];
  const note = (kind: string) => (spec: PlotSpec) => {
    const { values } = spec.data as { values: { mean: number }[] };
    const layer = (spec.layer as { encoding: { y: { title: string } } }[]).at(-1)!;
    calls.push({ kind, means: values.map(({ mean }) => mean), axis: layer.encoding.y.title });
    return Promise.resolve({ update: (other: PlotSpec) => void note("update")(other) as unknown as Promise<void> });
  };
  const live = liveTraining({ show: note("show") as never });
  return records.reduce((before, next) => before.then(() => live.onEpoch(next)), Promise.resolve()).then(() => ({
    calls,
    live,
  }));
}

Deno.test("liveTraining() shows one curve and then updates it", async () => {
  const { calls, live } = await collect([record(3, 0.1), record(4, 0.08)]);
  assert.deepEqual(calls, [
    { kind: "show", means: [10], axis: "validation NME (% of inter-ocular distance)" },
    { kind: "update", means: [10, 8], axis: "validation NME (% of inter-ocular distance)" },
  ]);
  assert.equal(live.records.length, 2);
});

Deno.test("liveTraining() draws the loss where nothing is held out", async () => {
  const { calls } = await collect([record(0, null)]);
  assert.deepEqual(calls, [{ kind: "show", means: [1], axis: "training loss" }]);
});
