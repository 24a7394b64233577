import { facePoints } from "../face_points.ts";
import type { Example } from "./example.ts";
import { lines, predict, row, samplePicture, sampleShapes } from "./sample.ts";

export const example: Example = {
  name: "facePoints",
  caption: "A face with its true points and a prediction (both made up).",
  async make() {
    const truth = row(sampleShapes(1), 0);
    return facePoints({
      face: { picture: await samplePicture(truth), truth, prediction: predict(truth, 2, 1), title: "a drawn face" },
      lines,
    });
  },
};
