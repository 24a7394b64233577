/** Keras's own files: reading, starting from and writing them. */
export { type IdentifiedModel, labelConvention } from "./identify.ts";
export type { H5Worker } from "./h5_file.ts";
export { initializeFromKeras, type InitializeOptions, type InitializeReport, type InputRange } from "./initialize.ts";
export { loadKerasWeights } from "./load.ts";
export { type MatchOptions, type WeightMatch, WeightMismatchError, type WeightPair } from "./match.ts";
export { type OpenedKerasModel, openKerasModel, type OpenKerasOptions } from "./open.ts";
export {
  openStoredWeights,
  type StoredConfigLayer,
  type StoredLayer,
  type StoredWeight,
  type StoredWeights,
} from "./stored_weights.ts";
export { encodeKeras, writeKeras, type WriteKerasOptions } from "./write.ts";
