import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import type { FaceSet } from "@/data/face_set.ts";
import { encodeLabels } from "@/data/labels.ts";
import type { LandmarkScheme } from "@/data/landmark_scheme.ts";
import type { Loss } from "@/losses/loss.ts";
import { type BackendName, useBackend } from "@/tensorflow/mod.ts";
import { createRandom } from "@/random.ts";
import { createPercentageSchedule } from "@/shape/percentage_schedule.ts";
import type { Batch, BatchSource } from "./batches.ts";
import { CheckpointStore } from "./checkpoint_store.ts";
import { fitShapeModel, prepareDifficulty } from "./difficulty_source.ts";
import { DivergedError } from "./diverged_error.ts";
import { createOptimizer } from "./optimizers.ts";
import { describeEpoch } from "./epoch_record.ts";
import { predictFaces } from "./predict_faces.ts";
import { createPredictor } from "./predictor.ts";
import { createSchedule } from "./schedules.ts";
import { splitTraining, type TrainingSplit } from "./split.ts";
import { trainableVariables } from "./step.ts";
import { type EpochRecord, train, type TrainOptions } from "./trainer.ts";
import type { TrainingState } from "./training_state.ts";
import { averageWeights } from "./weight_average.ts";

const SIZE = 8, POINTS = 4, DIMS = 2 * POINTS;

const SCHEME: LandmarkScheme = {
  name: "4",
  points: POINTS,
  flip: [1, 0, 3, 2],
  interOcular: [[0], [1]],
  interPupil: [[0], [1]],
  regions: { eyes: [0, 1], mouth: [2, 3] },
  lines: [],
};

/** Squares whose place in the picture tells where four points are. */
function toyFaces(count: number): FaceSet {
  const random = createRandom(3, "toy");
  const images = new Uint8Array(count * SIZE * SIZE * 3), landmarks = new Float32Array(count * DIMS);
  for (let face = 0; face < count; face++) {
    const x = random.uniform(1, 4), y = random.uniform(1, 4), bend = random.uniform(-0.3, 0.3);
    landmarks.set([x, y, x + 2, y + bend, x + 0.3 * bend, y + 2, x + 2, y + 2], face * DIMS);
    for (let row = 0; row < SIZE; row++) {
      for (let column = 0; column < SIZE; column++) {
        const value = 255 * Math.exp(-((column - x) ** 2 + (row - y) ** 2) / 8);
        images.fill(value, ((face * SIZE + row) * SIZE + column) * 3, ((face * SIZE + row) * SIZE + column + 1) * 3);
      }
    }
  }
  const ids = Array.from({ length: count }, (_, index) => `toy/${String(index).padStart(3, "0")}`);
  const transforms = Float32Array.from({ length: 4 * count }, (_, index) => index % 4 < 2 ? 1 : 0);
  const subsets = { full: ids.map((_, index) => index) };
  return {
    dataset: "toy",
    split: "train",
    scheme: SCHEME,
    protocol: "none",
    size: SIZE,
    count,
    images,
    landmarks,
    transforms,
    ids,
    subsets,
    partial: "",
    hash: "toy",
  };
}

/** Batches in an order that depends on seed and epoch alone; `spoil` may change or throw at a batch. */
function toyBatches(
  { set, train }: TrainingSplit,
  size: number,
  spoil: (epoch: number, batch: number, images: Float32Array) => void = () => {},
): BatchSource {
  const labels = encodeLabels(set.landmarks, SIZE), { images: pictures } = set as FaceSet;
  const pixels = SIZE * SIZE * 3;
  return {
    batches: Math.ceil(train.length / size),
    async *epoch(epoch, from) {
      const order = createRandom(1, "order", epoch).shuffle(train.slice());
      for (let batch = from; batch * size < order.length; batch++) {
        const indices = order.slice(batch * size, (batch + 1) * size);
        const images = new Float32Array(indices.length * pixels), rows = new Float32Array(indices.length * DIMS);
        indices.forEach((face, row) => {
          images.set(
            Float32Array.from(pictures.subarray(face * pixels, (face + 1) * pixels), (v) => v / 255),
            row * pixels,
          );
          rows.set(labels.subarray(face * DIMS, (face + 1) * DIMS), row * DIMS);
        });
        spoil(epoch, batch, images);
        yield { images, labels: rows, indices, flipped: new Uint8Array(indices.length), size: indices.length } as Batch;
        await Promise.resolve();
      }
    },
  };
}

