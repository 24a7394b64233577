import { createRandom } from "@/random.ts";
import { trainingCurves } from "../training_curves.ts";
import type { Example } from "./example.ts";

export const example: Example = {
  name: "trainingCurves",
  caption: "Several runs: mean and standard deviation over three seeds of each setting (made-up numbers).",
  make() {
    const settings = { "setting A": [22, 0.11, 4.1], "setting B": [24, 0.08, 4.8] } as const;
    return trainingCurves({
      value: "validation NME (%)",
      runs: Object.entries(settings).flatMap(([name, [start, speed, end]]) =>
        [0, 1, 2].map((seed) => {
          const random = createRandom(seed, name);
          const shift = 0.25 * random.normal();
          return {
            name,
            values: Array.from(
              { length: 40 },
              (_, epoch) => end + shift + start / (1 + speed * 4 * epoch) * (1 + 0.06 * random.normal()),
            ),
          };
        })
      ),
    });
  },
};
