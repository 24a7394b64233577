import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { fromFileUrl } from "@/paths.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { withFolder } from "@/testing.ts";
import { layersFile } from "./layers_file.ts";
import { fillByFormula, formulaImages } from "./peer/formula.ts";
import { toPlainModel } from "./plain.ts";
import { createModel, type CreateModelOptions } from "./registry.ts";

await useBackend({ quiet: true });

const size = 64;
const pictures = formulaImages(1, size);
const x = tf.tensor(pictures, [1, size, size, 3]);

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, relative: number) {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs));
  Array.from(actual).forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]!) < relative * largest, `${value} ${expected[i]}`)
  );
}

Deno.test("toPlainModel() loads in stock TensorFlow.js, with the same output", async (context) => {
  const cases: [string, CreateModelOptions, boolean][] = [
    ["mnv2", { alpha: 0.5 }, false],
    ["mnv2", { alpha: 0.5 }, true],
    ["efnb0", {}, false],
    ["efnb0", { flavor: "applications" }, true],
  ];
  await withFolder(async (folder) => {
    const expected: ArrayLike<number>[] = [];
    for (const [i, [name, options, fold]] of cases.entries()) {
      const model = createModel(name, { points: 5, size, ...options, initialize: false });
      fillByFormula(model, tf);
      expected.push((model.predict(x) as tf.Tensor).dataSync());
      const plain = toPlainModel(model, { fold });
      await plain.save(layersFile(join(folder, String(i))));
      plain.dispose();
      model.dispose();
    }
    await Deno.writeFile(join(folder, "x.f32"), new Uint8Array(pictures.buffer));
    const script = fromFileUrl(new URL("./peer/stock_peer.ts", import.meta.url));
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", script, join(folder, "x.f32"), ...cases.map((_, i) => join(folder, String(i)))],
      env: { NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const actual = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!) as number[][];
    for (const [i, [name, options, fold]] of cases.entries()) {
      const label = [name, ...Object.values(options), fold ? "folded" : ""].join(" ").trim();
      // Another backend adds in another order.
      await context.step(label, () => assertClose(actual[i]!, expected[i]!, 1e-4));
    }
  });
});

Deno.test("layersFile() saves and loads a model of our own layers, in several files", async () => {
  const model = createModel("mnv2", { points: 5, size, initialize: false });
  fillByFormula(model, tf);
  const expected = (model.predict(x) as tf.Tensor).dataSync();
  await withFolder(async (folder) => {
    await model.save(layersFile(folder));
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["group1-shard1of3.bin", "group1-shard2of3.bin", "group1-shard3of3.bin", "model.json"]);
    const loaded = await tf.loadLayersModel(layersFile(folder));
    assert.deepEqual((loaded.predict(x) as tf.Tensor).dataSync(), expected);
    assert.deepEqual(loaded.layers.map((layer) => layer.getConfig()), model.layers.map((layer) => layer.getConfig()));
    loaded.dispose();
  });
  model.dispose();
});

Deno.test("layersFile() refuses folders that are no model, each in a sentence", async () => {
  const manifest = (paths: string[]) =>
    JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths, weights: [] }] });
  const cases: [string | undefined, RegExp][] = [
    [undefined, /^Cannot read a layers model from '.*model\.json' as it is not to be read as JSON: .*No such file/],
    ["{", /as it is not to be read as JSON/],
    ["null", /as it has no modelTopology and weightsManifest/],
    ['{"modelTopology":{},"weightsManifest":[3]}', /as a group of its weights is no group: 3$/],
    [manifest(["../../etc/passwd"]), /as a weight file lies outside its folder: \.\.\/\.\.\/etc\/passwd$/],
    [manifest(["/etc/passwd"]), /as a weight file lies outside its folder: \/etc\/passwd$/],
  ];
  for (const [text, message] of cases) {
    await withFolder(async (folder) => {
      if (text !== undefined) await Deno.writeTextFile(join(folder, "model.json"), text);
      await assert.rejects(tf.loadLayersModel(layersFile(folder)), { message });
    });
  }
});
