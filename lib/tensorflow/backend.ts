import * as tf from "@tensorflow/tfjs";
import { Binding } from "./binding.ts";
import { messageOf } from "@/errors.ts";
import { findLibrary, type LibraryLocation } from "./library.ts";
import { createNodeBackend } from "./node_backend.ts";
import { Runtime } from "./runtime.ts";
import { quietly } from "./standard_error.ts";

/** What tensors are computed with. */
export type BackendName = "tensorflow" | "webgpu" | "wasm" | "cpu";

/** Every backend that {@linkcode useBackend} knows. */
export const BACKENDS: readonly BackendName[] = ["tensorflow", "webgpu", "wasm", "cpu"];

/** Options of {@linkcode useBackend}. */
export interface BackendOptions {
  /** @default "tensorflow" */
  backend?: BackendName;
  /** `gpu` demands one and fails without; `cpu` ignores those there are. @default "auto" */
  device?: "auto" | "cpu" | "gpu";
  /** Threads that share the work of one op. @default one per core */
  threads?: number | undefined;
  /** Says which library was chosen and why, and lets TensorFlow's start-up messages through. @default false */
  verbose?: boolean;
  /** Shows no progress while the library is fetched. @default false */
  quiet?: boolean;
}

/** The backend in use. */
export interface BackendInfo {
  readonly backend: BackendName;
  /** As `CPU:0` or `GPU:0`. */
  readonly device: string;
  /** As `TensorFlow 2.21.0`. */
  readonly version: string;
  readonly threads: number;
  /** Where TensorFlow came from; undefined for other backends. */
  readonly library?: LibraryLocation;
}

let current: { info: BackendInfo; asked: string } | undefined;

/** The backend that {@linkcode useBackend} set, if any. */
export function backendInfo(): BackendInfo | undefined {
  return current?.info;
}

/**
 * Makes tfjs compute with the given backend; call it once, before any tensor is made.
 *
 * @throws {Error} when it cannot be had, or when a GPU is asked for and none would be used: there is no silent fallback.
 */
export async function useBackend(options: BackendOptions = {}): Promise<BackendInfo> {
  const { backend = "tensorflow", device = "auto", threads = navigator.hardwareConcurrency } = options;
  if (!BACKENDS.includes(backend)) {
    throw new RangeError(`Cannot use backend '${backend}': expected one of ${BACKENDS.join(", ")}`);
  }
  if (!["auto", "cpu", "gpu"].includes(device)) {
    throw new RangeError(`Cannot use device '${device}': expected one of auto, cpu, gpu`);
  }
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 1024)) {
    throw new RangeError(`Cannot use ${threads} threads: expected a whole number from 1 to 1024`);
  }
  const asked = JSON.stringify({ backend, device, threads });
  if (current) {
    if (current.asked === asked || Object.keys(options).every((key) => key === "verbose" || key === "quiet")) {
      return current.info;
    }
    if (current.info.backend === "tensorflow" && backend === "tensorflow") {
      throw new Error(`Cannot change TensorFlow's settings to ${asked} as it already runs: ${current.asked}`);
    }
  }
  const info = backend === "tensorflow"
    ? await startTensorFlow({ ...options, device, threads })
    : await startOther(backend, device);
  current = { info, asked };
  return info;
}

async function startTensorFlow(
  { device, threads, verbose = false, quiet = false }: BackendOptions & { device: string; threads: number },
): Promise<BackendInfo> {
  const library = await findLibrary({ quiet });
  if (verbose) console.error(`TensorFlow: ${library.path} (${library.reason})`);
  const runtime = quietly(!verbose, () =>
    new Runtime(library.path, {
      intraOpThreads: threads,
      // Independent ops overlap: with one, a step of MobileNetV2 took 7 % longer.
      interOpThreads: Math.max(2, Math.min(threads, 8)),
      gpu: device !== "cpu",
    }));
  if (device === "gpu" && runtime.device === undefined) {
    throw new Error(
      `Cannot use a GPU as TensorFlow ${runtime.version} sees none: ${
        runtime.devices.map(({ type }) => type).join(", ")
      }. ` +
        "It needs a CUDA build of TensorFlow, such as: python3 -m pip install 'tensorflow[and-cuda]'",
    );
  }
  const backend = await createNodeBackend(new Binding(runtime));
  tf.registerBackend("tensorflow", () => backend, 3);
  tf.setBackend("tensorflow");
  const name = runtime.device ?? runtime.devices[0]?.name ?? "CPU:0";
  return {
    backend: "tensorflow",
    device: name.replace(/^.*device:/, ""),
    version: `TensorFlow ${runtime.version}`,
    threads,
    library,
  };
}

async function startOther(backend: Exclude<BackendName, "tensorflow">, device: string): Promise<BackendInfo> {
  if (device === "gpu" && backend !== "webgpu") {
    throw new Error(`Cannot use a GPU with backend '${backend}': expected tensorflow or webgpu`);
  }
  try {
    if (backend === "webgpu") await import("@tensorflow/tfjs-backend-webgpu");
    if (backend === "wasm") {
      const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
      setWasmPaths(new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm")).href);
    }
    if (!await tf.setBackend(backend)) throw new Error("its start failed");
    await tf.ready();
  } catch (error) {
    const hint = backend === "webgpu" ? ". WebGPU needs a graphics driver (Vulkan, Metal or Direct3D 12)" : "";
    throw new Error(`Cannot use backend '${backend}': ${messageOf(error)}${hint}`, { cause: error });
  }
  return {
    backend,
    device: backend === "webgpu" ? "GPU:0" : "CPU:0",
    version: `TensorFlow.js ${tf.version_core}`,
    threads: 1,
  };
}
