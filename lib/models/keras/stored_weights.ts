import { basename } from "node:path";
import { messageOf } from "@/errors.ts";
import { H5File, type H5Tree, type H5Worker, HDF5_SIGNATURE } from "./h5_file.ts";
import { printable } from "./printable.ts";
import { ZipArchive } from "./zip.ts";

/** One weight of a Keras file. */
export interface StoredWeight {
  /** Name without layer and `:0`, as `kernel`; files of Keras 3 number them instead: `0`, `1`, ... */
  name: string;
  /** Length of every axis. */
  shape: number[];
  /** As `f4`. */
  dtype: string;
  /** Where the numbers are in the HDF5 file. */
  path: string;
}

/** One layer that has weights. */
export interface StoredLayer {
  /** The layer's own name, or undefined where the file only counts layers by class (`conv2d_3`). */
  name: string | undefined;
  /** `conv2d` and 3 for `conv2d_3`, in files that count. */
  counted?: { kind: string; index: number };
  /** Its weights, in the order of the file. */
  weights: StoredWeight[];
}

/** One layer of the model's configuration. */
export interface StoredConfigLayer {
  /** As `Conv2D`. */
  className: string;
  /** The layer's name. */
  name: string;
  /** Its arguments, as Keras writes them. */
  config: Record<string, unknown>;
}

/** A file of Keras weights, opened: what it says it holds. Dispose of it when done. */
export interface StoredWeights extends Disposable {
  /** The path, for errors. */
  source: string;
  /** In the order of the file. */
  layers: StoredLayer[];
  /** Names of all layers, also of those without weights; as the file counts them (`rescaling_1`) where it has no names. */
  layerNames: string[];
  /** The layers of a full model; empty in a weights-only file. */
  config: StoredConfigLayer[];
  /** Keras that wrote the file; undefined where it does not say. */
  kerasVersion: string | undefined;
  /** What this library wrote into its own exports: JSON. */
  note: string | undefined;
  /** Reads the numbers of weights of floats. */
  read(weights: StoredWeight[]): Promise<Float32Array[]>;
}

const MAX_FILE = 1 << 30, MAX_JSON = 64 << 20;

/**
 * Opens a Keras file: a full model or weights only, in HDF5 (`.h5`, `.hdf5`, `.weights.h5`) or as a `.keras` archive, of
 * Keras 2 or 3. Reads names and shapes, not yet numbers.
 *
 * @param worker what reads it, as `startH5Worker()` makes one; by default one of its own, which a hostile file may bring
 *   down. Tests of thousands of files save its start
 * @throws SyntaxError if the file is not one of these, or is damaged or malicious
 */
export async function openStoredWeights(path: string, worker?: H5Worker): Promise<StoredWeights> {
  const bytes = await readBounded(path);
  const source = path;
  if (startsWith(bytes, HDF5_SIGNATURE)) {
    const file = await H5File.open(bytes, source, worker);
    return interpret(file, source, undefined, undefined);
  }
  if (startsWith(bytes, Uint8Array.of(0x50, 0x4b))) {
    const archive = new ZipArchive(bytes, { source, limit: MAX_FILE });
    const weights = archive.read("model.weights.h5");
    if (!weights) {
      const names = printable(archive.names.slice(0, 8).join(", ")) || "nothing";
      throw new SyntaxError(`Cannot read weights from '${source}' as it has no member model.weights.h5: ${names}`);
    }
    const text = (name: string) => {
      const member = archive.read(name, MAX_JSON);
      return member && new TextDecoder().decode(member);
    };
    const metadata = parseJson(text("metadata.json") ?? "{}", source) as { keras_version?: unknown } | null;
    const version = typeof metadata?.keras_version === "string" ? metadata.keras_version : undefined;
    return interpret(await H5File.open(weights, source, worker), source, text("config.json"), version);
  }
  const first = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new SyntaxError(
    `Cannot read weights from '${source}' as it is neither an HDF5 file nor a .keras archive: it begins ${first}`,
  );
}

async function readBounded(path: string): Promise<Uint8Array> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    throw new Error(
      `Cannot read weights from '${path}' as ${missing ? "there is no such file" : messageOf(error)}: ${
        basename(path)
      }`,
    );
  }
  if (!info.isFile) throw new TypeError(`Cannot read weights from '${path}' as it is not a file: a folder or device`);
  if (info.size > MAX_FILE) {
    throw new RangeError(`Cannot read weights from '${path}' as it is over 1 GiB: ${info.size} bytes`);
  }
  return await Deno.readFile(path);
}

