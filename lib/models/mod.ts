/** Networks: landmark regressors by name, their costs, copies for inference, and files of Keras's and TensorFlow.js's. */
export * from "./cost.ts";
export * from "./efficientnet.ts";
export { foldBatchNormalization } from "./fold.ts";
export * from "./keras/mod.ts";
export { LandmarkModel, type LandmarkModelOptions } from "./landmark_model.ts";
export * from "./layers/mod.ts";
export { layersFile } from "./layers_file.ts";
export { MOBILENET_V2_HEAD, mobileNetV2, type MobileNetV2Options } from "./mobilenet_v2.ts";
export { type PlainModelOptions, toPlainModel } from "./plain.ts";
export * from "./registry.ts";
