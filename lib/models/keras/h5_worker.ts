/// <reference lib="deno.worker" />
/**
 * Reads HDF5 inside a worker: the file comes from a stranger, and HDF5 is a large C library. Here a trap, an endless
 * loop or a runaway allocation ends with the worker, and the library sees no file system but the one in its memory,
 * so that links to other files lead nowhere.
 */
import type { H5Request, H5Response, H5Tree } from "./h5_file.ts";

/** Far above any Keras file (EfficientNet-B7: about 4000 objects, 7 deep). Attributes count as objects. */
const MAX_OBJECTS = 8_000, MAX_DEPTH = 16;
/** Attributes that say something about a Keras file, how many bytes and texts they may claim together. */
const TEXT_ATTRIBUTES = /^(layer_names|weight_names)\d*$|^(name|model_config|keras_version|backend|acr_lab)$/;
const MAX_TEXT_BYTES = 16 << 20, MAX_TEXTS = 50_000;
/** A dense layer of EfficientNet-B7 for 10000 points has 205 MB; h5py's own chunks are below 1 MiB. */
const MAX_DATASET_BYTES = 256 << 20, MAX_CHUNK_BYTES = 64 << 20;
/** What the library may take, the file itself not counted: where a claim got past the limits above, it ends here. */
const MAX_MEMORY = 512 << 20;
/** Optimizer state is never read. */
const SKIPPED = /^\/(optimizer_weights|optimizer)$/;

const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + 65536 * pages > MAX_MEMORY) throw new RangeError("HDF5 asks for too much memory");
  return grow.call(this, pages);
};
// h5wasm reports on the console besides throwing, and binds it when it loads.
console.error = () => {};
console.warn = () => {};
const h5 = await import("h5wasm");
await h5.ready;
h5.Module.activate_throwing_error_handler();
let file: InstanceType<typeof h5.File> | undefined, opened = 0;

/** Bytes of text, and texts, that are left to read. */
let bytesLeft = MAX_TEXT_BYTES, textsLeft = MAX_TEXTS;

function readText(path: string, name: string): string[] {
  const metadata = h5.Module.get_attribute_metadata(file!.file_id, path, name);
  // An empty list has no type that says "text".
  if (!metadata.shape || metadata.total_size === 0) return [];
  if (!(metadata.total_size <= textsLeft)) {
    throw new RangeError(
      `its attribute '${name}' of '${path}' claims ${metadata.total_size} texts: expected at most ${MAX_TEXTS} in the file`,
    );
  }
  const claimed = metadata.size * metadata.total_size;
  if (!(claimed <= bytesLeft)) {
    throw new RangeError(
      `its attribute '${name}' of '${path}' claims ${claimed} bytes: expected at most 16 MiB of text in the file`,
    );
  }
  if (metadata.type !== h5.Module.H5T_class_t.H5T_STRING.value) {
    throw new TypeError(`its attribute '${name}' of '${path}' is not text: HDF5 class ${metadata.type}`);
  }
  const value = new h5.Attribute(file!.file_id, path, name).value;
  const texts = (Array.isArray(value) ? value : [value]).map(String);
  // Text of no fixed width claims the size of its pointers, and many may point to one place.
  bytesLeft -= Math.max(claimed, texts.reduce((sum, text) => sum + text.length, 0));
  textsLeft -= texts.length;
  return texts;
}

function describe(path: string): H5Tree["datasets"][number] {
  const { shape, type, size, littleEndian, total_size, signed } = h5.Module.get_dataset_metadata(file!.file_id, path);
  const kind = type === 1 ? "f" : type === 0 ? (signed ? "i" : "u") : "other";
  return {
    path,
    shape: shape ?? [],
    count: total_size,
    dtype: kind === "other" ? `HDF5 class ${type}` : `${littleEndian || size === 1 ? "" : ">"}${kind}${size}`,
  };
}

