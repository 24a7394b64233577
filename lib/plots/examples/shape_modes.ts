import { ShapeModel } from "@/shape/shape_model.ts";
import { shapeModes } from "../shape_modes.ts";
import type { Example } from "./example.ts";
import { lines, sampleShapes } from "./sample.ts";

export const example: Example = {
  name: "shapeModes",
  caption: "What the first modes of a shape model do to the mean face.",
  make() {
    const model = ShapeModel.fit(sampleShapes(200), 200, 136);
    const total = model.eigenvalues.reduce((sum, value) => sum + value, 0);
    return shapeModes({
      mean: model.mean,
      lines,
      modes: [0, 1, 2, 3].map((mode) => ({
        name: `mode ${mode + 1} (${(100 * model.eigenvalues[mode]! / total).toFixed(1)} %)`,
        minus: model.alongMode(mode, -3),
        plus: model.alongMode(mode, 3),
      })),
    });
  },
};
