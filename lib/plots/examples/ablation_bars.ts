import { ablationBars } from "../ablation_bars.ts";
import type { Example } from "./example.ts";

export const example: Example = {
  name: "ablationBars",
  caption: "Settings side by side, with standard deviations over the seeds and their number (made-up numbers).",
  make: () =>
    ablationBars({
      value: "test NME (%)",
      rows: [
        { name: "setting A", mean: 5.12, deviation: 0.08, runs: 5 },
        { name: "setting B", mean: 5.43, deviation: 0.11, runs: 5 },
        { name: "setting C, one seed", mean: 5.9, runs: 1 },
        { name: "some paper", mean: 4.8, published: true },
      ],
    }),
};
