import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { sha256 } from "@/files.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { withFolder } from "@/testing.ts";
import { fillByFormula } from "../peer/formula.ts";
import { createModel, type CreateModelOptions, modelEntry } from "../registry.ts";
import { identify, labelConvention } from "./identify.ts";
import { initializeFromKeras } from "./initialize.ts";
import { loadKerasWeights } from "./load.ts";
import { kerasKind, WeightMismatchError } from "./match.ts";
import { openKerasModel } from "./open.ts";
import { printable } from "./printable.ts";
import type { StoredConfigLayer, StoredWeights } from "./stored_weights.ts";
import { h5Bytes, type Layers, writeLayers } from "./test_files.ts";
import { encodeKeras, writeKeras } from "./write.ts";

await useBackend({ quiet: true });

const size = 32, points = 3;
const small = { size, points, initialize: false };

/** One hash per weight, in order. */
const numbers = (model: tf.LayersModel) =>
  model.weights.map((weight) => sha256(new Uint8Array(weight.read().dataSync<"float32">().buffer)));

/** The shapes of a model's layers, as a file of Keras's would have them. */
function layersOf(model: tf.LayersModel): Layers {
  return Object.fromEntries(model.layers.map((layer) => [
    layer.name,
    Object.fromEntries(
      layer.weights.map((weight) => [weight.originalName.split("/").at(-1)!, weight.shape as number[]]),
    ),
  ]));
}

Deno.test("writeKeras() and openKerasModel() give back network, weights, size and labels", async () => {
  await withFolder(async (folder) => {
    for (const [name, options] of [["mnv2", { alpha: 0.35 }], ["efnb0", { flavor: "applications" }]] as const) {
      const model = createModel(name, { ...small, ...options });
      fillByFormula(model, tf);
      const path = join(folder, `${name}.h5`);
      await writeKeras(path, model, { labels: "released" });
      const opened = await openKerasModel(path);
      const { name: found, points: foundPoints, size: foundSize, labels } = opened;
      assert.deepEqual([found, foundPoints, foundSize, labels], [name, points, size, "released"]);
      assert.deepEqual(numbers(opened.model), numbers(model));
      opened.model.dispose();
      model.dispose();
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["efnb0.h5", "mnv2.h5"]);
  });
});

Deno.test("encodeKeras() makes the same bytes of the same weights, and leaves the clock alone", async () => {
  const model = createModel("mnv2", { ...small, alpha: 0.35 });
  assert.deepEqual(await encodeKeras(model), await encodeKeras(model));
  assert.ok(Date.now() > 1e12);
  model.dispose();
});

Deno.test("loadKerasWeights() lists exactly what is missing, extra and misshapen, and changes nothing", async () => {
  await withFolder(async (folder) => {
    const model = createModel("mnv2", { ...small, alpha: 0.35 });
    fillByFormula(model, tf);
    const before = numbers(model);
    const layers = layersOf(model);
    delete layers["block_3_expand"];
    delete layers["bn_Conv1"]!["beta"];
    layers["Conv1"]!["kernel"] = [3, 3, 3, 8];
    layers["O_L"]!["extra"] = [2];
    layers["block_99"] = { kernel: [1] };
    const path = join(folder, "w.h5");
    await Deno.writeFile(path, await h5Bytes((file) => writeLayers(file, layers)));
    await assert.rejects(loadKerasWeights(model, path), (error: Error) => {
      assert.ok(error instanceof WeightMismatchError);
      assert.deepEqual(error.match.missing, ["bn_Conv1/beta [16]", "block_3_expand/kernel [1,1,8,48]"]);
      assert.deepEqual(error.match.misshapen, ["Conv1/kernel [3,3,3,8], expected [3,3,3,16]"]);
      assert.deepEqual(error.match.extra, ["O_L/extra [2]", "block_99/kernel [1]"]);
      assert.equal(
        error.message,
        `Cannot load weights from '${path}' into mobilenet_v2 as they differ: ` +
          "2 missing (bn_Conv1/beta [16]; block_3_expand/kernel [1,1,8,48]), " +
          "1 misshapen (Conv1/kernel [3,3,3,8], expected [3,3,3,16]), 2 extra (O_L/extra [2]; block_99/kernel [1])",
      );
      return true;
    });
    assert.deepEqual(numbers(model), before);
    model.dispose();
  });
});

