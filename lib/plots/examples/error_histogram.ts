import { errorHistogram } from "../error_histogram.ts";
import type { Example } from "./example.ts";
import { sampleErrors } from "./sample_errors.ts";

export const example: Example = {
  name: "errorHistogram",
  caption: "How the errors of the faces are spread, with their means (made-up errors).",
  make: () => errorHistogram({ series: [sampleErrors("setting A", 0.04), sampleErrors("setting B", 0.055)] }),
};
