import { lossCurves } from "../loss_curves.ts";
import type { Example } from "./example.ts";

export const example: Example = {
  name: "lossCurves",
  caption: "ACR Loss (continuous form, λ = 1) and its gradient: the harder a coordinate, the steeper near zero.",
  make() {
    const errors = Array.from({ length: 121 }, (_, i) => i / 80);
    const curves = [0, 0.25, 0.5, 0.75, 1].map((phi) => ({
      name: `Φ = ${phi}`,
      loss: errors.map((delta) => delta <= 1 ? Math.log1p(delta ** (2 - phi)) : delta ** 2 + Math.LN2 - 1),
      gradient: errors.map((delta) =>
        delta > 1 ? 2 * delta : (2 - phi) * delta ** (1 - phi) / (1 + delta ** (2 - phi))
      ),
    }));
    return lossCurves({ errors, curves, title: "ACR Loss for several Φ" });
  },
};
