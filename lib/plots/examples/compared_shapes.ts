import { ShapeModel } from "@/shape/shape_model.ts";
import { comparedShapes } from "../compared_shapes.ts";
import type { Example } from "./example.ts";
import { lines, sampleShapes } from "./sample.ts";

export const example: Example = {
  name: "comparedShapes",
  caption: "How two sets of shapes differ: the variance of their modes, and their means.",
  make() {
    const set = (name: string, seed: number, noise: number) => {
      const { mean, eigenvalues } = ShapeModel.fit(sampleShapes(200, seed, noise), 200, 136);
      const total = eigenvalues.reduce((sum, value) => sum + value, 0);
      return { name, mean, ratios: eigenvalues.map((value) => value / total) };
    };
    return comparedShapes({ sets: [set("one set", 1, 0.7), set("another, noisier", 2, 1.2)], lines });
  },
};
