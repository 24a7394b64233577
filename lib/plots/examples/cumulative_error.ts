import { cumulativeError } from "../cumulative_error.ts";
import type { Example } from "./example.ts";
import { sampleErrors } from "./sample_errors.ts";

export const example: Example = {
  name: "cumulativeError",
  caption: "CEDs of two settings, with AUC and FR at 10 % (made-up errors).",
  make() {
    const series = [sampleErrors("setting A", 0.04), sampleErrors("setting B", 0.055)].map(({ name, errors }) => ({
      name,
      errors,
      failureRate: errors.filter((error) => error > 0.1).length / errors.length,
      // The area under a distribution up to t is the mean of max(0, t - error), exactly; divided by t.
      auc: errors.reduce((sum, error) => sum + Math.max(0, 0.1 - error), 0) / errors.length / 0.1,
    }));
    return cumulativeError({ series, limit: 0.12 });
  },
};
