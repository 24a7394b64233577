import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { saveWeights, WEIGHTS_FILE } from "@/experiment/weights.ts";
import { resolveExperiment } from "@/experiment/resolve.ts";
import { createExperimentModel } from "@/experiment/model.ts";
import { settingsJson } from "@/experiment/settings.ts";
import { fillByFormula } from "@/models/peer/formula.ts";

export interface TestRunOptions {
  /** @default 32 */
  size?: number;
  /** `68`, or `NAME-5` for own points. @default "68" */
  scheme?: string;
  dataset?: string;
  architecture?: string;
}

/** An oval around the middle of the crop. */
export function ovalLabels(points: number): Float32Array {
  return Float32Array.from({ length: 2 * points }, (_, i) => {
    const angle = 2 * Math.PI * (i >> 1) / points;
    return 0.4 * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) - 0.03;
  });
}

/**
 * Writes the directory of a run that has ended, whose network was never trained: it answers with an oval, and each
 * picture moves its points a little.
 */
export async function writeTestRun(folder: string, options: TestRunOptions = {}): Promise<string> {
  const { size = 32, scheme = "68", dataset = "synthetic", architecture = "mnv2" } = options;
  const small = architecture === "mnv2" ? { model: { alpha: 0.35 } } : {};
  const { settings } = resolveExperiment({ summary: "A toy", dataset, architecture, size, epochs: 1, ...small }, []);
  const points = Number(/\d+$/.exec(scheme)![0]);
  const model = createExperimentModel(settings, { points, seed: 1 });
  fillByFormula(model, tf);
  tf.tidy(() => {
    const head = model.layers.at(-1)!;
    const [kernel, bias] = head.getWeights() as [tf.Tensor, tf.Tensor];
    // Large weights, so that pictures differ; then the middle of all is put where it should be.
    const large = tf.mul(kernel, 8);
    head.setWeights([large, bias]);
    const gray = tf.reshape(model.predict(tf.fill([1, size, size, 3], 0.5)) as tf.Tensor, [-1]);
    head.setWeights([large, tf.add(tf.sub(bias, gray), tf.tensor1d(ovalLabels(points)))]);
  });
  const config = {
    version: 1,
    experiment: "toy",
    variant: "acr",
    seed: 0,
    backend: "tensorflow",
    settings: { ...settingsJson(settings), protocol: "acr-224", scheme },
    data: {},
    environment: {},
  };
  const path = join(folder, "toy", "acr", "seed-0");
  await Deno.mkdir(path, { recursive: true });
  await Deno.writeTextFile(join(path, "config.json"), JSON.stringify(config));
  await saveWeights(join(path, WEIGHTS_FILE), model, {});
  model.dispose();
  return path;
}
