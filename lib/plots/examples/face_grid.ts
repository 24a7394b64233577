import { faceGrid } from "../face_grid.ts";
import type { Example } from "./example.ts";
import { predict, sampleFacePicture } from "./sample.ts";

export const example: Example = {
  name: "faceGrid",
  caption: "The worst faces of a set, each with its error (synthetic faces, made-up predictions).",
  async make() {
    const faces = Array.from({ length: 4 }, async (_, i) => {
      const { picture, truth } = await sampleFacePicture(i);
      const prediction = predict(truth, 0.06 - 0.01 * i, i);
      let sum = 0;
      for (let j = 0; j < 136; j += 2) {
        sum += Math.hypot(truth[j]! - prediction[j]!, truth[j + 1]! - prediction[j + 1]!);
      }
      const nme = sum / 68 / Math.hypot(truth[90]! - truth[72]!, truth[91]! - truth[73]!);
      return { picture, truth, prediction, title: `NME ${(100 * nme).toFixed(1)} %` };
    });
    return faceGrid({ faces: await Promise.all(faces), title: "Worst faces" });
  },
};