const l2: Loss = {
  name: "l2",
  options: {},
  needsDifficulty: false,
  compute: ({ target, prediction }) => target.sub(prediction).square().mean() as tf.Scalar,
};

/** A loss that uses Phi, so that a wrong one changes the numbers. */
const weighted: Loss = {
  ...l2,
  name: "weighted",
  needsDifficulty: true,
  compute: ({ target, prediction, difficulty }) =>
    target.sub(prediction).square().mul(difficulty!.add(0.5)).mean() as tf.Scalar,
};

function toyModel(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [SIZE, SIZE, 3] }),
      tf.layers.dense({
        name: "hidden",
        units: 12,
        activation: "relu",
        kernelInitializer: tf.initializers.glorotUniform({ seed: 5 }),
      }),
      tf.layers.batchNormalization({ name: "norm", momentum: 0.5 }),
      tf.layers.dense({ name: "head", units: DIMS, kernelInitializer: tf.initializers.glorotUniform({ seed: 6 }) }),
    ],
  });
}

interface Toy {
  records: EpochRecord[];
  weights: number[];
  status: string;
  epoch: number;
}

/** Trains the toy with fresh variables, as a new process would. */
async function toy(
  change: (base: { split: TrainingSplit; model: tf.LayersModel }) => Partial<TrainOptions> = () => ({}),
  records: EpochRecord[] = [],
  epochs = 5,
  backend: BackendName = "cpu",
): Promise<Toy> {
  await useBackend({ backend, quiet: true });
  const split = splitTraining(toyFaces(50), 0.2, 1);
  const model = toyModel();
  const schedule = createPercentageSchedule("paper");
  const outcome = await train({
    model,
    loss: weighted,
    optimizer: createOptimizer("adam", {}, trainableVariables(model)),
    schedule: createSchedule("cosine", { learningRate: 0.02 }),
    split,
    batches: toyBatches(split, 16),
    difficulty: prepareDifficulty(split, fitShapeModel(split), { epochs, schedule }),
    epochs,
    seed: 1,
    quiet: true,
    onEpoch: (record) => void records.push(record),
    ...change({ split, model }),
  });
  return { ...outcome, records, weights: model.weights.flatMap((weight) => [...weight.read().dataSync()]) };
}

const timeless = (records: EpochRecord[]) =>
  records.map(({ seconds: _seconds, imagesPerSecond: _rate, stall: _stall, ...record }) => record);

