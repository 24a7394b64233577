import { ShapeModel } from "@/shape/shape_model.ts";
import { pcaSpectrum } from "../pca_spectrum.ts";
import type { Example } from "./example.ts";
import { sampleShapes } from "./sample.ts";

export const example: Example = {
  name: "pcaSpectrum",
  caption: "How much variance each mode explains, and how many modes 80 to 97 % take.",
  make() {
    const model = ShapeModel.fit(sampleShapes(200), 200, 136);
    const total = model.eigenvalues.reduce((sum, value) => sum + value, 0);
    return pcaSpectrum({
      ratios: model.eigenvalues.map((value) => value / total),
      marks: [80, 85, 90, 95, 97].map((percent) => ({ percent, modes: model.modesFor(percent / 100) })),
    });
  },
};
