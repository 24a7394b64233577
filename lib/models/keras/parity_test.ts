/** Our networks against Keras 2 and Keras 3 themselves, with files and numbers that Python makes on the spot. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { encodeNpy, readNpy } from "@/data/npy.ts";
import { compile, useBackend } from "@/tensorflow/mod.ts";
import { sharedData, testWith } from "@/testing.ts";
import { fillByFormula, formulaImages, formulaLabels } from "../peer/formula.ts";
import { cachedPeer, findKerasPeer, type KerasPeer, runPeer } from "../peer/keras_peer.ts";
import { createModel, type CreateModelOptions } from "../registry.ts";
import { initializeFromKeras } from "./initialize.ts";
import { openKerasModel } from "./open.ts";
import { encodeKeras } from "./write.ts";

const peer = findKerasPeer();
const reason = "no Python with TensorFlow, tf_keras and Keras 3 as ACR_PYTHON or python3";
/** The peer for a network of keras_peer.py, and why there is none. */
const need = (key: string): [KerasPeer | undefined, string] =>
  /^efnb\d$/.test(key) // the keys of tf.keras.applications' own EfficientNets end in _applications
    ? [peer?.efficientnet ? peer : undefined, `${reason}, with the efficientnet package`]
    : [peer, reason];
const SIZES = [224, 128];

/** Four real faces where there are some, else made-up pictures: `[4, size, size, 3]` in 0..1. */
async function pictures(size: number): Promise<Float32Array> {
  const folder = sharedData("300w/helen/testset");
  if (!folder) return formulaImages(4, size);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".jpg")).sort();
  const all = new Float32Array(4 * size * size * 3);
  for (const [i, name] of names.slice(0, 4).entries()) {
    const pixels = await sharp(join(folder, name)).removeAlpha().toColourspace("srgb")
      .resize(size, size, { fit: "fill" }).raw().toBuffer();
    all.set(Float32Array.from(pixels, (value) => value / 255), i * size * size * 3);
  }
  return all;
}

const images = new Map(await Promise.all(SIZES.map(async (size) => [size, await pictures(size)] as const)));
const encoded = (size: number) => encodeNpy({ shape: [4, size, size, 3], data: images.get(size)! });

let made: Promise<string> | undefined;
/** The folder of Keras's files and outputs, made once. */
function goldens(peer: KerasPeer): Promise<string> {
  made ??= cachedPeer(peer, "parity", SIZES.map(encoded), async (folder) => {
    for (const size of SIZES) await Deno.writeFile(join(folder, `images_${size}.npy`), encoded(size));
    await runPeer(peer, "parity", folder, folder);
  });
  return made;
}

function predict(model: tf.LayersModel, size: number): Float32Array {
  return tf.tidy(() => {
    const x = tf.tensor(images.get(size)!, [4, size, size, 3]);
    return (model.predict(x) as tf.Tensor).dataSync<"float32">();
  });
}

function assertClose(actual: Float32Array, expected: ArrayLike<number>, relative: number, what: string) {
  assert.equal(actual.length, expected.length);
  const values = Array.from(expected);
  const scale = Math.max(...values.map(Math.abs));
  const error = Math.max(...values.map((value, i) => Math.abs(value - actual[i]!))) / scale;
  assert.ok(scale > 0 && error <= relative, `${what}: relative error ${error}`);
}

const NETWORKS: [key: string, network: string, files: string[]][] = [
  ["mnv2", "mnv2", ["k2.h5", "k2_only.h5", "k2.keras", "k2.weights.h5", "k3.h5", "k3.keras", "k3.weights.h5"]],
  ["efnb0_applications", "efnb0", ["k2.h5", "k3.h5"]],
  ["efnb3_applications", "efnb3", ["k2.h5", "k3.h5"]],
  ["efnb0", "efnb0", ["k2.h5"]],
  ["efnb3", "efnb3", ["k2.h5"]],
];

