/** Experiments: pages, settings, runs, ablations, and the networks that came of them. */
export { type AblationPage, type Changes, defineAblation, expandTrials, type Trial } from "./ablation.ts";
export { loadFaces, type LoadOptions, MissingDataError } from "./data.ts";
export { describeSettings, resultTable } from "./describe.ts";
export { experimentNames, loadPage } from "./experiments.ts";
export type { FieldValue } from "./field.ts";
export { createExperimentModel } from "./model.ts";
export { defineExperiment, type ExperimentPage, type Named } from "./page.ts";
export { type Override, parseOverride, type ResolvedExperiment, resolveExperiment } from "./resolve.ts";
export { type ExperimentOutcome, runExperiment, type RunExperimentOptions } from "./run_experiment.ts";
export { EVALUATED_FACES, type EvaluatedFaces, type ExperimentSettings } from "./settings.ts";
export { runTrialsHere, type TrialsHereOptions } from "./trials_here.ts";
export { type PreparedTraining, prepareTraining } from "./training.ts";
export { loadTrainedModel, loadWeights, type LoadWeightsOptions, saveWeights } from "./weights.ts";
