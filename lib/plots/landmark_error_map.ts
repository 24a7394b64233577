import { facePanel, frameAround, lineLayer, type Lines, pointLayer, pointRows, type Shape } from "./face_layers.ts";
import { checkLength, round } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";

/** Options of {@linkcode landmarkErrorMap}. */
export interface LandmarkErrorMapOptions {
  /** A face to show them on, as the mean face, `[2M]`. */
  readonly face: Shape;
  /** Mean error of each landmark, `[M]`, as fractions of the normalizer. */
  readonly errors: ArrayLike<number>;
  /** Lines between landmarks, as those of a scheme. @default none */
  readonly lines?: Lines;
  /** How many of the worst landmarks get a ring, and are named with their errors. @default 3 */
  worst?: number;
  /** What an error is a part of. @default "inter-ocular distance" */
  normalizer?: string;
  /** Side of the panel. @default 300 */
  side?: number;
  /** Heading of the plot. @default "Error of each landmark" */
  title?: string;
}

/** The error of each landmark as color and size of a point on a face. */
export function landmarkErrorMap(options: LandmarkErrorMapOptions): PlotSpec {
  const {
    face,
    errors,
    lines = [],
    worst = 3,
    normalizer = "inter-ocular distance",
    side = 300,
    title = "Error of each landmark",
  } = options;
  checkLength("landmark errors", errors.length, face.length / 2);
  const frame = frameAround(face);
  const largest = Math.max(...Array.from(errors));
  const rows = pointRows(face, (m) => ({
    error: round(100 * errors[m]!),
    area: round(15 + 135 * (largest > 0 ? errors[m]! / largest : 0)),
  }));
  const legend = { orient: "bottom", direction: "horizontal", gradientLength: 200 };
  const ranked = rows.toSorted((a, b) => (b.error as number) - (a.error as number)).slice(0, worst);
  const names = ranked.map(({ landmark, error }) => `${landmark} (${(error as number).toFixed(1)} %)`);
  return plot({
    title: {
      text: title,
      subtitle: [
        `mean over the faces, % of ${normalizer}`,
        ...(names.length > 0 ? [`ringed, the worst landmarks: ${names.join(", ")}`] : []),
      ],
    },
    ...facePanel([
      ...(lines.length > 0 ? [lineLayer(face, lines, frame, { style: "ink", opacity: 0.5 })] : []),
      pointLayer(rows, frame, { stroke: "#797979", strokeWidth: 0.8 }, {
        color: {
          field: "error",
          type: "quantitative",
          title: "error (%)",
          scale: { scheme: "viridis", zero: true },
          legend,
        },
        size: { field: "area", type: "quantitative", scale: null },
      }),
      pointLayer(ranked, frame, { filled: false, style: "ink", size: 260, strokeWidth: 1.5 }),
    ], side),
  });
}
