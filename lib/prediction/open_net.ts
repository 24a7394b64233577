import * as tf from "@tensorflow/tfjs";
import { basename, dirname, join } from "node:path";
import { messageOf } from "@/errors.ts";
import type { LabelConvention } from "@/data/labels.ts";
import { schemeByName } from "@/data/schemes.ts";
import { cropProtocols } from "@/data/crop.ts";
import { createExperimentModel } from "@/experiment/model.ts";
import type { ExperimentSettings } from "@/experiment/settings.ts";
import { loadWeights, WEIGHTS_FILE } from "@/experiment/weights.ts";
import { labelConvention } from "@/models/keras/mod.ts";
import { openKerasModel } from "@/models/keras/open.ts";
import { modelEntry } from "@/models/registry.ts";
import { readRun } from "@/results/read_run.ts";
import { type LandmarkNet, parseNote } from "./landmark_net.ts";
import { loadLayersFolder } from "./layers_model.ts";

/** Options of {@linkcode openNet}. */
export interface OpenNetOptions {
  /** How its numbers are meant. @default "auto": told from the run, the file's note or its name, else `centered` */
  convention?: LabelConvention | "auto" | undefined;
  /** Side of the input in pixels, for files that do not say. @default what the file says, else 224 */
  size?: number | undefined;
  /** Registry name, for files that do not name their layers. */
  network?: string | undefined;
}

/** What the authors of ACR Loss, and runs here, crop by unless they say otherwise. */
const USUAL_PROTOCOL = "acr-224";

/**
 * Opens a model for prediction: a run directory, a Keras file (`.h5`, `.keras`), or a folder with a TensorFlow.js layers
 * model. Call `useBackend()` before.
 *
 * @throws {Error} with one sentence if there is none, or it is no landmark model
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { join } from "node:path";
 * import { createModel, createPredictor, openNet, predictPicture, readPicture, useBackend, writeKeras } from "@/mod.ts";
 * import sharp from "sharp";
 *
 * // A network and a picture, where you would have your own: a run directory does as well.
 * const folder = await Deno.makeTempDir(), file = join(folder, "net.h5"), photo = join(folder, "photo.png");
 * await useBackend({ backend: "cpu" });
 * await writeKeras(file, createModel("mnv2", { points: 68, size: 32, alpha: 0.35 }), { labels: "centered" });
 * await sharp({ create: { width: 200, height: 150, channels: 3, background: "#888" } }).png().toFile(photo);
 *
 * const net = await openNet(file, { size: 32 });
 * const predictor = createPredictor(net.model);
 * const [face] = await predictPicture(net, predictor, await readPicture(photo), [[40, 30, 90, 90]]);
 * assert.equal(face!.landmarks.length, 136); // pixels of the picture
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function openNet(path: string, options: OpenNetOptions = {}): Promise<LandmarkNet> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "there is no such file or folder" : messageOf(error);
    throw new Error(`Cannot open a model as ${reason}: '${path}'`);
  }
  if (info.isFile && basename(path) === "model.json") return await openLayers(dirname(path), options);
  if (!info.isDirectory) return await openKeras(path, options);
  if (await isFile(join(path, "config.json"))) return await openRunNet(path, options);
  if (await isFile(join(path, "model.json"))) return await openLayers(path, options);
  throw new Error(
    `Cannot open a model as its folder holds neither config.json (a run) nor model.json (a layers model): '${path}'`,
  );
}

async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile === true;
}

/** Options that only some models leave open. */
function refuse(path: string, what: string, options: OpenNetOptions, names: ("size" | "network")[]): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given) {
    throw new RangeError(`Cannot open '${path}' with --${given} as ${what} says that itself: ${options[given]}`);
  }
}

async function openRunNet(path: string, options: OpenNetOptions): Promise<LandmarkNet> {
  refuse(path, "a run", options, ["size", "network"]);
  const { config, result, state, reason } = await readRun(path);
  if (config === undefined) throw new SyntaxError(`Cannot open run '${path}' as it is broken: ${reason}`);
  if (!await isFile(join(path, WEIGHTS_FILE))) {
    throw new Error(`Cannot open run '${path}' as it has no ${WEIGHTS_FILE}, which comes at its end: it is ${state}`);
  }
  const settings = config.settings as unknown as ExperimentSettings & { scheme?: unknown };
  const { scheme, lines, points } = schemeOf(settings.scheme, path);
  let model: tf.LayersModel;
  try {
    model = createExperimentModel(settings, { points, seed: config.seed });
  } catch (error) {
    throw new SyntaxError(`Cannot open run '${path}' as its config.json makes no network: ${messageOf(error)}`);
  }
  try {
    await loadWeights(join(path, WEIGHTS_FILE), model, settings.architecture);
  } catch (error) {
    model.dispose();
    throw error;
  }
  const { convention = "auto" } = options;
  if (convention === "released") turnSign(model);
  return {
    path,
    kind: "run",
    title: `${settings.architecture} of run ${config.experiment}/${config.variant}/seed-${config.seed}`,
    model,
    points,
    size: settings.size,
    convention: convention === "auto" ? "centered" : convention,
    because: convention === "auto" ? "as in every run" : "as asked",
    ...protocolOf(settings.protocol ?? undefined),
    lines,
    scheme,
    config,
    tested: result?.data,
  };
}

