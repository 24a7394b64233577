/** Training: optimizers, schedules, the trainer with its checkpoints, prediction. */
export type { Batch, BatchSource } from "./batches.ts";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export { CheckpointStore } from "./checkpoint_store.ts";
export { type DifficultySource, fitShapeModel, prepareDifficulty } from "./difficulty_source.ts";
export { DivergedError } from "./diverged_error.ts";
export { describeEpoch, type EpochRecord } from "./epoch_record.ts";
export type { Optimizer } from "./optimizer.ts";
export { createOptimizer, optimizerNames } from "./optimizers.ts";
export { predictFaces, type PredictFacesOptions } from "./predict_faces.ts";
export { createPredictor, type Predictor } from "./predictor.ts";
export { createSchedule, type Schedule, scheduleNames } from "./schedules.ts";
export { splitTraining, type TrainingSplit } from "./split.ts";
export { createStep, trainableVariables, type TrainingStep } from "./step.ts";
export { train, type TrainingOutcome, type TrainOptions } from "./trainer.ts";
export { averageWeights, type WeightAverage } from "./weight_average.ts";
