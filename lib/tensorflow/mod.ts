/** TensorFlow for Deno: the native library by FFI, tfjs's kernels over it, fused ops, and compiled functions. */
export * as tf from "@tensorflow/tfjs";
export {
  type BackendInfo,
  backendInfo,
  type BackendName,
  type BackendOptions,
  BACKENDS,
  useBackend,
} from "./backend.ts";
export { compile, type Compiled, type CompileOptions } from "./compile.ts";
export type { LibraryLocation } from "./library.ts";
export * from "./ops/mod.ts";
export { type NodeTime, type OpTime, timesByOp } from "./profile.ts";
