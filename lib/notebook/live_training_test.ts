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

async function collect(records: EpochRecord[]) {
  const calls: { means: number[]; axis: string }[] = [];
  let shown = 0;
  const live = await liveTraining({
    show() {
      shown++;
      return Promise.resolve({
        update(spec) {
          const { data, layer } = spec as PlotSpec & {
            data: { values: { mean: number }[] };
            layer: { encoding: { y: { title: string } } }[];
          };
          calls.push({ means: data.values.map(({ mean }) => mean), axis: layer.at(-1)!.encoding.y.title });
          return Promise.resolve();
        },
      });
    },
  });
  for (const record of records) await live.onEpoch(record);
  return { calls, shown, live };
}

Deno.test("liveTraining() has its place before the first epoch, and grows in it", async () => {
  const { calls, shown, live } = await collect([record(3, 0.1), record(4, 0.08)]);
  const axis = "validation NME (% of inter-ocular distance)";
  assert.equal(shown, 1);
  assert.deepEqual(calls, [{ means: [10], axis }, { means: [10, 8], axis }]);
  assert.equal(live.records.length, 2);
});

Deno.test("liveTraining() draws the loss where nothing is held out", async () => {
  assert.deepEqual((await collect([record(0, null)])).calls, [{ means: [1], axis: "training loss" }]);
});
