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

const MAX_THREADS = 1024;

/** Options of {@linkcode useBackend}. */
export interface BackendOptions {
  /** Who computes. @default "tensorflow" */
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
  /** Its name. */
  readonly backend: BackendName;
  /** As `CPU:0` or `GPU:0`; for webgpu the name of the adapter. */
  readonly device: string;
  /** Whether that is a GPU. */
  readonly gpu: boolean;
  /** As `TensorFlow 2.21.0`. */
  readonly version: string;
  /** Threads that share the work of one op. */
  readonly threads: number;
  /** Where TensorFlow came from; undefined for other backends. */
  readonly library?: LibraryLocation;
}

/** Backends that run, or are starting; tfjs keeps one of each. */
const started = new Map<BackendName, Promise<BackendInfo>>();
let current: BackendInfo | undefined;

/** The backend that {@linkcode useBackend} set, if any. */
export function backendInfo(): BackendInfo | undefined {
  return current;
}

/**
 * Makes tfjs compute with the given backend; call it before any tensor is made. Called again without settings it
 * changes nothing; with another backend's name it starts that one, or goes back to it.
 *
 * @throws {RangeError} for an unknown name or a number of threads out of range.
 * @throws {Error} when the backend cannot be had, when a GPU is asked for and none would be used (there is no silent
 * fallback), or when it already runs with other settings.
 *
 * @example
 * ```ts
 * import { tf, useBackend } from "@/mod.ts";
 *
 * const { version, device } = await useBackend({ backend: "cpu" });
 * console.log(version, device);
 * tf.tensor1d([1, 2, 3]).sum().print();
 * ```
 */
export async function useBackend(options: BackendOptions = {}): Promise<BackendInfo> {
  const { backend = "tensorflow", device = "auto", threads } = options;
  if (!BACKENDS.includes(backend)) {
    throw new RangeError(`Cannot use a backend by this name, expected one of ${BACKENDS.join(", ")}: '${backend}'`);
  }
  if (!["auto", "cpu", "gpu"].includes(device)) {
    throw new RangeError(`Cannot use a device by this name, expected one of auto, cpu, gpu: '${device}'`);
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) {
    throw new RangeError(`Cannot use threads as their number must be a whole one from 1 to ${MAX_THREADS}: ${threads}`);
  }
  if (current && options.backend === undefined && device === "auto" && threads === undefined) return current;
  let starting = started.get(backend);
  if (starting === undefined) {
    starting = backend === "tensorflow"
      ? startTensorFlow({ ...options, device, threads: threads ?? navigator.hardwareConcurrency })
      : startOther(backend, device, threads);
    started.set(backend, starting);
    starting.catch(() => started.delete(backend));
  }
  const info = await starting;
  const other = [
    ...(device !== "auto" && info.gpu !== (device === "gpu") ? [`device '${device}'`] : []),
    ...(threads !== undefined && threads !== info.threads ? [`${threads} threads`] : []),
  ];
  if (other.length > 0) {
    const running = `${info.device} with ${info.threads} threads`;
    throw new Error(`Cannot give backend '${backend}' ${other.join(" and ")} as it already runs: ${running}`);
  }
  await tf.setBackend(backend);
  return current = info;
}

/**
 * Settings that TensorFlow reads once, when it starts; what the user has set stays. Measured together, a step of
 * MobileNetV2 gains 2 to 5 %.
 */
function tuneAllocation(): void {
  const settings = {
    // Keeps a step's memory for the next one: else activations of tens of megabytes are mapped anew in every step.
    TF_CPU_ALLOCATOR_USE_BFC: "true",
    // That allocator's limit, which is 64 GB where nothing is said.
    TF_CPU_BFC_MEM_LIMIT_IN_MB: String(Math.max(65_536, Math.ceil(Deno.systemMemoryInfo().total / 2 ** 20))),
    // Keeps oneDNN's kernels of large shapes for the next step too.
    TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE: "false",
  };
  for (const [name, value] of Object.entries(settings)) {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  }
}

async function startTensorFlow(
  { device, threads, verbose = false, quiet = false }: BackendOptions & { device: string; threads: number },
): Promise<BackendInfo> {
  if (started.has("webgpu") && Deno.build.os === "linux") {
    // Mesa's drivers and TensorFlow each bring an LLVM; seen: TensorFlow's crashes at its start when it comes second.
    throw new Error(
      "Cannot start TensorFlow in a process where WebGPU runs, as the two may crash: start it first, or another process",
    );
  }
  const library = await findLibrary({ quiet });
  tuneAllocation();
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
    gpu: runtime.device !== undefined,
    version: `TensorFlow ${runtime.version}`,
    threads,
    library,
  };
}

async function startOther(
  backend: Exclude<BackendName, "tensorflow">,
  device: string,
  threads: number | undefined,
): Promise<BackendInfo> {
  if (threads !== undefined && threads > 1) {
    throw new RangeError(`Cannot use more than one thread with backend '${backend}': ${threads}`);
  }
  if (device !== "auto" && (device === "gpu") !== (backend === "webgpu")) {
    const able = device === "gpu" ? "tensorflow or webgpu" : "tensorflow, wasm or cpu";
    throw new Error(`Cannot use device '${device}' with this backend, expected ${able}: '${backend}'`);
  }
  let where = { device: "CPU:0", gpu: false };
  try {
    if (backend === "webgpu") where = await startWebGpu(device);
    else if (backend === "wasm") await startWasm();
    else if (!await tf.setBackend("cpu")) throw new Error("it does not start");
  } catch (error) {
    if (current) await tf.setBackend(current.backend);
    throw new Error(`Cannot use backend '${backend}': ${messageOf(error)}`, { cause: error });
  }
  // tfjs would greet with the advice to install tfjs-node.
  if (backend === "cpu") Object.assign(tf.backend(), { firstUse: false });
  return { backend, ...where, version: `TensorFlow.js ${tf.version_core}`, threads: 1 };
}

async function startWebGpu(device: string): Promise<{ device: string; gpu: boolean }> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("WebGPU finds no adapter. It needs a graphics driver (Vulkan, Metal or Direct3D 12)");
  const { description, isFallbackAdapter } = adapter.info;
  if (device === "gpu" && isFallbackAdapter) {
    throw new Error(`a GPU is asked for, and the only adapter is a software one, '${description}'`);
  }
  await import("@tensorflow/tfjs-backend-webgpu");
  if (!await tf.setBackend("webgpu")) throw new Error(`it does not start on '${description}'`);
  return { device: description || "GPU:0", gpu: !isFallbackAdapter };
}

/** Kernels that wasm lacks and the gradients of convolutions need. */
const WASM_LACKS = [
  "Conv2DBackpropFilter",
  "DepthwiseConv2dNativeBackpropFilter",
  "DepthwiseConv2dNativeBackpropInput",
];

async function startWasm(): Promise<void> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm")).href);
  if (!await tf.setBackend("wasm")) throw new Error("it does not start");
  for (const kernelName of WASM_LACKS) {
    if (tf.getKernel(kernelName, "wasm")) continue;
    tf.registerKernel({
      kernelName,
      backendName: "wasm",
      kernelFunc() {
        throw new Error(
          "Cannot train convolutions on backend 'wasm' as it has no gradients of them: use tensorflow, webgpu or cpu",
        );
      },
    });
  }
}
