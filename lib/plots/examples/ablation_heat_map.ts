import { ablationHeatMap } from "../ablation_heat_map.ts";
import type { Example } from "./example.ts";

export const example: Example = {
  name: "ablationHeatMap",
  caption: "Architectures by data sets; a pair that was not run stays empty (made-up numbers).",
  make: () =>
    ablationHeatMap({
      value: "test NME (%)",
      cells: [
        { row: "MobileNetV2", column: "set 1", value: 5.1 },
        { row: "MobileNetV2", column: "set 2", value: 6.2 },
        { row: "EfficientNet-B0", column: "set 1", value: 4.9 },
        { row: "EfficientNet-B0", column: "set 2", value: 5.8 },
        { row: "EfficientNet-B3", column: "set 1", value: 4.4 },
      ],
    }),
};