function walk(): H5Tree {
  const tree: H5Tree = { datasets: [], groups: [], text: [] };
  let objects = 0;
  const count = (path: string) => {
    if (++objects > MAX_OBJECTS) {
      throw new RangeError(`it holds more than ${MAX_OBJECTS} objects, as links in a circle would seem to: '${path}'`);
    }
  };
  const visit = (path: string, depth: number) => {
    tree.groups.push(path);
    if (depth > MAX_DEPTH) {
      throw new RangeError(`its groups are nested deeper than ${MAX_DEPTH}, as links in a circle would be: '${path}'`);
    }
    for (const name of h5.Module.get_attribute_names(file!.file_id, path)) {
      count(path);
      if (TEXT_ATTRIBUTES.test(name)) tree.text.push({ path, name, values: readText(path, name) });
    }
    for (const key of new h5.Group(file!.file_id, path).keys()) {
      const child = path === "/" ? `/${key}` : `${path}/${key}`;
      if (SKIPPED.test(child)) continue;
      count(child);
      const entity = file!.get(child);
      if (entity instanceof h5.Group) visit(child, depth + 1);
      else if (entity instanceof h5.Dataset) tree.datasets.push(describe(child));
      else if (entity instanceof h5.ExternalLink) throw new TypeError(`it links to another file: '${entity.filename}'`);
      else throw new TypeError(`it holds a link that leads nowhere: '${child}'`);
    }
  };
  visit("/", 0);
  return tree;
}

function read(path: string): Float32Array<ArrayBuffer> {
  const { size, total_size, chunks, virtual_sources } = h5.Module.get_dataset_metadata(file!.file_id, path);
  const bytes = size * total_size, chunk = size * (chunks ?? []).reduce((product, side) => product * side, 1);
  if (!(bytes <= MAX_DATASET_BYTES)) {
    throw new RangeError(`its dataset '${path}' claims ${bytes} bytes: expected at most ${MAX_DATASET_BYTES}`);
  }
  if (!(chunk <= MAX_CHUNK_BYTES)) {
    throw new RangeError(`its dataset '${path}' claims chunks of ${chunk} bytes: expected at most ${MAX_CHUNK_BYTES}`);
  }
  // HDF5 would fill with zeros what is not there.
  if (virtual_sources?.length) throw new TypeError(`its dataset '${path}' is put together from others: a virtual one`);
  const value = new h5.Dataset(file!.file_id, path).value;
  if (value instanceof Float32Array) return value as Float32Array<ArrayBuffer>;
  if (value instanceof Float64Array) return Float32Array.from(value);
  if (typeof value === "number") return Float32Array.of(value);
  throw new TypeError(`its dataset '${path}' is not of floats`);
}

function answer(request: H5Request): [H5Response, Transferable[]] {
  if (request.op === "open") {
    const before = file;
    file = undefined;
    before?.close();
    [bytesLeft, textsLeft] = [MAX_TEXT_BYTES, MAX_TEXTS];
    // HDF5 keeps what it knows of a file that it could not close: the next one must have another name.
    const name = `/file-${opened++}.h5`;
    // The bytes are this worker's own: no further copy. (Emscripten's option, which h5wasm's types leave out.)
    if (opened > 1) h5.FS!.unlink(`/file-${opened - 2}.h5`);
    h5.FS!.writeFile(name, request.bytes, { canOwn: true } as { flags?: string });
    file = new h5.File(name, "r");
    return [{ tree: walk() }, []];
  }
  const arrays = request.paths.map(read);
  return [{ arrays }, arrays.map((array) => array.buffer)];
}

self.onmessage = ({ data }: MessageEvent<H5Request>) => {
  let response: H5Response, transfer: Transferable[] = [];
  try {
    [response, transfer] = answer(data);
  } catch (error) {
    response = { error: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(response, transfer);
};
// Only from here on is there somebody to hear a request: earlier ones would be lost.
self.postMessage("ready");
