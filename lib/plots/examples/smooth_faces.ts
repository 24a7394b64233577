import { ShapeModel } from "@/shape/shape_model.ts";
import { smoothFaces } from "../smooth_faces.ts";
import type { Example } from "./example.ts";
import { lines, row, sampleShapes } from "./sample.ts";

export const example: Example = {
  name: "smoothFaces",
  caption: "A face and its Smooth-Faces: the more variance the modes explain, the closer they come.",
  make() {
    const shapes = sampleShapes(200);
    const model = ShapeModel.fit(shapes, 200, 136);
    const face = row(shapes, 3);
    return smoothFaces({
      face,
      lines,
      smooths: [80, 85, 90, 95, 97].map((percent) => {
        const modes = model.modesFor(percent / 100);
        return { percent, modes, shape: model.smooth(face, modes) };
      }),
    });
  },
};