for (const [key, network, files] of NETWORKS) {
  testWith(
    ...need(key),
    `openKerasModel() ${key} computes Keras's output on 4 faces at 224 and 128 px`,
    async (peer) => {
      await useBackend({ quiet: true });
      const folder = await goldens(peer);
      for (const file of files) {
        for (const size of SIZES) {
          const path = join(folder, `${key}_${file}`);
          // Keras 2's numbered layout names no layer, so that the network has to be named.
          const numbered = file === "k2.weights.h5" ? { network } : {};
          const opened = await openKerasModel(path, { ...numbered, model: { size } });
          assert.deepEqual([opened.name, opened.points, opened.size], [network, 68, size]);
          const expected = await readNpy(join(folder, `${key}_k2_${size}.npy`));
          assertClose(predict(opened.model, size), expected.data as Float32Array, 1e-4, `${file} at ${size}`);
          opened.model.dispose();
        }
      }
    },
  );
}

testWith(
  peer,
  reason,
  "initializeFromKeras() starts from every kind of file that ImageNet's weights come in, as Keras computes with them",
  async (peer) => {
    await useBackend({ quiet: true });
    const folder = await cachedPeer(peer, "init", [], (folder) => runPeer(peer, "init", folder));
    const x = tf.tensor(formulaImages(1, 64), [1, 64, 64, 3]);
    for (const network of ["mnv2", "efnb0"] as const) {
      const files = [...Deno.readDirSync(folder)].map(({ name }) => name)
        .filter((name) => name.startsWith(`init_${network}_`)).sort();
      assert.equal(files.length, 10);
      const expected = await readNpy(join(folder, `init_${network}.npy`));
      const keras = tf.tensor(expected.data as Float32Array, expected.shape as [1, 32, 32, number]);
      for (const file of files) {
        for (const flavor of network === "efnb0" ? ["efficientnet", "applications"] as const : [undefined]) {
          const model = createModel(network, { points: 5, size: 64, ...(flavor && { flavor }) });
          const { head, input, loaded } = await initializeFromKeras(model, network, join(folder, file));
          assert.deepEqual([head, input], [false, network === "mnv2" ? "signed" : "own"], file);
          assert.equal(loaded, model.weights.length - (flavor === "applications" ? 3 : 2), file);
          const first = model.getLayer(network === "mnv2" ? "bn_Conv1" : "stem_bn").output as tf.SymbolicTensor;
          const [actual, wanted] = tf.tidy(() => {
            const y = tf.model({ inputs: model.inputs, outputs: first }).predict(x) as tf.Tensor4D;
            // Away from the row and column of zeros that padding adds, which meant gray in Keras.
            return [y, keras].map((t) => tf.slice4d(t as tf.Tensor4D, [0, 1, 1, 0], [1, 30, 30, -1]).dataSync());
          }) as [Float32Array, Float32Array];
          assertClose(actual, wanted, 1e-5, `${file} ${flavor ?? ""}`);
          model.dispose();
        }
      }
    }
  },
);