function startsWith(bytes: Uint8Array, signature: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

function interpret(
  file: H5File,
  source: string,
  config: string | undefined,
  version: string | undefined,
): StoredWeights {
  try {
    const { tree } = file;
    const texts = Map.groupBy(tree.text, ({ path }) => path);
    const root = texts.get("/model_weights")?.some(({ name }) => isList(name, "layer_names")) ? "/model_weights" : "/";
    const named = listOf(texts, root, "layer_names");
    const layers = named.length > 0 ? layersByName(tree, texts, root, named) : layersByPath(tree, texts);
    if (layers.length === 0) {
      throw new SyntaxError(`Cannot read weights from '${source}' as it holds no layer with weights: not a Keras file`);
    }
    const json = config ?? textOf(texts, "/", "model_config");
    const configLayers = json === undefined ? [] : layersOfConfig(json, source);
    return {
      source,
      layers,
      layerNames: named.length > 0
        ? named
        : configLayers.length > 0
        ? configLayers.map(({ name }) => name)
        : counted(tree),
      config: configLayers,
      kerasVersion: version ?? textOf(texts, root, "keras_version") ?? textOf(texts, "/", "keras_version"),
      note: textOf(texts, "/", "acr_lab"),
      read: (weights) => {
        const odd = weights.find(({ dtype }) => dtype !== "f4" && dtype !== "f8");
        if (odd) {
          return Promise.reject(
            new TypeError(
              `Cannot read weights from '${source}' as '${
                printable(odd.path)
              }' must be float32 or float64: ${odd.dtype}`,
            ),
          );
        }
        return file.read(weights.map(({ path }) => path));
      },
      [Symbol.dispose]: () => file[Symbol.dispose](),
    };
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}

/** Keras splits a list over `name0`, `name1`, ... when it outgrows an HDF5 attribute. */
function isList(attribute: string, name: string): boolean {
  return attribute.startsWith(name) && /^\d*$/.test(attribute.slice(name.length));
}

/** The text attributes of a file, by path. */
type Texts = ReadonlyMap<string, H5Tree["text"]>;

function listOf(texts: Texts, path: string, name: string): string[] {
  return (texts.get(path) ?? [])
    .filter((text) => isList(text.name, name))
    .sort((a, b) => Number(a.name.slice(name.length) || 0) - Number(b.name.slice(name.length) || 0))
    .flatMap(({ values }) => values);
}

function textOf(texts: Texts, path: string, name: string): string | undefined {
  return texts.get(path)?.find((text) => text.name === name)?.values[0];
}

/** Keras 2's layout, which Keras 3 still writes as `.h5`: a group per layer, with `weight_names` inside. */
function layersByName(tree: H5Tree, texts: Texts, root: string, names: string[]): StoredLayer[] {
  const datasets = new Map(tree.datasets.map((dataset) => [dataset.path, dataset]));
  const layers = new Map<string, StoredLayer>();
  for (const group of new Set(names)) {
    const path = root === "/" ? `/${group}` : `${root}/${group}`;
    const weights = listOf(texts, path, "weight_names").flatMap((full) => {
      const dataset = datasets.get(`${path}/${full}`);
      if (!dataset) return [];
      const parts = full.split("/");
      const name = parts.at(-1)!.replace(/:\d+$/, "");
      return [{ owner: parts.at(-2) ?? group, weight: { ...dataset, name } }];
    });
    // A model used as a layer stores all its layers in one group: then the weights' own prefixes say whose they are.
    const nested = new Set(weights.map(({ owner }) => owner)).size > 1;
    for (const { owner, weight } of weights) {
      const name = nested ? owner : group;
      const layer = layers.get(name) ?? { name, weights: [] };
      layer.weights.push(weight);
      layers.set(name, layer);
    }
  }
  return [...layers.values()];
}

/** Keras 3's layout: `layers/conv2d_3/vars/0`, the class counted; newer versions add the name as an attribute. */
function layersByPath(tree: H5Tree, texts: Texts): StoredLayer[] {
  const layers = new Map<string, StoredLayer>();
  for (const { path, ...dataset } of tree.datasets) {
    const [, group, index] = /^(.*)\/vars\/(\d+)$/.exec(path) ?? [];
    // Dropout layers keep the state of their random generator in a group of their own.
    if (group === undefined || index === undefined || group.endsWith("/seed_generator")) continue;
    const [, kind, count] = /([^/]*?)(?:_(\d+))?$/.exec(group)!;
    const layer = layers.get(group) ?? {
      name: textOf(texts, `${group}/vars`, "name"),
      counted: { kind: kind!, index: Number(count ?? 0) },
      weights: [],
    };
    layer.weights.push({ ...dataset, path, name: index });
    layers.set(group, layer);
  }
  for (const { weights } of layers.values()) weights.sort((a, b) => Number(a.name) - Number(b.name));
  return [...layers.values()];
}

/** The names of the groups that Keras 3's layout gives to layers. */
function counted(tree: H5Tree): string[] {
  return tree.groups.flatMap((path) => /([^/]+)\/vars$/.exec(path)?.[1] ?? []);
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read weights from '${source}' as its configuration is not JSON: ${messageOf(error)}`);
  }
}

/** The layers of a model's configuration, those of models used as layers among them. Anything odd is left out. */
function layersOfConfig(text: string, source: string): StoredConfigLayer[] {
  const layers: StoredConfigLayer[] = [];
  const visit = (value: unknown, depth: number) => {
    const list = (value as { config?: { layers?: unknown } } | null)?.config?.layers;
    if (!Array.isArray(list) || depth > 8) return;
    for (const item of list as { class_name?: unknown; config?: Record<string, unknown> }[]) {
      const { class_name: className, config } = item ?? {};
      if (typeof className !== "string" || typeof config?.["name"] !== "string") continue;
      layers.push({ className, name: config["name"], config });
      visit(item, depth + 1);
    }
  };
  visit(parseJson(text, source), 0);
  return layers;
}
