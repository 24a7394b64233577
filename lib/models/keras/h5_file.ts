import { cpuUsage } from "node:process";
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
 * How long HDF5 may take over one request, in seconds: the last resort, as damaged files can send it round in circles
 * that no limit of h5_worker.ts sees. Keras files of 15 MB take 0.1 s. It counts only once the process has worked as
 * long too, or 15 times as long has passed, as a loaded machine may hold it up.
 */
const PATIENCE = 2, PATIENCE_PER_BYTE = 1 / (64 << 20);

/**
 * An HDF5 file held by a worker of its own (see h5_worker.ts). Nothing of it is trusted: shapes come first, and numbers
 * are read only for the datasets that are asked for.
 */
export class H5File implements Disposable {
  private readonly patience: number;

  private constructor(
    private readonly worker: H5Worker,
    private readonly keep: boolean,
    private readonly source: string,
    readonly tree: H5Tree,
    size: number,
  ) {
    this.patience = PATIENCE + size * PATIENCE_PER_BYTE;
  }

  /**
   * Opens the bytes of a file, which are its own from then on; `source` names it in errors. A file has a worker to itself,
   * which ends with it, unless it is given one.
   */
  static async open(bytes: Uint8Array, source: string, given?: H5Worker): Promise<H5File> {
    const worker = given ?? startH5Worker(), size = bytes.byteLength;
    try {
      const response = await ask(worker, source, { op: "open", bytes }, PATIENCE + size * PATIENCE_PER_BYTE);
      if (!("tree" in response)) throw new TypeError(`Cannot read weights from '${source}': no answer`);
      return new H5File(worker, given !== undefined, source, response.tree, size);
    } catch (error) {
      if (!given) worker.terminate();
      throw error;
    }
  }

  /** The numbers of some datasets of floats, flat, in their order. Check shapes in `tree` first. */
  async read(paths: string[]): Promise<Float32Array[]> {
    const response = await ask(this.worker, this.source, { op: "read", paths }, this.patience);
    if (!("arrays" in response)) throw new TypeError(`Cannot read weights from '${this.source}': no answer`);
    return response.arrays;
  }

  [Symbol.dispose](): void {
    if (!this.keep) this.worker.terminate();
  }
}

/** A worker that can hold a file. */
export interface H5Worker {
  /** Sent to and heard. */
  readonly port: Worker;
  /** Resolves once it has loaded HDF5: only from then on is it the file that takes time. */
  readonly ready: Promise<void>;
  /** Ends it, whatever it does. */
  terminate(): void;
}

/** Starts one. */
export function startH5Worker(): H5Worker {
  const port = new Worker(new URL("./h5_worker.ts", import.meta.url), { type: "module" });
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  port.onmessage = () => resolve();
  port.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`Cannot start HDF5 in a worker: ${firstLine(event.message)}`));
  };
  return { port, ready, terminate: () => port.terminate() };
}

async function ask(worker: H5Worker, source: string, request: H5Request, patience: number): Promise<H5Response> {
  await worker.ready;
  return await answerOf(worker.port, source, request, patience);
}

function answerOf(worker: Worker, source: string, request: H5Request, patience: number): Promise<H5Response> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearInterval(timer);
      reject(new SyntaxError(`Cannot read weights from '${source}' as ${printable(reason, 300)}`));
    };
    const started = performance.now(), worked = cpuUsage();
    const timer = setInterval(() => {
      const { user, system } = cpuUsage(worked);
      const seconds = (performance.now() - started) / 1000, work = (user + system) / 1e6;
      if (Math.min(seconds, work) > patience || seconds > 15 * patience) {
        fail(`HDF5 did not finish: ${seconds.toFixed(1)} s`);
      }
    }, 200);
    worker.onmessage = ({ data }: MessageEvent<H5Response>) => {
      if ("error" in data) return fail(reasonOf(data.error));
      clearInterval(timer);
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
