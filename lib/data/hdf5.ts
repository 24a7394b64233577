import * as h5 from "h5wasm/node";
import { messageOf } from "@/errors.ts";
import { printable } from "./source.ts";

/** Elements of a dataset at most: 100 million pixels in 3 colors. */
const MOST_ELEMENTS = 300_000_000;

/** Where HDF5's signature may lie: at 0, or after a user block of 512, 1024, 2048, ... bytes, as MATLAB writes one. */
async function hasSignature(path: string): Promise<boolean> {
  const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
  using file = await Deno.open(path);
  const { size } = await file.stat();
  for (let at = 0; at + 8 <= size && at <= 1 << 20; at = at === 0 ? 512 : at * 2) {
    await file.seek(at, Deno.SeekMode.Start);
    const bytes = new Uint8Array(8);
    if (await file.read(bytes) === 8 && signature.every((byte, i) => bytes[i] === byte)) return true;
  }
  return false;
}

/** Whether a damaged file has brought the library down. Its memory can no longer be trusted then. */
let stopped = false;

/** @internal Whether {@linkcode withHdf5} will refuse every file until the program starts again. */
export function hdf5Stopped(): boolean {
  return stopped;
}

/**
 * Runs `work` with an HDF5 file that is open for reading, and closes it. `work` must not wait for anything, as the
 * library's way to report errors is switched meanwhile, and must not keep anything of the file.
 *
 * @throws {SyntaxError} with one sentence if the file is no HDF5, or damaged where `work` looks
 * @throws {Deno.errors.NotFound} if it is not there
 * @throws {Error} if an earlier file was damaged in a way that brought the library down
 */
export async function withHdf5<Result>(path: string, work: (file: h5.File) => Result): Promise<Result> {
  if (!await hasSignature(path)) {
    throw new SyntaxError(`Cannot read '${path}' as it is not an HDF5 file (MATLAB writes one with save -v7.3)`);
  }
  const library = await h5.ready;
  if (stopped) {
    throw new Error(`Cannot read '${path}' as a damaged file has stopped the HDF5 library: start the program again`);
  }
  // Otherwise it prints forty lines and goes on with nothing.
  library.activate_throwing_error_handler();
  let file: h5.File | undefined;
  try {
    file = new h5.File(path, "r");
    return work(file);
  } catch (error) {
    const message = messageOf(error);
    if (message.startsWith("Cannot ")) throw error;
    if (error instanceof WebAssembly.RuntimeError) stopped = true;
    // Else the library's own report, or a damaged file has led it astray.
    const reason = /#000:[^\n]*\(\): ([^\n]*)/.exec(message)?.[1] ?? printable(message.split("\n")[0]!, 100);
    throw new SyntaxError(`Cannot read '${path}' as HDF5 says: ${reason}`);
  } finally {
    if (!stopped) {
      try {
        file?.close();
      } catch { /* a damaged file may not even close */ }
      library.deactivate_throwing_error_handler();
    }
  }
}

/** What {@linkcode readHdf5} demands of a dataset. */
export interface Hdf5Expectation {
  /** `uint8`, `float64` or `reference`. */
  readonly type: "uint8" | "float64" | "reference";
  /** Accepts or refuses the shape. */
  shape(shape: readonly number[]): boolean;
  /** The shape in words, for the error. */
  readonly shapeName: string;
}

/** The elements of {@linkcode readHdf5}, by type. */
export interface Hdf5Types {
  uint8: Uint8Array;
  float64: Float64Array;
  reference: h5.Reference[];
}

/**
 * Reads a dataset, once its type and size are known to be right.
 *
 * @param entity what the file holds under that name
 * @param where what to call it in an error, as `IsTr of 'x.mat'`
 * @throws {TypeError} if it is no dataset of that type and shape
 */
export function readHdf5<Type extends keyof Hdf5Types>(
  entity: unknown,
  where: string,
  expected: Hdf5Expectation & { readonly type: Type },
): { shape: number[]; data: Hdf5Types[Type] } {
  const wanted = `${expected.type} ${expected.shapeName}`;
  const fail = (found: string) => new TypeError(`Cannot read ${where} as it must be ${wanted}: ${found}`);
  if (entity === null || entity === undefined) throw fail("it is not there");
  if (!(entity instanceof h5.Dataset)) throw fail("it is no dataset");
  const { shape, dtype, metadata } = entity;
  const types = { uint8: "<B", float64: "<d", reference: "Reference" };
  if (shape === null || (metadata.virtual_sources ?? []).length > 0) throw fail("it has no elements of its own");
  if (dtype !== types[expected.type] || !expected.shape(shape)) {
    throw fail(`${typeof dtype === "string" ? dtype : "a record"} [${shape.join(", ")}]`);
  }
  const count = shape.reduce((product, axis) => product * axis, 1);
  if (!(count > 0 && count <= MOST_ELEMENTS)) {
    throw new RangeError(`Cannot read ${where} as it must have 1 to ${MOST_ELEMENTS} elements: ${count}`);
  }
  const value = entity.value as unknown;
  const data = expected.type === "reference" && !Array.isArray(value) ? [value] : value;
  return { shape, data: data as Hdf5Types[Type] };
}
