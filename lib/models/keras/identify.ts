import { basename } from "node:path";
import { EFFICIENTNET_SCALES, type EfficientNetVariant } from "../efficientnet.ts";
import { roundChannels } from "../mobilenet_v2.ts";
import type { CreateModelOptions } from "../registry.ts";
import { layersByName } from "./match.ts";
import { printable } from "./printable.ts";
import type { StoredLayer, StoredWeights } from "./stored_weights.ts";

/** What a Keras file turned out to hold. */
export interface IdentifiedModel {
  /** Registry name, as `mnv2`. */
  name: string;
  /** Options that make a model of the same shape; `size` only where the file says it. */
  options: CreateModelOptions;
  /** The file's name for its last dense layer; undefined in a file without top. */
  head: string | undefined;
  /** How many outputs that layer has. */
  units: number | undefined;
  /** Whether that layer is an ImageNet classifier rather than a landmark regressor. */
  classifier: boolean;
}

const ALPHAS = [0.35, 0.5, 0.75, 1, 1.3, 1.4];
/** Blocks of B0 to B7: repeats of table 1, each times the depth, rounded up. */
const BLOCKS = EFFICIENTNET_SCALES.map(([, depth]) =>
  [1, 2, 2, 3, 3, 4, 1].reduce((sum, repeats) => sum + Math.ceil(depth * repeats), 0)
);

function refuse(source: string, reason: string): never {
  throw new TypeError(`Cannot tell which network is in '${source}' as ${printable(reason, 300)}`);
}

/** Tells from names and shapes which of this library's networks a file holds. */
export function identify(stored: StoredWeights): IdentifiedModel {
  const layers = layersByName(stored);
  if (layers.size === 0) refuse(stored.source, "it numbers its layers but does not name them: name the network");
  const filters = (name: string) => layers.get(name)?.weights.find(({ shape }) => shape.length === 4)?.shape[3];
  const { head, units } = findHead(layers);
  const classifier = head !== undefined && (/^(predictions|Logits|probs)$/.test(head) || isSoftmax(stored, head));
  const size = inputSize(stored);
  const shared = {
    ...(units !== undefined && units > 0 && units % 2 === 0 && !classifier && { points: units / 2 }),
    ...(size !== undefined && { size }),
  };

  if (layers.has("Conv1") && layers.has("expanded_conv_project")) {
    const widths = [filters("Conv1"), filters("expanded_conv_project"), filters("block_16_project"), filters("Conv_1")];
    const alpha = ALPHAS.find((alpha) =>
      [32, 16, 320].every((base, i) => roundChannels(i === 0 ? base * alpha : Math.trunc(base * alpha)) === widths[i])
    );
    if (alpha === undefined) {
      refuse(stored.source, `MobileNetV2 has an alpha of ${ALPHAS.join(", ")}: channels ${widths.join(", ")}`);
    }
    return { name: "mnv2", options: { ...shared, ...(alpha !== 1 && { alpha }) }, head, units, classifier };
  }
  if (layers.has("stem_conv") && layers.has("block1a_dwconv")) {
    const blocks = [...layers.keys()].filter((name) => /^block\d[a-z]+_dwconv2?$/.test(name)).length;
    const top = filters("top_conv"), stem = filters("stem_conv");
    const variant = BLOCKS.findIndex((count, i) => {
      const [width] = EFFICIENTNET_SCALES[i]!;
      return count === blocks && roundChannels(1280 * width) === top && roundChannels(32 * width) === stem;
    });
    if (variant < 0) {
      refuse(stored.source, `no EfficientNet from B0 to B7 has its ${blocks} blocks and ${stem} to ${top} channels`);
    }
    const flavor = layers.has("normalization") ? { flavor: "applications" as const } : {};
    return {
      name: `efnb${variant as EfficientNetVariant}`,
      options: { ...shared, ...flavor },
      head,
      units,
      classifier,
    };
  }
  const names = [...layers.keys()].slice(0, 6).join(", ");
  refuse(stored.source, `it is neither MobileNetV2 nor EfficientNet by its layers: ${names}`);
}

/** The last layer with a matrix for a kernel. */
function findHead(layers: Map<string, StoredLayer>): { head: string | undefined; units: number | undefined } {
  for (const [name, { weights }] of [...layers].reverse()) {
    const kernel = weights.find(({ shape }) => shape.length === 2);
    if (kernel) return { head: name, units: kernel.shape[1] };
  }
  return { head: undefined, units: undefined };
}

function isSoftmax({ config }: StoredWeights, head: string): boolean {
  return config.some(({ name, config }) => name === head && config["activation"] === "softmax");
}

/** The side of the square input, where the configuration has one. */
function inputSize({ config }: StoredWeights): number | undefined {
  for (const { className, config: layer } of config) {
    if (className !== "InputLayer") continue;
    const shape = layer["batch_input_shape"] ?? layer["batch_shape"];
    if (Array.isArray(shape) && typeof shape[1] === "number" && shape[1] === shape[2]) return shape[1];
  }
  return undefined;
}

/** How a file's labels are meant (see lib/data/labels.ts), where its name or a note of ours tells. */
export function labelConvention(stored: Pick<StoredWeights, "source" | "note">): "centered" | "released" | undefined {
  if (stored.note !== undefined) {
    try {
      const { labels } = JSON.parse(stored.note) as { labels?: unknown };
      if (labels === "centered" || labels === "released") return labels;
    } catch { /* a note that is no longer JSON says nothing */ }
  }
  // The ACR Loss release: 300w_mnv2_ACRLoss.h5, 300w_EF3_base.h5, cofw_EF3_xxxLoss.h5.
  return /^(300w|cofw)_(mnv2|ef_?\d)_\w*\.h5$/i.test(basename(stored.source)) ? "released" : undefined;
}
