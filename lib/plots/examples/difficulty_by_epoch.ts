import { difficultyTable } from "@/shape/difficulty.ts";
import { PAPER_PERCENTAGES, percentageAt } from "@/shape/percentage_schedule.ts";
import { ShapeModel } from "@/shape/shape_model.ts";
import { difficultyByEpoch } from "../difficulty_by_epoch.ts";
import type { Example } from "./example.ts";
import { sampleShapes } from "./sample.ts";

export const example: Example = {
  name: "difficultyByEpoch",
  caption: "The paper's schedule over 150 epochs, and what it does to Φ.",
  make() {
    const shapes = sampleShapes(200);
    const model = ShapeModel.fit(shapes, 200, 136);
    const table = difficultyTable(model, shapes, 200, PAPER_PERCENTAGES.map((percent) => percent / 100));
    const quartiles = new Map([...table].map(([percent, values]) => {
      const sorted = values.toSorted();
      const at = (q: number) => sorted[Math.floor(q * (sorted.length - 1))]!;
      return [percent, [at(0.25), at(0.5), at(0.75)] as const];
    }));
    return difficultyByEpoch({
      epochs: Array.from({ length: 150 }, (_, epoch) => {
        const percent = percentageAt(epoch, 150);
        return { epoch, percent, quartiles: quartiles.get(percent)! };
      }),
    });
  },
};
