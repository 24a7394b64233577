/** Training: optimizers, schedules, the trainer with its checkpoints, prediction. */
export type { Batch, BatchSource } from "./batches.ts";
export { type Checkpoint, type CheckpointArray, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export { CheckpointStore, type FoundCheckpoint } from "./checkpoint_store.ts";
export {
  type DifficultySource,
  type DifficultySourceOptions,
  fitShapeModel,
  prepareDifficulty,
} from "./difficulty_source.ts";
export { DivergedError, type Divergence } from "./diverged_error.ts";
export { describeEpoch, type EpochRecord } from "./epoch_record.ts";
export type { Gradients, Optimizer } from "./optimizer.ts";
export { createOptimizer, optimizerNames } from "./optimizers.ts";
export { predictFaces, type PredictFacesOptions } from "./predict_faces.ts";
export { createPredictor, type Predictor, type PredictorOptions } from "./predictor.ts";
export { createSchedule, type Schedule, scheduleNames } from "./schedules.ts";
export { splitTraining, type TrainingSplit } from "./split.ts";
export {
  createStep,
  type StepInputs,
  type StepOptions,
  type StepResult,
  trainableVariables,
  type TrainingStep,
} from "./step.ts";
export { train, type TrainingOutcome, type TrainOptions } from "./trainer.ts";
export type { TrainingState } from "./training_state.ts";
export { averageWeights, type WeightAverage } from "./weight_average.ts";