/** A run names its scheme; that of own points ends in their number. */
function schemeOf(name: unknown, path: string) {
  if (name === "68" || name === "29" || name === "98") {
    const { points, lines } = schemeByName(name);
    return { scheme: name as string, points, lines };
  }
  const points = Number(/-(\d{1,5})$/.exec(String(name))?.[1]);
  if (!(points >= 1)) {
    throw new SyntaxError(
      `Cannot open run '${path}' as its config.json names no landmark scheme: ${String(name).slice(0, 60)}`,
    );
  }
  return { scheme: String(name), points, lines: [] };
}

async function openKeras(path: string, options: OpenNetOptions): Promise<LandmarkNet> {
  const { network, size: asked } = options;
  const model = { ...(asked !== undefined && { size: asked }) };
  const opened = await openKerasModel(path, { ...(network !== undefined && { network }), model });
  const note = parseNote(jsonOf(opened.note), opened.points);
  const { name, points, size } = opened;
  const { convention: wanted = "auto" } = options;
  const convention = wanted === "auto" ? opened.labels ?? "centered" : wanted;
  if (convention === "released") turnSign(opened.model, modelEntry(name).head);
  const because = wanted !== "auto"
    ? "as asked"
    : opened.labels && opened.labels !== labelConvention({ source: path, note: undefined })
    ? "as its note says"
    : opened.labels
    ? "by its name: a file of the ACR Loss release"
    : "assumed: neither its name nor a note tells; --convention released turns the sign";
  return {
    path,
    kind: "keras",
    title: `${name} of ${basename(path)}${opened.kerasVersion ? ` (Keras ${opened.kerasVersion})` : ""}`,
    model: opened.model,
    points,
    size,
    convention,
    because,
    ...protocolOf(note.protocol),
    ...named(points, note.scheme, note.lines),
    config: undefined,
    tested: undefined,
  };
}

/** A note that is no longer JSON says nothing. */
function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

async function openLayers(folder: string, options: OpenNetOptions): Promise<LandmarkNet> {
  refuse(folder, "a layers model", options, ["size", "network"]);
  const { model, note: raw } = await loadLayersFolder(folder);
  const output = model.outputs[0]!.shape, size = model.inputs[0]!.shape[1]!;
  const outputs = output[1];
  if (model.outputs.length !== 1 || output.length !== 2 || typeof outputs !== "number" || outputs % 2 !== 0) {
    model.dispose();
    throw new TypeError(
      `Cannot open '${folder}' as a landmark model as it must have one output of two numbers per point: ${output}`,
    );
  }
  const points = outputs / 2, note = parseNote(raw, points);
  const { convention: wanted = "auto" } = options;
  const convention = wanted === "auto" ? note.labels ?? "centered" : wanted;
  if (convention === "released") turnSign(model);
  return {
    path: folder,
    kind: "layers",
    title: `layers model of ${basename(folder)}`,
    model,
    points,
    size,
    convention,
    because: wanted !== "auto"
      ? "as asked"
      : note.labels
      ? "as its note says"
      : "assumed: it has no note; --convention released turns the sign",
    ...protocolOf(note.protocol),
    ...named(points, note.scheme, note.lines),
    config: undefined,
    tested: undefined,
  };
}

function protocolOf(name: string | undefined): { protocol: string; protocolKnown: boolean } {
  const known = name !== undefined && cropProtocols().some((protocol) => protocol.name === name);
  return { protocol: known ? name : USUAL_PROTOCOL, protocolKnown: known };
}

/** What a note says of the scheme, else what the number of points makes likely. */
function named(points: number, scheme: string | undefined, lines: readonly (readonly number[])[] | undefined) {
  const usual = [68, 29, 98].includes(points) ? schemeByName(String(points)) : undefined;
  return { scheme: scheme ?? usual?.name, lines: lines ?? usual?.lines ?? [] };
}

/**
 * Turns the sign of the last layer's weights, and with them the convention: `released` labels are `centered` ones times
 * -1.
 */
function turnSign(model: tf.LayersModel, head: string = model.layers.at(-1)!.name): void {
  const layer = model.getLayer(head);
  const { activation } = layer.getConfig();
  if (layer.getClassName() !== "Dense" || !["linear", undefined, null].includes(activation as string)) {
    throw new TypeError(
      `Cannot read ${model.name} as of released convention as its last layer is not a linear one: '${head}'`,
    );
  }
  tf.tidy(() => layer.setWeights(layer.getWeights().map((weight) => tf.neg(weight))));
}
