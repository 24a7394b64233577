export * from "./cost.ts";
export * from "./efficientnet.ts";
export * from "./landmark_model.ts";
export * from "./layers/mod.ts";
export * from "./mobilenet_v2.ts";
export * from "./registry.ts";
