import { createRandom } from "@/random.ts";
import { ShapeModel } from "@/shape/shape_model.ts";
import { landmarkErrorMap } from "../landmark_error_map.ts";
import type { Example } from "./example.ts";
import { lines, sampleShapes } from "./sample.ts";

export const example: Example = {
  name: "landmarkErrorMap",
  caption: "The mean error of each landmark, the worst three ringed (made-up errors).",
  make() {
    const random = createRandom(1, "landmarks");
    const errors = Array.from(
      { length: 68 },
      (_, m) => (m < 17 ? 0.05 + 0.003 * Math.abs(m - 8) : 0.03) * random.uniform(0.8, 1.3),
    );
    return landmarkErrorMap({ face: ShapeModel.fit(sampleShapes(200), 200, 136).mean, errors, lines });
  },
};
