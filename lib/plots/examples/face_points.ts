import { facePoints } from "../face_points.ts";
import type { Example } from "./example.ts";
import { lines, predict, sampleFacePicture } from "./sample.ts";

export const example: Example = {
  name: "facePoints",
  caption: "A synthetic face with its true points and a made-up prediction.",
  async make() {
    const { picture, truth } = await sampleFacePicture(0);
    return facePoints({
      face: { picture, truth, prediction: predict(truth, 0.02, 1), title: "a synthetic face" },
      lines,
    });
  },
};
