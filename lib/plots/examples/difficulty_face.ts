import { difficulty } from "@/shape/difficulty.ts";
import { ShapeModel } from "@/shape/shape_model.ts";
import { difficultyFace } from "../difficulty_face.ts";
import type { Example } from "./example.ts";
import { lines, row, sampleShapes } from "./sample.ts";

export const example: Example = {
  name: "difficultyFace",
  caption: "Where a face departs from its Smooth-Face of 80 %: Φ of each x and each y coordinate.",
  make() {
    const shapes = sampleShapes(200);
    const model = ShapeModel.fit(shapes, 200, 136);
    const landmarks = row(shapes, 3);
    return difficultyFace({
      landmarks,
      difficulty: difficulty(landmarks, model.smooth(landmarks, model.modesFor(0.8))),
      lines,
    });
  },
};
