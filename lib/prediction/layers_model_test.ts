import type * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { layersFile } from "@/models/layers_file.ts";
import { toPlainModel } from "@/models/plain.ts";
import { createModel } from "@/models/registry.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { withFolder } from "@/testing.ts";
import { loadLayersFolder } from "./layers_model.ts";

await useBackend({ quiet: true });

interface Layer {
  class_name: string;
  config: Record<string, unknown> & { name: string };
  // deno-lint-ignore no-explicit-any -- a foreign format, to be damaged
  inbound_nodes: any;
}
interface Topology {
  config: { layers: Layer[] };
}

Deno.test("loadLayersFolder() reads every kind of network, folded or not", async () => {
  await withFolder(async (folder) => {
    for (const [name, fold] of [["mnv2", false], ["efnb0", true]] as const) {
      const model = createModel(name, { points: 5, size: 32, seed: 2 });
      const plain = toPlainModel(model, { fold });
      await plain.save(layersFile(folder));
      const { model: read, note } = await loadLayersFolder(folder);
      assert.equal(note, undefined);
      assert.equal(read.countParams(), plain.countParams());
      for (const made of [model, plain, read]) made.dispose();
    }
  });
});

Deno.test("loadLayersFolder() refuses damaged and hostile folders in one sentence, before it makes anything", async () => {
  const model = createModel("mnv2", { points: 5, size: 32, alpha: 0.35, seed: 2 });
  const plain = toPlainModel(model);
  const find = ({ config }: Topology, kind: string) => config.layers.find(({ class_name }) => class_name === kind)!;
  type Json = tf.io.ModelJSON & { modelTopology: Topology };
  const cases: [string, (json: Json) => unknown, RegExp][] = [
    ["no JSON", () => "{", /not to be read as JSON/],
    ["no model", () => ({}), /has no modelTopology and weightsManifest/],
    ["list", (json) => ({ ...json, modelTopology: [] }), /topology is not a list of layers/],
    [
      "units",
      (json) => void (find(json.modelTopology, "Dense").config["units"] = 1e9),
      /whole number from 1 to 100000: 1000000000/,
    ],
    [
      "many",
      (json) => void (find(json.modelTopology, "Dense").config["units"] = 90_000),
      /its layers need \d+ weights: \d+ listed/,
    ],
    [
      "text",
      (json) => void (find(json.modelTopology, "Conv2D").config["filters"] = "9"),
      /whole number from 1 to 100000: "9"/,
    ],
    ["class", (json) => void (find(json.modelTopology, "ReLU").class_name = "Lambda"), /none of Conv2D, .*'Lambda'/],
    [
      "prototype",
      (json) => void (find(json.modelTopology, "ReLU").class_name = "constructor"),
      /none of .*'constructor'/,
    ],
    [
      "circle",
      (json) => void (find(json.modelTopology, "Conv2D").inbound_nodes[0][0][0] = "O_L"),
      /comes before its inputs/,
    ],
    [
      "input",
      (json) => void (find(json.modelTopology, "InputLayer").config["batch_input_shape"] = [null, 9000, 9000, 3]),
      /8 to 1024 pixels: \[null,9000,9000,3\]/,
    ],
    [
      "padding",
      (json) => {
        const layer = find(json.modelTopology, "ReLU");
        layer.class_name = "ZeroPadding2D";
        layer.config["padding"] = [[9999, 0], [0, 0]];
      },
      /pads/,
    ],
    ["listed", (json) => void (json.weightsManifest[0]!.weights[0]!.shape = [-1, 1e9]), /a weight has no shape/],
    ["outside", (json) => void (json.weightsManifest[0]!.paths[0] = "../../secret.bin"), /lies outside its folder/],
    [
      "absent",
      (json) => void (json.weightsManifest[0]!.paths[0] = "none.bin"),
      /a weight file that it names is missing/,
    ],
    ["folder", (json) => void (json.weightsManifest[0]!.paths[0] = "./"), /is no file: \.\/$|lies outside/],
    [
      "device",
      (json) => void (json.weightsManifest[0]!.paths[0] = "device"),
      /a weight file (of it is no file: device$|that it names is missing)/,
    ],
    [
      "renamed",
      (json) => void (json.weightsManifest[0]!.weights[0]!.name = "x/kernel"),
      /TensorFlow\.js does not take it/,
    ],
  ];
  for (const [name, change, expected] of cases) {
    await withFolder(async (folder) => {
      await plain.save(layersFile(folder));
      if (Deno.build.os !== "windows") await Deno.symlink("/dev/zero", join(folder, "device"));
      const path = join(folder, "model.json");
      const json = JSON.parse(await Deno.readTextFile(path));
      const changed = change(json) ?? json;
      await Deno.writeTextFile(path, typeof changed === "string" ? changed : JSON.stringify(changed));
      await assert.rejects(loadLayersFolder(folder), (error: Error) => {
        assert.match(error.message, expected, name);
        assert.match(error.message, /^Cannot read a layers model from '/, name);
        assert.ok(!error.message.includes("\n"), name);
        return true;
      });
    });
  }
  await withFolder(async (folder) => {
    await plain.save(layersFile(folder));
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".bin")) await Deno.truncate(join(folder, name), 1000);
    }
    await assert.rejects(loadLayersFolder(folder), /its layers need \d+ weights: \d+ listed, 1000 bytes there/);
    await Deno.remove(join(folder, "model.json"));
    await assert.rejects(loadLayersFolder(folder), /there is no such file/);
  });
  plain.dispose();
  model.dispose();
});