Deno.test("loadKerasWeights() of another network names ten weights of each kind and counts the rest", async () => {
  await withFolder(async (folder) => {
    const other = createModel("efnb0", small), model = createModel("mnv2", small);
    const path = join(folder, "w.h5");
    await Deno.writeFile(path, await h5Bytes((file) => writeLayers(file, layersOf(other))));
    const count = other.weights.length;
    const message = new RegExp(
      `: 262 missing \\(Conv1/kernel .* and 252 more\\), ${count} extra \\(stem_conv/kernel .* and ${
        count - 10
      } more\\)$`,
    );
    await assert.rejects(loadKerasWeights(model, path), message);
    other.dispose();
    model.dispose();
  });
});

Deno.test("loadKerasWeights() refuses numbers that are not finite, and changes nothing", async () => {
  await withFolder(async (folder) => {
    const model = createModel("mnv2", { ...small, alpha: 0.35 });
    const bias = model.getLayer("O_L").weights[1]!;
    bias.write(tf.tensor1d([1, 2, NaN, 4, 5, 6]));
    const path = join(folder, "w.h5");
    await writeKeras(path, model);
    bias.write(tf.zeros([6]));
    await assert.rejects(loadKerasWeights(model, path), {
      name: "RangeError",
      message: `Cannot load weights from '${path}' as number 2 of 'O_L/bias' is not finite: NaN`,
    });
    assert.deepEqual([...bias.read().dataSync()], [0, 0, 0, 0, 0, 0]);
    model.dispose();
  });
});

/** A file's layers without a file. */
function storedAs(layers: Layers, config: StoredConfigLayer[] = []): StoredWeights {
  return {
    source: "w.h5",
    layers: Object.entries(layers).map(([name, weights]) => ({
      name,
      weights: Object.entries(weights).map(([weight, shape]) => ({ name: weight, shape, dtype: "f4", path: weight })),
    })),
    layerNames: Object.keys(layers),
    config,
    kerasVersion: undefined,
    note: undefined,
    read: () => Promise.reject(new Error("nothing to read")),
    [Symbol.dispose]() {},
  };
}

Deno.test("identify() tells width, variant and flavor from names and shapes", () => {
  const cases: [string, CreateModelOptions][] = [
    ...[0.35, 0.5, 0.75, 1.3, 1.4].map((alpha): [string, CreateModelOptions] => ["mnv2", { alpha }]),
    ["mnv2", {}],
    ...[0, 1, 2, 3, 4].map((variant): [string, CreateModelOptions] => [`efnb${variant}`, {}]),
    ["efnb0", { flavor: "applications" }],
  ];
  for (const [name, options] of cases) {
    const model = createModel(name, { ...small, ...options });
    const { head, units, classifier, ...found } = identify(storedAs(layersOf(model)));
    assert.deepEqual(found, { name, options: { points, ...options } });
    assert.deepEqual([head, units, classifier], [modelEntry(name).head, 2 * points, false]);
    model.dispose();
  }
});

Deno.test("identify() tells classifiers, files without top, and the input size of a configuration", () => {
  const model = createModel("mnv2", { ...small, alpha: 0.35 });
  const { O_L: _, ...layers } = layersOf(model);
  model.dispose();
  const dense = (units: number) => ({ kernel: [1280, units], bias: [units] });
  const config = (className: string, settings: Record<string, unknown>) => [
    { className, name: String(settings["name"]), config: settings },
  ];
  assert.equal(identify(storedAs(layers)).head, undefined);
  assert.equal(identify(storedAs({ ...layers, Logits: dense(1000) })).classifier, true);
  const softmax = config("Dense", { name: "fc", activation: "softmax" });
  assert.equal(identify(storedAs({ ...layers, fc: dense(10) }, softmax)).classifier, true);
  for (const key of ["batch_input_shape", "batch_shape"]) {
    const input = config("InputLayer", { name: "input_1", [key]: [null, 96, 96, 3] });
    assert.equal(identify(storedAs(layers, input)).options.size, 96);
  }
  const { Conv1: __, ...headless } = layers;
  assert.throws(() => identify(storedAs(headless)), {
    message:
      /^Cannot tell which network is in 'w\.h5' as it is neither MobileNetV2 nor EfficientNet by its layers: input_1, bn_Conv1, /,
  });
  assert.throws(() => identify(storedAs({ ...layers, Conv1: { kernel: [3, 3, 3, 24] } })), {
    message: /as MobileNetV2 has an alpha of 0\.35, 0\.5, .*: channels 24, 8, 112, 1280$/,
  });
  const efficient = createModel("efnb0", small);
  const { block3b_dwconv: ___, ...fewer } = layersOf(efficient);
  efficient.dispose();
  assert.throws(() => identify(storedAs(fewer)), {
    message: /as no EfficientNet from B0 to B7 has its 15 blocks and 32 to 1280 channels$/,
  });
});

