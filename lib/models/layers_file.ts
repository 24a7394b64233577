import * as tf from "@tensorflow/tfjs";
import { dirname, join, resolve, sep } from "node:path";
import { messageOf } from "@/errors.ts";
import { writeFileAtomic } from "@/files.ts";

/** tfjs's converter cuts weights into files of this many bytes, which browsers cache one by one. */
const SHARD = 4 << 20;
const MAX_BYTES = 1 << 30;

/**
 * A `tf.io` handler for a folder in TensorFlow.js's own format, `model.json` beside its weight files, for `model.save()`
 * and `tf.loadLayersModel()`. Files are replaced whole; `model.json` comes last, so that it never names absent weights.
 */
export function layersFile(folder: string): tf.io.IOHandler {
  return { save: (artifacts) => save(folder, artifacts), load: () => load(folder) };
}

async function save(folder: string, artifacts: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> {
  const { modelTopology, weightSpecs = [], weightData, format, generatedBy, convertedBy, userDefinedMetadata } =
    artifacts;
  const data = new Uint8Array(tf.io.concatenateArrayBuffers(weightData ? [weightData].flat() : []));
  const shards = Math.max(1, Math.ceil(data.length / SHARD));
  const paths = Array.from({ length: shards }, (_, i) => `group1-shard${i + 1}of${shards}.bin`);
  for (const [i, path] of paths.entries()) {
    await writeFileAtomic(join(folder, path), data.subarray(i * SHARD, (i + 1) * SHARD));
  }
  const json = JSON.stringify({
    format,
    generatedBy,
    convertedBy: convertedBy ?? null,
    modelTopology,
    weightsManifest: [{ paths, weights: weightSpecs }],
    ...(userDefinedMetadata && { userDefinedMetadata }),
  });
  await writeFileAtomic(join(folder, "model.json"), json);
  return {
    modelArtifactsInfo: {
      dateSaved: new Date(),
      modelTopologyType: "JSON",
      modelTopologyBytes: json.length,
      weightDataBytes: data.length,
    },
  };
}

async function load(folder: string): Promise<tf.io.ModelArtifacts> {
  const path = join(folder, "model.json");
  let model: Partial<tf.io.ModelJSON> | null;
  try {
    model = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new SyntaxError(
      `Cannot read a layers model from '${path}' as it is not to be read as JSON: ${messageOf(error)}`,
    );
  }
  if (!model || typeof model !== "object" || !model.modelTopology || !Array.isArray(model.weightsManifest)) {
    throw new SyntaxError(
      `Cannot read a layers model from '${path}' as it has no modelTopology and weightsManifest: ${folder}`,
    );
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const weightSpecs: tf.io.WeightsManifestEntry[] = [];
  let total = 0;
  for (const group of model.weightsManifest) {
    if (!Array.isArray(group?.paths) || !Array.isArray(group.weights)) {
      throw new SyntaxError(
        `Cannot read a layers model from '${path}' as a group of its weights is no group: ${
          JSON.stringify(group)?.slice(0, 80)
        }`,
      );
    }
    for (const weight of group.weights) weightSpecs.push(weight);
    for (const name of group.paths) {
      const file = resolve(folder, String(name));
      if (dirname(file) !== resolve(folder) && !file.startsWith(resolve(folder) + sep)) {
        throw new SyntaxError(
          `Cannot read a layers model from '${path}' as a weight file lies outside its folder: ${name}`,
        );
      }
      const { isFile, size } = await Deno.stat(file);
      // A pipe or a device would never end.
      if (!isFile) {
        throw new SyntaxError(`Cannot read a layers model from '${path}' as a weight file of it is no file: ${name}`);
      }
      total += size;
      if (total > MAX_BYTES) {
        throw new RangeError(`Cannot read a layers model from '${path}' as its weights are over 1 GiB: ${total} bytes`);
      }
      parts.push(await Deno.readFile(file));
    }
  }
  return {
    modelTopology: model.modelTopology,
    weightSpecs,
    weightData: tf.io.concatenateArrayBuffers(parts.map((part) => part.buffer)),
    ...(model.format && { format: model.format }),
    ...(model.generatedBy && { generatedBy: model.generatedBy }),
    ...(model.userDefinedMetadata && { userDefinedMetadata: model.userDefinedMetadata }),
  };
}
