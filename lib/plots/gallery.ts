import type { Example } from "./examples/example.ts";
import { example as ablationBars } from "./examples/ablation_bars.ts";
import { example as ablationHeatMap } from "./examples/ablation_heat_map.ts";
import { example as comparedShapes } from "./examples/compared_shapes.ts";
import { example as cumulativeError } from "./examples/cumulative_error.ts";
import { example as difficultyByEpoch } from "./examples/difficulty_by_epoch.ts";
import { example as difficultyFace } from "./examples/difficulty_face.ts";
import { example as errorHistogram } from "./examples/error_histogram.ts";
import { example as faceGrid } from "./examples/face_grid.ts";
import { example as facePoints } from "./examples/face_points.ts";
import { example as landmarkErrorMap } from "./examples/landmark_error_map.ts";
import { example as lossCurves } from "./examples/loss_curves.ts";
import { example as pcaSpectrum } from "./examples/pca_spectrum.ts";
import { example as regionBars } from "./examples/region_bars.ts";
import { example as shapeModes } from "./examples/shape_modes.ts";
import { example as smoothFaces } from "./examples/smooth_faces.ts";
import { example as trainingCurves } from "./examples/training_curves.ts";

/** Every plot's example, in the order of the gallery's page. */
export const examples: readonly Example[] = [
  lossCurves,
  smoothFaces,
  pcaSpectrum,
  shapeModes,
  comparedShapes,
  difficultyFace,
  difficultyByEpoch,
  trainingCurves,
  cumulativeError,
  errorHistogram,
  landmarkErrorMap,
  regionBars,
  ablationBars,
  ablationHeatMap,
  facePoints,
  faceGrid,
];

/** `lossCurves` as the stem of a file: `loss_curves`. */
export function stemOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The gallery's page. */
export function galleryPage(): string {
  const entries = examples.map(({ name, caption }) =>
    `## \`${name}()\`\n\n${caption} [Source](../../lib/plots/examples/${stemOf(name)}.ts)\n\n![${caption}](${
      stemOf(name)
    }.png)\n`
  );
  return `# Plots

Every plot function of \`lib/plots\`, drawn by \`deno task gallery\` from made-up data. Each returns a Vega-Lite specification:
\`show(spec)\` displays it in a notebook, \`savePlot(spec, "x.svg")\` writes it as SVG, PNG, HTML or JSON. The inks are chosen to be
legible on light and dark ground and to eyes without red or green cones; \`withTheme(spec, "light")\` makes one for print.

${entries.join("\n")}`;
}