Deno.test("openKerasModel() says of what kind a file is that it cannot open", async () => {
  await withFolder(async (folder) => {
    const model = createModel("mnv2", { ...small, alpha: 0.35 });
    const { O_L: _, ...layers } = layersOf(model);
    model.dispose();
    const open = async (more: Layers) => {
      const path = join(folder, "w.h5");
      await Deno.writeFile(path, await h5Bytes((file) => writeLayers(file, { ...layers, ...more })));
      const opened = await openKerasModel(path, { model: { size } });
      opened.model.dispose();
      return opened;
    };
    const dense = (units: number) => ({ kernel: [1280, units], bias: [units] });
    const opened = await open({ dense_1: dense(8) });
    assert.deepEqual([opened.name, opened.points, opened.labels], ["mnv2", 4, undefined]);
    await assert.rejects(
      open({}),
      /as it has no last layer: weights without top \(they can start a training: --init\)$/,
    );
    await assert.rejects(open({ out: dense(7) }), /as its last layer 'out' must have two outputs per point: 7$/);
    await assert.rejects(open({ predictions: dense(1000) }), /as its last layer classifies pictures: 'predictions' \(/);
  });
});

Deno.test("printable() keeps a message on one line and in bounds", () => {
  assert.equal(printable("a\nb\x1b[2Jc"), "a\\x0ab\\x1b[2Jc");
  assert.equal(printable("x".repeat(500)).length, 123);
});

Deno.test("initializeFromKeras() keeps a fresh head of another size, takes one of the same", async () => {
  await withFolder(async (folder) => {
    const from = createModel("mnv2", { ...small, alpha: 0.35 });
    fillByFormula(from, tf);
    const path = join(folder, "w.h5");
    await writeKeras(path, from);
    const same = createModel("mnv2", { ...small, alpha: 0.35 });
    assert.deepEqual(await initializeFromKeras(same, "mnv2", path), {
      loaded: 262,
      head: true,
      input: "unit",
      turned: false,
    });
    assert.deepEqual(numbers(same), numbers(from));
    const other = createModel("mnv2", { size, points: 5, alpha: 0.35, seed: 1 });
    const head = other.getLayer("O_L").getWeights().map((weight) => weight.dataSync());
    assert.deepEqual(await initializeFromKeras(other, "mnv2", path), {
      loaded: 260,
      head: false,
      input: "unit",
      turned: false,
    });
    assert.deepEqual(other.getLayer("O_L").getWeights().map((weight) => weight.dataSync()), head);
    assert.deepEqual(numbers(other).slice(0, -2), numbers(from).slice(0, -2));
    // A file of the release predicts with the other sign.
    const release = join(folder, "300w_mnv2_ACRLoss.h5");
    await writeKeras(release, from, { labels: "released" });
    assert.equal((await initializeFromKeras(same, "mnv2", release)).turned, true);
    const [turned, original] = [same, from].map((model) => model.getLayer("O_L").getWeights());
    original!.forEach((weight, i) => assert.deepEqual(turned![i]!.dataSync(), tf.neg(weight).dataSync()));
    assert.deepEqual(numbers(same).slice(0, -2), numbers(from).slice(0, -2));
    assert.equal((await initializeFromKeras(other, "mnv2", release)).turned, false);
    const wrong = createModel("efnb0", small);
    await assert.rejects(initializeFromKeras(wrong, "efnb0", path), {
      message: `Cannot start efficientnet_b0 from '${path}' as that holds another network: mnv2`,
    });
    for (const model of [from, same, other, wrong]) model.dispose();
  });
});

for (
  const [kind, network, make] of [
    ["signed", "mnv2", (x: tf.Tensor) => x.mul(2).sub(1)],
    [
      "imagenet",
      "efnb0",
      (x: tf.Tensor) => x.sub(tf.tensor([0.485, 0.456, 0.406])).div(tf.tensor([0.229, 0.224, 0.225])),
    ],
  ] as const
) {
  Deno.test(`initializeFromKeras() starts ${network} from ImageNet weights without top, fed with 0..1 as they were with ${kind}`, async () => {
    await withFolder(async (folder) => {
      const from = createModel(network, { ...small, size: 64 });
      fillByFormula(from, tf);
      const bytes = await encodeKeras(from);
      await Deno.writeFile(join(folder, "full.h5"), bytes);
      // The same without top: weights only, as keras.applications ships them.
      const top = network === "mnv2" ? "O_L" : "out";
      const h5 = await import("h5wasm");
      const notop = await h5Bytes((file) => {
        h5.FS!.writeFile("/full.h5", bytes);
        const source = new h5.File("/full.h5", "r");
        const layers = layersOf(from);
        delete layers[top];
        writeLayers(file, layers);
        for (const [layer, weights] of Object.entries(layers)) {
          for (const name of Object.keys(weights)) {
            const values = source.get(`model_weights/${layer}/${layer}/${name}:0`) as InstanceType<typeof h5.Dataset>;
            const to = file.get(`${layer}/${layer}/${name}:0`) as InstanceType<typeof h5.Dataset>;
            to.write_slice(values.shape!.map(() => []), values.value);
          }
        }
        source.close();
      });
      await Deno.writeFile(join(folder, "notop.h5"), notop);
      const model = createModel(network, { ...small, size: 64 });
      const report = await initializeFromKeras(model, network, join(folder, "notop.h5"));
      assert.deepEqual([report.head, report.input], [false, kind]);
      // Behind the first normalization, away from the row and column that padding fills with zeros.
      const probe = network === "mnv2" ? "Conv1_relu" : "stem_activation";
      const inner = (model: tf.LayersModel, x: tf.Tensor) =>
        tf.tidy(() => {
          const part = tf.model({ inputs: model.inputs, outputs: model.getLayer(probe).output as tf.SymbolicTensor });
          return tf.slice4d(part.predict(x) as tf.Tensor4D, [0, 0, 0, 0], [1, 31, 31, -1]).dataSync();
        });
      const x = tf.randomUniform([1, 64, 64, 3], 0, 1, "float32", 1);
      const expected = inner(from, make(x)), actual = inner(model, x);
      const largest = Math.max(...expected);
      actual.forEach((value, i) =>
        assert.ok(Math.abs(value - expected[i]!) < 1e-5 * largest, `${value} ${expected[i]}`)
      );
      // Everything behind is as it was in the file.
      assert.deepEqual(numbers(model).slice(6, 20), numbers(from).slice(6, 20));
      from.dispose();
      model.dispose();
    });
  });
}

Deno.test("initializeFromKeras() carries tf.keras.applications' own normalization over, with and without its layer", async () => {
  await withFolder(async (folder) => {
    const options = { ...small, size: 64 };
    const from = createModel("efnb0", { ...options, flavor: "applications" });
    fillByFormula(from, tf);
    const path = join(folder, "w.h5");
    await writeKeras(path, from);
    const kept = createModel("efnb0", { ...options, flavor: "applications" });
    assert.equal((await initializeFromKeras(kept, "efnb0", path)).input, "own");
    const folded = createModel("efnb0", options);
    assert.equal((await initializeFromKeras(folded, "efnb0", path)).input, "own");
    const x = tf.randomUniform([1, 64, 64, 3], 0, 1, "float32", 1);
    assert.deepEqual((kept.predict(x) as tf.Tensor).dataSync(), (from.predict(x) as tf.Tensor).dataSync());
    const stem = (model: tf.LayersModel) => {
      const part = tf.model({ inputs: model.inputs, outputs: model.getLayer("stem_bn").output as tf.SymbolicTensor });
      return tf.slice4d(part.predict(x) as tf.Tensor4D, [0, 0, 0, 0], [1, 31, 31, -1]).dataSync();
    };
    const expected = stem(from);
    stem(folded).forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-4, `${value} ${expected[i]}`));
    for (const model of [from, kept, folded]) model.dispose();
  });
});

Deno.test("kerasKind() counts classes as Keras names them", () => {
  // keras.src.utils.naming.to_snake_case of Keras 3.15.1.
  const kinds = {
    Conv2D: "conv2d",
    DepthwiseConv2D: "depthwise_conv2d",
    FusedBatchNormalization: "batch_normalization",
    Dense: "dense",
    ReLU6: "re_lu",
    GlobalAveragePooling2D: "global_average_pooling2d",
  };
  for (const [name, kind] of Object.entries(kinds)) assert.equal(kerasKind(name), kind);
});

Deno.test("labelConvention() tells the ACR Loss release by file name, ours by note", () => {
  const of = (source: string, note?: string) => labelConvention({ source, note });
  for (const name of ["300w_mnv2_ACRLoss.h5", "300w_EF3_base.h5", "cofw_EF3_xxxLoss.h5"]) {
    assert.equal(of(`/models/${name}`), "released");
  }
  assert.equal(of("mine.h5"), undefined);
  assert.equal(of("300w_mnv2_ACRLoss.h5", '{"labels":"centered"}'), "centered");
  assert.equal(of("mine.h5", "{"), undefined);
});
