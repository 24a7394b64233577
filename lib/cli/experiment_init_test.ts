import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { sha256 } from "@/files.ts";
import { loadTrainedModel } from "@/experiment/weights.ts";
import { encodeKeras } from "@/models/keras/mod.ts";
import { fillByFormula } from "@/models/peer/formula.ts";
import { createModel } from "@/models/registry.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { withFolder } from "@/testing.ts";
import { runExperimentCommand } from "./experiment.ts";

const PAGE = `
import { defineExperiment } from "@/experiment/page.ts";
export default defineExperiment({
  summary: "A toy", dataset: "synthetic", synthetic: { train: 12, test: 2 }, size: 32, validation: 0.2,
  architecture: "mnv2", model: { alpha: 0.35 }, schedule: { name: "constant", learningRate: 1e-12 }, epochs: 1, batch: 4,
});
`;

/** Runs the page with more arguments, and returns what it says. */
async function say(folder: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const said: string[] = [];
  const { error } = console;
  console.error = (...parts: unknown[]) => said.push(parts.join(" "));
  const output = { out: (text: string) => said.push(text), error: (text: string) => said.push(text), color: false };
  try {
    const common = ["toy", "--pages", folder, "--out", join(folder, "results"), "--cache", join(folder, "prepared")];
    return { code: await runExperimentCommand([...common, ...args], output), text: said.join("\n") };
  } finally {
    console.error = error;
  }
}

Deno.test("deno task experiment --init starts from a Keras file, says what it took, and records the file", async () => {
  await useBackend({ quiet: true });
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "toy.ts"), PAGE);
    const numbers = (model: tf.LayersModel, layer: string) => [...model.getLayer(layer).getWeights()[0]!.dataSync()];
    for (
      const [points, message] of [
        [68, /^Starts from 262 weights of .*from68\.h5, its last layer; it was fed with RGB in 0\.\.1, as here$/m],
        [
          5,
          /^Starts from 260 weights of .*from5\.h5, with a fresh last layer; it was fed with RGB in 0\.\.1, as here$/m,
        ],
      ] as const
    ) {
      const path = join(folder, `from${points}.h5`);
      const from = createModel("mnv2", { points, size: 32, alpha: 0.35, initialize: false });
      fillByFormula(from, tf);
      const bytes = await encodeKeras(from);
      await Deno.writeFile(path, bytes);
      const { code, text } = await say(folder, "--init", path);
      assert.equal(code, 0, text);
      assert.match(text, message);
      const [variant] = [...Deno.readDirSync(join(folder, "results", "toy"))].map(({ name }) => name)
        .filter((name) => name.includes(`from${points}`));
      const { model, config } = await loadTrainedModel(join(folder, "results", "toy", variant!, "seed-0"));
      assert.deepEqual([config.settings["init"], config.settings["initHash"]], [path, sha256(bytes)]);
      // Adam's first steps are of the learning rate's size: nothing that one could see.
      const near = (layer: string) => {
        const expected = numbers(from, layer);
        return numbers(model, layer).every((value, i) => Math.abs(value - expected[i]!) < 1e-6);
      };
      assert.ok(near("Conv1") && near("block_16_project"));
      assert.equal(points === 68 && near("O_L"), points === 68);
      from.dispose();
      model.dispose();
    }
    const other = createModel("efnb0", { points: 68, size: 32, initialize: false });
    await Deno.writeFile(join(folder, "other.h5"), await encodeKeras(other));
    other.dispose();
    const { code, text } = await say(folder, "--init", join(folder, "other.h5"));
    assert.equal(code, 1);
    assert.match(text, /Cannot start mobilenet_v2 from '.*other\.h5' as that holds another network: efnb0\n$/);
  });
});
