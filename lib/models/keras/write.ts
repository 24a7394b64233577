import type * as tf from "@tensorflow/tfjs";
import { writeFileAtomic } from "@/files.ts";
import { Normalization } from "../layers/mod.ts";
import { toPlainModel } from "../plain.ts";

/** Options of {@linkcode writeKeras}. */
export interface WriteKerasOptions {
  /** How the model's outputs are meant (see lib/data/labels.ts); noted in the file. */
  labels?: "centered" | "released";
  /** Anything else worth noting, as the run it comes from. JSON. */
  note?: Readonly<Record<string, unknown>>;
}

/** The Keras version whose layout and configuration this writes. */
const KERAS_VERSION = "2.15.0";

interface KerasLayer {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  inbound_nodes: unknown[];
}

/**
 * Writes a model as a Keras 2 HDF5 file, configuration and weights: Python's `keras.models.load_model(path)` (Keras 2
 * and 3) makes the model out of it with no other code, and `model.load_weights(path, by_name=True)` fills one of the
 * same layer names. Layers are stock Keras; the input is RGB in 0..1.
 */
export async function writeKeras(path: string, model: tf.LayersModel, options: WriteKerasOptions = {}): Promise<void> {
  await writeFileAtomic(path, await encodeKeras(model, options));
}

/** The bytes that {@linkcode writeKeras} writes. */
export async function encodeKeras(
  model: tf.LayersModel,
  { labels, note }: WriteKerasOptions = {},
): Promise<Uint8Array> {
  const h5 = await import("h5wasm");
  const { FS } = await h5.ready;
  const name = `/write-${crypto.randomUUID()}.h5`;
  const restore = stopClock();
  const file = new h5.File(name, "w");
  let open = true;
  try {
    const about = (group: InstanceType<typeof h5.Group>) => {
      group.create_attribute("backend", "tensorflow");
      group.create_attribute("keras_version", KERAS_VERSION);
    };
    about(file);
    file.create_attribute("model_config", JSON.stringify(kerasConfig(model)));
    file.create_attribute("acr_lab", JSON.stringify({ ...note, ...(labels && { labels }) }));
    const weights = file.create_group("model_weights");
    about(weights);
    writeNames(weights, "layer_names", model.layers.map((layer) => layer.name));
    for (const layer of model.layers) {
      const group = weights.create_group(layer.name);
      const names = layer.weights.map((weight) => `${layer.name}/${weight.originalName.split("/").at(-1)}:0`);
      writeNames(group, "weight_names", names);
      if (names.length === 0) continue;
      const inner = group.create_group(layer.name);
      layer.weights.forEach((weight, i) => {
        const value = weight.read();
        const integer = value.dtype === "int32";
        inner.create_dataset({
          name: names[i]!.split("/").at(-1)!,
          data: value.dataSync() as Float32Array | Int32Array,
          shape: value.shape,
          dtype: integer ? "<i4" : "<f4",
        });
      });
    }
    file.close();
    open = false;
    return FS.readFile(name);
  } finally {
    if (open) file.close();
    restore();
    FS.unlink(name);
  }
}

/**
 * HDF5 stamps what it writes with the time of day, and has no switch for it here. While the clock stands, the same
 * weights make the same bytes. Nothing else runs meanwhile: the writing is synchronous.
 */
function stopClock(): () => void {
  const { now } = Date;
  Date.now = () => 0;
  return () => {
    Date.now = now;
  };
}

interface Attributed {
  create_attribute(name: string, data: string[], shape?: number[] | null, dtype?: string | null): void;
}

/** A list of names as Keras writes it: text of one fixed width. */
function writeNames(group: Attributed, name: string, names: string[]): void {
  if (names.length === 0) {
    // HDF5 has no type for an empty list of text; NumPy's, which Keras writes, is of float64.
    (group as unknown as { create_attribute(name: string, data: Float64Array, shape: number[], dtype: string): void })
      .create_attribute(name, new Float64Array(0), [0], "<d");
    return;
  }
  const width = Math.max(...names.map((text) => new TextEncoder().encode(text).length));
  group.create_attribute(name, names, [names.length], `S${width}`);
}

/** The model's configuration as Keras's `Functional.get_config()`. */
function kerasConfig(model: tf.LayersModel): unknown {
  const plain = toPlainModel(model);
  try {
    const topology = plain.toJSON(undefined, false) as unknown as {
      config: { name: string; layers: KerasLayer[]; input_layers: unknown; output_layers: unknown };
    };
    const { layers, ...rest } = topology.config;
    return {
      class_name: "Functional",
      config: { ...rest, trainable: true, layers: layers.map((layer) => kerasLayer(layer, model)) },
    };
  } finally {
    plain.dispose();
  }
}

function kerasLayer(layer: KerasLayer, model: tf.LayersModel): KerasLayer {
  const { class_name, name, inbound_nodes } = layer;
  const config: Record<string, unknown> = { ...layer.config };
  if (class_name !== "InputLayer" && model.getLayer(name) instanceof Normalization) {
    const settings = { name, trainable: true, dtype: "float32", axis: [-1], mean: null, variance: null };
    return { class_name: "Normalization", name, config: settings, inbound_nodes };
  }
  return { class_name, name, config, inbound_nodes };
}
