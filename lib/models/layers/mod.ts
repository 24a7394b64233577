export { ReLU6, Swish } from "./activations.ts";
export { BatchNormalization, type BatchNormalizationArgs } from "./batch_normalization.ts";
export { BiasAdd, type BiasAddArgs } from "./bias_add.ts";
export { DropConnect, Dropout, type DropoutArgs, type TrainingArgs } from "./dropout.ts";
export { GlobalAveragePooling } from "./global_average_pooling.ts";
export { Normalization } from "./normalization.ts";
