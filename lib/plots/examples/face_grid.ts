import { faceGrid } from "../face_grid.ts";
import type { Example } from "./example.ts";
import { predict, row, samplePicture, sampleShapes } from "./sample.ts";

export const example: Example = {
  name: "faceGrid",
  caption: "The worst faces of a set, each with its error (drawn faces, made-up errors).",
  async make() {
    const shapes = sampleShapes(4, 5);
    const faces = Array.from({ length: 4 }, async (_, i) => {
      const truth = row(shapes, i), error = 5 - i;
      const prediction = predict(truth, error, i);
      const distance = truth.reduce((sum, _, j) =>
        j % 2 ? sum : sum + Math.hypot(truth[j]! - prediction[j]!, truth[j + 1]! - prediction[j + 1]!), 0) / 68;
      const eyes = Math.hypot(truth[90]! - truth[72]!, truth[91]! - truth[73]!);
      return {
        picture: await samplePicture(truth),
        truth,
        prediction,
        title: `NME ${(100 * distance / eyes).toFixed(1)} %`,
      };
    });
    return faceGrid({ faces: await Promise.all(faces), title: "Worst faces" });
  },
};
