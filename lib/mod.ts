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
export { l1Loss, type L1LossOptions } from "./losses/l1.ts";
export { l2Loss, type L2LossOptions } from "./losses/l2.ts";
export { logCoshLoss, type LogCoshLossOptions } from "./losses/log_cosh.ts";
export { rectifiedWingLoss, type RectifiedWingLossOptions } from "./losses/rectified_wing.ts";
export { smoothL1Loss, type SmoothL1LossOptions } from "./losses/smooth_l1.ts";
export { softWingLoss, type SoftWingLossOptions } from "./losses/soft_wing.ts";
export { wingLoss, type WingLossOptions } from "./losses/wing.ts";
export type { ChoiceOption, GivenOptions, LossUnit, NumberOption, OptionSchema } from "./losses/options.ts";
export { createLoss, type LossContext, lossNames, lossOptions } from "./losses/registry.ts";

export * from "./data/face_set.ts";
export type * from "./data/landmark_scheme.ts";
export * from "./data/schemes.ts";
export * from "./data/labels.ts";
export * from "./data/npy.ts";
export * from "./data/pts.ts";
export {
  checkDataset,
  type CheckedSplit,
  type CheckOptions,
  type CheckReport,
  type FaceProblem,
  type FaceProblemKind,
} from "./data/check.ts";
export {
  type AugmentChoices,
  Augmenter,
  type AugmenterOptions,
  type AugmentGeometry,
  type AugmentOptions,
  type AugmentSettings,
  type FaceKey,
  type Fill,
  type OperationName,
  type Operations,
  PRESET_NAMES,
  type PresetName,
  PRESETS,
  type Recrop,
  resolveAugment,
} from "./data/augment.ts";
export type { Geometry } from "./data/augment/geometry.ts";
export type { Affine } from "./data/warp_matrix.ts";
export { type ContactSheetOptions, drawContactSheet } from "./data/contact_sheet.ts";
export { type CropInput, type CropProtocol, cropProtocol, cropProtocols } from "./data/crop.ts";
export type { CropBox } from "./data/resample.ts";
export type { RgbImage } from "./data/decode.ts";
export { type DatasetOptions, datasets, loadDataset, loadSplit, type Split } from "./data/datasets.ts";
export { drawFaceGrid, type SheetOptions } from "./data/face_picture.ts";
export { loadPrepared, type PreparedFaces } from "./data/prepared.ts";
export { prepareFaces, type PrepareOptions } from "./data/prepare.ts";
export type { OpenImage, Rect, SourceCount, SourceFace, SourceImage, SourceProblem, SourceSet } from "./data/source.ts";
export { type Batch as LoadedBatch, BatchLoader, type BatchLoaderOptions } from "./data/loader.ts";
export {
  compareShapes,
  type Difficulty as FaceDifficulty,
  type FaceParameters,
  generateFaces,
  type GenerateFacesOptions,
  type RenderedFace,
  renderFace,
  renderPicture,
  sampleFace,
  type ShapeComparison,
  type ShapeStatistics,
  type SyntheticFaceSet,
} from "./data/synthetic/mod.ts";
export type { Quirk as HeadQuirk, Shape as HeadShape } from "./data/synthetic/deform.ts";
export type { Direction, Glasses, Hat, Occluder, Rgb } from "./data/synthetic/parameters.ts";
export type { RenderedView } from "./data/synthetic/render.ts";

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
export { createProgress, type Progress, type ProgressOptions, ProgressPlace } from "./progress.ts";
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
export type { Difference } from "./results/differences.ts";
export type { EnvironmentOptions as RunEnvironmentOptions } from "./results/environment.ts";
export type { RunOwner } from "./results/run_lock.ts";
export {
  type EpochNumbers,
  listRuns,
  openRun,
  readRun,
  Run,
  RUN_FILES,
  RunConflictError,
  RunInUseError,
  type RunName,
  runPath,
  type RunRecord,
  type RunState,
  variantName,
} from "./results/run.ts";
export { type FinishedRun, isFinished } from "./results/read_run.ts";
export type {
  Choice,
  DataIdentity,
  FaceError,
  Json,
  MetricsRecord,
  RunConfig,
  RunEnvironment,
  RunRequest,
  RunResult,
  RunSettings,
  SubsetResult,
} from "./results/schema.ts";
export { type Group, type GroupOptions, groupRuns, type Metric, METRICS } from "./results/group.ts";
export type { ResultContext } from "./results/mixing.ts";
export { type ResultsTableOptions, resultsTables, unfinishedTable } from "./results/results_table.ts";
export {
  compareGroups,
  type CompareOptions,
  describeComparison,
  type GroupComparison,
  meanFaceErrors,
  type NamedRuns,
  readFaceErrors,
} from "./results/compare.ts";
export { runsTable } from "./results/runs_table.ts";
export { comparisonTable } from "./results/comparison_table.ts";
export { PUBLISHED, publishedFor, type PublishedRow, publishedRows } from "./results/published.ts";
export { selectRuns } from "./results/select.ts";
export { buildReport, type ReportOptions } from "./results/report.ts";
export { type EventImage, EventWriter } from "./results/tensorboard.ts";
export { readMetrics } from "./results/metrics_file.ts";

export { openNet, type OpenNetOptions } from "./prediction/open_net.ts";
export type { FaceBox } from "./prediction/crop_rule.ts";
export type { LandmarkNet, ModelKind } from "./prediction/landmark_net.ts";
export { type PredictedFace, predictPicture } from "./prediction/predict_picture.ts";
export { type Picture, readPicture } from "./prediction/picture.ts";
export { type ExportFormat, exportNet, type ExportOptions, type ExportReport } from "./prediction/export_net.ts";
export { evaluateNet, type EvaluateNetOptions, type NetEvaluation } from "./prediction/evaluate_net.ts";

export * from "./training/mod.ts";

export * from "./notebook/mod.ts";
