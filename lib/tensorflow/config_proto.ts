import { bytesField, integerField } from "./proto.ts";

/** How TensorFlow uses the machine. */
export interface SessionConfig {
  /** Threads that share the work of one op. @default TensorFlow's choice: one per core */
  intraOpThreads?: number;
  /** Ops that may run at the same time. @default TensorFlow's choice */
  interOpThreads?: number;
  /** Whether GPUs are used when TensorFlow sees some. @default true */
  gpu?: boolean;
}

/** Serialises a `tensorflow.ConfigProto` (config.proto): what `TFE_ContextOptionsSetConfig` takes. */
export function encodeConfig({ intraOpThreads, interOpThreads, gpu = true }: SessionConfig): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  if (!gpu) {
    // map<string, int32> device_count = 1
    bytes.push(...bytesField(1, [...bytesField(1, new TextEncoder().encode("GPU")), ...integerField(2, 0)]));
  }
  if (intraOpThreads !== undefined) bytes.push(...integerField(2, intraOpThreads));
  if (interOpThreads !== undefined) bytes.push(...integerField(5, interOpThreads));
  // GPUOptions gpu_options = 6 { allow_growth = 4 }: do not take the whole card at start.
  bytes.push(...bytesField(6, integerField(4, 1)));
  return new Uint8Array(bytes);
}
