/** Ops that tfjs lacks or composes of many: one native op each way on TensorFlow, plain tfjs elsewhere. */
export { relu6, sigmoid, swish } from "./activations.ts";
export { type AdamUpdate, adamUpdate } from "./adam.ts";
export { batchNorm, type BatchNormResult } from "./batch_norm.ts";
export { dropConnect, dropout, statelessUniform } from "./dropout.ts";
export { biasAdd, globalAveragePool } from "./linear.ts";
