/**
 * acr-lab: face alignment with ACR Loss. What notebooks and scripts import.
 *
 * Floors, lower first: `tensorflow`, then `shape`, `losses`, `models`, `data`, `evaluation`, then `training`, then
 * `results` and `plots`, then `prediction` and `notebook`. Experiments are run by `@/experiment/mod.ts`.
 *
 * @module
 */
export * from "./tensorflow/mod.ts";

export * from "./shape/shape_model.ts";
export * from "./shape/difficulty.ts";
export * from "./shape/percentage_schedule.ts";

export type * from "./losses/loss.ts";
export { acrLoss, type AcrLossOptions } from "./losses/acr.ts";
export { l1Loss } from "./losses/l1.ts";
export { l2Loss } from "./losses/l2.ts";
export { logCoshLoss } from "./losses/log_cosh.ts";
export { rectifiedWingLoss } from "./losses/rectified_wing.ts";
export { smoothL1Loss } from "./losses/smooth_l1.ts";
export { softWingLoss } from "./losses/soft_wing.ts";
export { wingLoss } from "./losses/wing.ts";
export { createLoss, lossNames, lossOptions } from "./losses/registry.ts";

export * from "./data/face_set.ts";
export type * from "./data/landmark_scheme.ts";
export * from "./data/schemes.ts";
export * from "./data/labels.ts";
export * from "./data/npy.ts";
export * from "./data/pts.ts";
export { checkDataset, type CheckReport } from "./data/check.ts";
export { drawContactSheet } from "./data/contact_sheet.ts";
export { cropProtocol, cropProtocols } from "./data/crop.ts";
export { datasets, loadDataset, loadSplit } from "./data/datasets.ts";
export { drawFaceGrid } from "./data/face_picture.ts";
export { loadPrepared, type PreparedFaces } from "./data/prepared.ts";
export { prepareFaces } from "./data/prepare.ts";
export { BatchLoader, type BatchLoaderOptions } from "./data/loader.ts";
export {
  compareShapes,
  type FaceParameters,
  generateFaces,
  type GenerateFacesOptions,
  renderFace,
  renderPicture,
  sampleFace,
  type SyntheticFaceSet,
} from "./data/synthetic/mod.ts";

export * from "./evaluation/nme.ts";
export * from "./evaluation/distribution.ts";
export * from "./evaluation/evaluate.ts";
export * from "./evaluation/per_landmark.ts";
export * from "./evaluation/mean_shape.ts";
export * from "./evaluation/mirror.ts";
export * from "./evaluation/paired.ts";
export { wilcoxon, type WilcoxonResult } from "./evaluation/wilcoxon.ts";

export * from "./models/mod.ts";

export * from "./plots/mod.ts";
export { createProgress, type Progress, type ProgressOptions } from "./progress.ts";
export { createRandom, type Random } from "./random.ts";

export {
  type Cell,
  type Column,
  fixed,
  type Measurement,
  percent,
  type Row,
  Table,
  TABLE_FORMATS,
  type TableFormat,
  type TableOptions,
} from "./results/table.ts";
export {
  listRuns,
  openRun,
  readRun,
  Run,
  RUN_FILES,
  RunConflictError,
  RunInUseError,
  runPath,
  type RunRecord,
  type RunState,
  variantName,
} from "./results/run.ts";
export { type FinishedRun, isFinished } from "./results/read_run.ts";
export type { FaceError, MetricsRecord, RunConfig, RunRequest, RunResult, RunSettings } from "./results/schema.ts";
export { type Group, type GroupOptions, groupRuns } from "./results/group.ts";
export { type ResultsTableOptions, resultsTables, unfinishedTable } from "./results/results_table.ts";
export { compareGroups, describeComparison, type GroupComparison, readFaceErrors } from "./results/compare.ts";
export { comparisonTable } from "./results/comparison_table.ts";
export { PUBLISHED, publishedFor, type PublishedRow, publishedRows } from "./results/published.ts";
export { selectRuns } from "./results/select.ts";
export { buildReport, type ReportOptions } from "./results/report.ts";
export { type EventImage, EventWriter } from "./results/tensorboard.ts";
export { readMetrics } from "./results/metrics_file.ts";

export { openNet, type OpenNetOptions } from "./prediction/open_net.ts";
export type { LandmarkNet } from "./prediction/landmark_net.ts";
export { predictPicture } from "./prediction/predict_picture.ts";
export { readPicture } from "./prediction/picture.ts";
export { exportNet } from "./prediction/export_net.ts";
export { evaluateNet } from "./prediction/evaluate_net.ts";

export * from "./training/mod.ts";

export * from "./notebook/mod.ts";
