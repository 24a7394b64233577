import { printable } from "./printable.ts";

/** What an HDF5 file holds, without its numbers. */
export interface H5Tree {
  datasets: { path: string; shape: number[]; count: number; dtype: string }[];
  groups: string[];
  /** Attributes that matter to Keras files, as lists of text. */
  text: { path: string; name: string; values: string[] }[];
}

export type H5Request = { op: "open"; bytes: Uint8Array } | { op: "read"; paths: string[] };
export type H5Response = { tree: H5Tree } | { arrays: Float32Array[] } | { error: string };

/** The first bytes of every HDF5 file. */
export const HDF5_SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * How long HDF5 may take over one request: the last resort, should a file send it round in circles that no limit of
 * h5_worker.ts sees. Keras files of 15 MB take 0.1 s, of 1 GiB a few; a loaded machine may hold up the worker for longer.
 */
const PATIENCE_MS = 20_000;

/**
 * An HDF5 file held by a worker of its own (see h5_worker.ts). Nothing of it is trusted: shapes come first, and numbers
 * are read only for the datasets that are asked for.
 */
export class H5File implements Disposable {
  private constructor(private readonly worker: Worker, private readonly source: string, readonly tree: H5Tree) {}

  /** Opens the bytes of a file, which are its own from then on; `source` names it in errors. */
  static async open(bytes: Uint8Array, source: string): Promise<H5File> {
    const worker = new Worker(new URL("./h5_worker.ts", import.meta.url), { type: "module" });
    try {
      const response = await ask(worker, source, { op: "open", bytes });
      if (!("tree" in response)) throw new TypeError(`Cannot read weights from '${source}': no answer`);
      return new H5File(worker, source, response.tree);
    } catch (error) {
      worker.terminate();
      throw error;
    }
  }

  /** The numbers of some datasets of floats, flat, in their order. Check shapes in `tree` first. */
  async read(paths: string[]): Promise<Float32Array[]> {
    const response = await ask(this.worker, this.source, { op: "read", paths });
    if (!("arrays" in response)) throw new TypeError(`Cannot read weights from '${this.source}': no answer`);
    return response.arrays;
  }

  [Symbol.dispose](): void {
    this.worker.terminate();
  }
}

function ask(worker: Worker, source: string, request: H5Request): Promise<H5Response> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new SyntaxError(`Cannot read weights from '${source}' as ${printable(reason, 300)}`));
    };
    const timer = setTimeout(() => fail(`HDF5 did not finish: ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
    worker.onmessage = ({ data }: MessageEvent<H5Response>) => {
      if ("error" in data) return fail(reasonOf(data.error));
      clearTimeout(timer);
      resolve(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(`HDF5 broke down on it: ${firstLine(event.message)}`);
    };
    // Bytes that nobody else looks at are handed over, not copied: a file may be large.
    const whole = request.op === "open" && request.bytes.byteLength === request.bytes.buffer.byteLength;
    worker.postMessage(request, whole ? [request.bytes.buffer as ArrayBuffer] : []);
  });
}

/** HDF5's own errors are a page of call stack: its innermost line says what is wrong. */
function reasonOf(message: string): string {
  if (/^its? /.test(message)) return message;
  const innermost = [...message.matchAll(/^\s*#\d+:.*?\(\): (.*)$/gm)].at(-1)?.[1];
  // What WebAssembly says when the library itself failed.
  const broke = /memory access out of bounds|unreachable|call stack|table index/.test(message);
  return `HDF5 ${broke ? "broke down on it" : "refuses it"}: ${innermost ?? firstLine(message)}`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}
