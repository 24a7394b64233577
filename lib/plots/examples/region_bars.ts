import { regionBars } from "../region_bars.ts";
import type { Example } from "./example.ts";

export const example: Example = {
  name: "regionBars",
  caption: "The mean error of each facial region (made-up numbers).",
  make: () =>
    regionBars({
      series: [
        { name: "setting A", regions: { jaw: 0.061, brows: 0.044, nose: 0.032, eyes: 0.026, mouth: 0.035 } },
        { name: "setting B", regions: { jaw: 0.068, brows: 0.047, nose: 0.035, eyes: 0.029, mouth: 0.041 } },
      ],
    }),
};
