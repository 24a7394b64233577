/**
 * What notebooks need beside the library: a kernel that survives interrupts, curves that grow, and small evaluations
 * that make plain data for plots.
 *
 * @module
 */
export { epochDifficulties, type EpochDifficultiesOptions } from "./epoch_difficulties.ts";
export { type LiveTraining, liveTraining, type LiveTrainingOptions } from "./live_training.ts";
export { type LossProfile, lossProfile } from "./loss_profile.ts";
export { modelSummary, showModelsAsTables } from "./model_summary.ts";
export { interruptCount, interruptSignal, type NotebookOptions, startNotebook } from "./prelude.ts";