for (const network of ["mnv2", "efnb0", "efnb3"]) {
  testWith(...need(network), `createModel() ${network} trains as Keras 2 does for 5 steps`, async (peer) => {
    await useBackend({ quiet: true });
    const folder = await goldens(peer);
    const source = await Deno.readTextFile(new URL("../peer/keras_peer.py", import.meta.url));
    const [, batch, size, rate] = new RegExp(`"${network}": \\((\\d+), (\\d+), ([\\d.e-]+)\\)`).exec(source)!.map(
      Number,
    );
    const options: CreateModelOptions = {
      size: size!,
      initialize: false,
      dropout: 0,
      ...(network !== "mnv2" && { dropConnect: 0 }),
    };
    const model = createModel(network, options);
    fillByFormula(model, tf);
    const averages = () =>
      model.weights.filter(({ originalName }) => originalName.includes("moving_"))
        .map((weight) => ({ name: weight.name, values: weight.read().dataSync<"float32">() }));
    const start = averages();
    const optimizer = tf.train.sgd(rate!);
    const step = compile((x: tf.Tensor, y: tf.Tensor) =>
      optimizer.minimize(() => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor), true)!
    );
    const x = tf.tensor(formulaImages(batch!, size!), [batch!, size!, size!, 3]);
    const y = tf.tensor(formulaLabels(batch!, 68), [batch!, 136]);
    const losses = Float32Array.from({ length: 5 }, () => step(x, y).dataSync()[0]!);
    const expectedLosses = (await readNpy(join(folder, `train_${network}_losses.npy`))).data as Float64Array;
    assertClose(losses, expectedLosses, 1e-4, "losses");
    assert.ok(losses[4]! < 0.99 * losses[0]!, "the steps change something");
    const all = (await readNpy(join(folder, `train_${network}_moving.npy`))).data as Float32Array;
    let at = 0;
    for (const [i, { name, values }] of averages().entries()) {
      const expected = all.slice(at, at += values.length);
      assertClose(values, expected, 1e-4, name);
      // They move by a few per cent at most, so that the way they went is compared as well.
      const moved = (to: Float32Array) => to.map((value, k) => value - start[i]!.values[k]!);
      assertClose(moved(values), moved(expected), 2e-3, `change of ${name}`);
    }
    assert.equal(at, all.length);
    step.dispose();
    model.dispose();
  });
}

testWith(
  peer,
  reason,
  "encodeKeras() makes files that Keras 2 and Keras 3 load, with the same output",
  async (peer) => {
    await useBackend({ quiet: true });
    const size = 128;
    const cases: [string, string, CreateModelOptions, string][] = [
      ["mnv2", "mnv2", {}, "mnv2"],
      ["efnb0_applications", "efnb0", { flavor: "applications" }, "efnb0_applications"],
      ["efnb3_applications", "efnb3", { flavor: "applications" }, "efnb3_applications"],
      ["efnb0", "efnb0", {}, "efnb0"],
      ["efnb3", "efnb3", {}, "efnb3"],
    ];
    // The efficientnet package is Keras 2's, and may be missing.
    const hasOwn = (keras: string, own: string) => !/^efnb\d$/.test(own) || (keras === "keras2" && peer.efficientnet);
    const files = new Map<string, Uint8Array>(), outputs = new Map<string, Float32Array>();
    for (const [key, network, options] of cases) {
      const model = createModel(network, { size, ...options, initialize: false });
      fillByFormula(model, tf);
      files.set(key, await encodeKeras(model));
      outputs.set(key, predict(model, size));
      model.dispose();
    }
    // `load_model` gets the configuration that we write, and RGB in 0..1; by name, Keras's own architecture.
    const jobs = cases.flatMap(([key, , , own]) =>
      ["keras2", "keras3"].flatMap((keras) =>
        [null, ...hasOwn(keras, own) ? [own] : []].map((network) => ({ key, keras, network }))
      )
    );
    const folder = await cachedPeer(peer, "load", [...files.values(), encoded(size)], async (folder) => {
      for (const [key, bytes] of files) await Deno.writeFile(join(folder, `${key}.h5`), bytes);
      await Deno.writeFile(join(folder, "images.npy"), encoded(size));
      const list = jobs.map(({ key, keras, network }, i) => ({
        keras,
        network,
        path: join(folder, `${key}.h5`),
        images: join(folder, "images.npy"),
        output: join(folder, `${i}.npy`),
      }));
      await Deno.writeTextFile(join(folder, "jobs.json"), JSON.stringify(list));
      await runPeer(peer, "load", join(folder, "jobs.json"));
    });
    for (const [i, job] of jobs.entries()) {
      const { data } = await readNpy(join(folder, `${i}.npy`));
      assertClose(data as Float32Array, outputs.get(job.key)!, 1e-4, JSON.stringify(job));
    }
  },
);