async function withStore(run: (store: () => CheckpointStore<TrainingState>) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-trainer-" });
  try {
    await run(() => new CheckpointStore<TrainingState>(join(folder, "checkpoint")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("train() lowers the loss and the validation error, and records every epoch", async () => {
  const { records, status, epoch } = await toy(undefined, undefined, 12);
  assert.equal(status, "finished");
  assert.equal(epoch, 11);
  assert.deepEqual(records.map((record) => record.epoch), Array.from({ length: 12 }, (_, index) => index));
  assert.deepEqual(records.map((record) => record.step), Array.from({ length: 12 }, (_, index) => 3 * (index + 1)));
  assert.ok(records.at(-1)!.loss < records[0]!.loss / 4, JSON.stringify(records.map((record) => record.loss)));
  assert.ok(records.at(-1)!.validationNme! < records[0]!.validationNme! / 2);
  assert.equal(records[0]!.percentage, 80);
  assert.ok(records.every(({ stall, imagesPerSecond }) => stall >= 0 && stall <= 1 && imagesPerSecond > 0));
});

Deno.test("train() gives the same history and weights for the same seed", async () => {
  const first = await toy(), second = await toy();
  assert.deepEqual(timeless(second.records), timeless(first.records));
  assert.deepEqual(second.weights, first.weights);
});

const variants: [string, (base: { split: TrainingSplit; model: tf.LayersModel }) => Partial<TrainOptions>][] = [
  ["plain", () => ({})],
  [
    "with weight average, clipping and the best epoch kept",
    ({ model }) => ({ average: averageWeights(trainableVariables(model), 0.9), clipNorm: 0.05, keep: "best" }),
  ],
];
for (const backend of ["cpu", "tensorflow"] as const) {
  for (const [name, variant] of variants) {
    Deno.test(`train() continues from a crash at any step as if it had not happened (${name}, ${backend})`, async () => {
      const whole = await toy(variant, [], 5, backend);
      for (const [crashEpoch, crashBatch] of [[0, 0], [0, 2], [2, 0], [2, 1], [4, 2]] as const) {
        await withStore(async (store) => {
          let crashed = false;
          const records: EpochRecord[] = [];
          const change: typeof variant = (base) => ({
            ...variant(base),
            batches: toyBatches(base.split, 16, (epoch, batch) => {
              if (!crashed && epoch === crashEpoch && batch === crashBatch) {
                crashed = true;
                throw new Error("crash");
              }
            }),
            checkpoints: store(),
            checkpointSeconds: 0,
            onStart: ({ epoch }) => void records.splice(epoch),
          });
          await assert.rejects(toy(change, records, 5, backend), /crash/);
          const continued = await toy(change, records, 5, backend);
          assert.deepEqual(timeless(continued.records), timeless(whole.records));
          assert.deepEqual(continued.weights, whole.weights);
        });
      }
    });
  }
}

Deno.test("train() comes to the same end compiled, eager and on another backend", async () => {
  const runs = [
    await toy(() => ({ compiled: true }), [], 5, "tensorflow"),
    await toy(() => ({ compiled: false }), [], 5, "tensorflow"),
    await toy(() => ({}), [], 5, "cpu"),
  ];
  for (const { weights, records } of runs.slice(1)) {
    weights.forEach((weight, index) => {
      const expected = runs[0]!.weights[index]!;
      assert.ok(Math.abs(weight - expected) < 1e-3, `weight ${index}: ${weight}, compiled ${expected}`);
    });
    records.forEach(({ loss }, index) => {
      const expected = runs[0]!.records[index]!.loss;
      assert.ok(Math.abs(loss - expected) < 1e-4 * expected, `loss ${index}: ${loss}, compiled ${expected}`);
    });
  }
});

Deno.test("train() stops at the next step when asked, and the same call finishes", async () => {
  const whole = await toy();
  await withStore(async (store) => {
    const records: EpochRecord[] = [];
    const stop = new AbortController();
    const stopped = await toy(({ split }) => ({
      batches: toyBatches(split, 16, (epoch, batch) => epoch === 1 && batch === 1 && stop.abort()),
      signal: stop.signal,
      checkpoints: store(),
    }), records);
    assert.equal(stopped.status, "stopped");
    assert.equal(records.length, 1);
    const { state } = (await store().latest())!.checkpoint;
    assert.deepEqual([state.epoch, state.batch, state.step], [1, 2, 5]);
    const continued = await toy(() => ({ checkpoints: store() }), records);
    assert.deepEqual(timeless(continued.records), timeless(whole.records));
    assert.deepEqual(continued.weights, whole.weights);
    // A finished run does nothing more and has the same weights.
    const again = await toy(() => ({ checkpoints: store() }));
    assert.deepEqual(again.records, []);
    assert.deepEqual(again.weights, whole.weights);
  });
});

Deno.test("train() falls back to the checkpoint before a damaged one and reaches the same end", async () => {
  const whole = await toy();
  await withStore(async (store) => {
    const records: EpochRecord[] = [];
    await assert.rejects(toy(({ split }) => ({
      batches: toyBatches(split, 16, (epoch, batch) => {
        if (epoch === 3 && batch === 1) throw new Error("crash");
      }),
      checkpoints: store(),
    }), records));
    const newest = (await store().latest())!.path;
    await Deno.truncate(newest, 1000);
    const damages: string[] = [];
    const continued = await toy(() => ({
      checkpoints: store(),
      onStart: ({ epoch }, damaged) => {
        records.splice(epoch);
        damages.push(...damaged);
      },
    }), records);
    assert.equal(damages.length, 1);
    assert.ok(damages[0]!.includes(newest));
    assert.deepEqual(timeless(continued.records), timeless(whole.records));
    assert.deepEqual(continued.weights, whole.weights);
  });
});

Deno.test("train() stops at a loss that is not finite, names the faces and keeps the last good checkpoint", async () => {
  await withStore(async (store) => {
    const error = await toy(({ split }) => ({
      batches: toyBatches(split, 16, (epoch, batch, images) => epoch === 2 && batch === 1 && images.fill(NaN, 0, 5)),
      checkpoints: store(),
    })).then(() => assert.fail("it went on"), (error) => error);
    assert.ok(error instanceof DivergedError);
    assert.equal(error.divergence.step, 7);
    assert.equal(error.divergence.faces.length, 16);
    assert.match(error.divergence.faces[0]!, /^toy\/\d{3}$/);
    assert.match(error.message, /^Cannot go on training as the loss is not finite at step 7 \(epoch 3, .*: NaN$/);
    assert.match(error.divergence.checkpoint!, /step-00000006\.ckpt$/);
    assert.equal((await store().latest())!.checkpoint.state.step, 6);
  });
});

Deno.test("train() keeps the best epoch's weights when asked", async () => {
  const options = () => ({
    loss: l2,
    schedule: createSchedule("constant", { learningRate: 0.3 }),
    keep: "best" as const,
  });
  const { records, epoch, weights } = await toy(options, [], 6);
  const errors = records.map((record) => record.validationNme!);
  assert.equal(epoch, errors.indexOf(Math.min(...errors)));
  assert.ok(epoch < 5, `the example must get worse in the end: ${errors}`);
  const shorter = await toy(() => ({ ...options(), keep: "last" }), [], epoch + 1);
  assert.deepEqual(weights, shorter.weights);
});

Deno.test("train() stops early after `patience` epochs without a better one, also when it is started again", async () => {
  await withStore(async (store) => {
    const options = () => ({
      loss: l2,
      schedule: createSchedule("constant", { learningRate: 0.3 }),
      patience: 2,
      checkpoints: store(),
    });
    const { records } = await toy(options, [], 40);
    const errors = records.map((record) => record.validationNme!);
    const best = errors.indexOf(Math.min(...errors));
    assert.equal(records.length, best + 3);
    assert.ok(records.length < 40);
    assert.deepEqual((await toy(options, [], 40)).records, []);
  });
});

Deno.test("train() refuses a checkpoint of another run, a missing Phi and a choice without validation faces", async () => {
  await withStore(async (store) => {
    await toy(() => ({ checkpoints: store(), identity: "one" }), [], 1);
    await assert.rejects(toy(() => ({ checkpoints: store(), identity: "two" })), /belongs to another run: one/);
  });
  await assert.rejects(toy(() => ({ difficulty: undefined })), /loss 'weighted' as it needs difficulties/);
  const split = splitTraining(toyFaces(10), 0, 1);
  await assert.rejects(toy(() => ({ split, keep: "best" })), /Cannot keep the best epoch as no training faces/);
  await assert.rejects(toy(() => ({ split, patience: 1 })), /Cannot stop early as no training faces/);
});

Deno.test("train() keeps the number of tensors flat over steps", async () => {
  const counts: number[] = [];
  await toy(() => ({ onEpoch: () => void counts.push(tf.memory().numTensors) }));
  assert.equal(new Set(counts.slice(1)).size, 1, String(counts));
});

Deno.test("prepareDifficulty() mirrors Phi with a mirrored face and leaves the others alone", () => {
  const split = splitTraining(toyFaces(30), 0, 1);
  const schedule = createPercentageSchedule(80);
  const source = prepareDifficulty(split, fitShapeModel(split), { epochs: 10, schedule });
  const batch = (flipped: number): Batch => ({
    images: new Float32Array(),
    labels: new Float32Array(),
    indices: Int32Array.of(4, 9),
    flipped: Uint8Array.of(flipped, 0),
    size: 2,
  });
  const plain = source.of(batch(0), 0), mirrored = source.of(batch(1), 0);
  assert.equal(source.percentAt(9), 80);
  assert.deepEqual(mirrored.slice(DIMS), plain.slice(DIMS));
  SCHEME.flip.forEach((from, to) =>
    assert.deepEqual(mirrored.slice(2 * to, 2 * to + 2), plain.slice(2 * from, 2 * from + 2))
  );
  assert.ok(Math.max(...plain.slice(0, DIMS)) === 1 && Math.min(...plain) >= 0);
  assert.notDeepEqual(mirrored.slice(0, DIMS), plain.slice(0, DIMS));
});

Deno.test("createPredictor() gives the same numbers for any batch size and only the faces asked for", async () => {
  await useBackend({ backend: "cpu" });
  const set = toyFaces(7), model = toyModel();
  const all = await createPredictor(model, { batch: 3 }).predict(set.images);
  assert.equal(all.length, 7 * DIMS);
  const one = await createPredictor(model, { batch: 1, compiled: false }).predict(set.images);
  assert.deepEqual(one, all);
  const some = await createPredictor(model, { batch: 50 }).predict(set.images, [5, 0]);
  assert.deepEqual([...some], [...all.slice(5 * DIMS, 6 * DIMS), ...all.slice(0, DIMS)]);
  const expected = tf.tidy(() =>
    (model.predict(tf.tensor(Float32Array.from(set.images), [7, SIZE, SIZE, 3]).div(255)) as tf.Tensor).dataSync()
  );
  expected.forEach((value, index) => assert.ok(Math.abs(value - all[index]!) < 1e-5));
  await assert.rejects(createPredictor(model).predict(set.images.subarray(1)), TypeError);
  await assert.rejects(createPredictor(model).predict(set.images, [7]), /no such face: 7/);
});

Deno.test("predictFaces() answers in crop pixels, and averages over mirror images for the flip test", async () => {
  await useBackend({ backend: "cpu" });
  const set = toyFaces(5), model = toyModel();
  const plain = await predictFaces(model, set, { quiet: true });
  const labels = await createPredictor(model).predict(set.images);
  plain.forEach((value, index) => assert.ok(Math.abs(value - (labels[index]! + 0.5) * SIZE) < 1e-4));
  const both = await predictFaces(model, set, { flipTest: true, quiet: true, batch: 2 });
  // A mirrored set must get the mirrored answer.
  const images = new Uint8Array(set.images.length);
  for (let row = 0; row < 5 * SIZE; row++) {
    for (let x = 0; x < SIZE; x++) {
      const from = 3 * (row * SIZE + x);
      images.set(set.images.subarray(from, from + 3), 3 * (row * SIZE + SIZE - 1 - x));
    }
  }
  const mirrored = await predictFaces(model, { ...set, images }, { flipTest: true, quiet: true });
  for (let face = 0; face < 5; face++) {
    SCHEME.flip.forEach((from, to) => {
      const here = face * DIMS + 2 * to, there = face * DIMS + 2 * from;
      assert.ok(Math.abs(mirrored[here]! - (SIZE - 1 - both[there]!)) < 1e-4);
      assert.ok(Math.abs(mirrored[here + 1]! - both[there + 1]!) < 1e-4);
    });
  }
  assert.ok(both.some((value, index) => Math.abs(value - plain[index]!) > 1e-3));
});

Deno.test("describeEpoch() tells waiting for data only when it is over 5 %", () => {
  const record: EpochRecord = {
    epoch: 2,
    step: 30,
    loss: 0.0123456,
    validationNme: 0.05678,
    learningRate: 1e-3,
    percentage: 90,
    seconds: 61,
    imagesPerSecond: 58.23,
    stall: 0.04,
  };
  assert.equal(
    describeEpoch(record, 9, 366),
    "Epoch 3/9  loss 0.01235  validation NME 5.68 %  smooth 90 %  58.2 images/s  1 min 01 s  6 min 06 s left",
  );
  assert.equal(
    describeEpoch({ ...record, stall: 0.21, validationNme: null, percentage: null }, 9, 0),
    "Epoch 3/9  loss 0.01235  58.2 images/s  waiting for data 21 %  1 min 01 s",
  );
});
