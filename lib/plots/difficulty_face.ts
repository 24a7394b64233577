import {
  facePanel,
  type Frame,
  frameAround,
  frameOfPicture,
  lineLayer,
  type Lines,
  pictureLayer,
  pointLayer,
  pointRows,
  type Shape,
} from "./face_layers.ts";
import { checkLength, round } from "./series.ts";
import { type Part, plot, type PlotSpec } from "./spec.ts";

/** Options of {@linkcode difficultyFace}. */
export interface DifficultyFaceOptions {
  /** `[2M]`, in pixels of the picture where there is one. */
  readonly landmarks: Shape;
  /** Phi, `[2M]`, in [0, 1]. */
  readonly difficulty: ArrayLike<number>;
  /** Lines between landmarks, as those of a scheme. @default none */
  readonly lines?: Lines;
  /** What lies behind: a `data:` URL and its side in pixels; see `pictureUrl()`. */
  picture?: { readonly url: string; readonly size: number };
  /** Side of one panel. @default 240 */
  side?: number;
  /** Heading of the plot. @default "Difficulty Φ of each coordinate" */
  title?: string;
}

/** Phi as colored points on a face, of the x coordinates in one panel and of the y coordinates in the other. */
export function difficultyFace(options: DifficultyFaceOptions): PlotSpec {
  const { landmarks, difficulty, lines = [], picture, side = 240, title = "Difficulty Φ of each coordinate" } = options;
  checkLength("difficulty", difficulty.length, landmarks.length);
  const frame: Frame = picture ? frameOfPicture(picture.size) : frameAround(landmarks);
  const panel = (axis: 0 | 1): Part =>
    facePanel(
      [
        ...(picture ? [pictureLayer(picture.url, side)] : []),
        ...(lines.length > 0 ? [lineLayer(landmarks, lines, frame, { style: "ink", opacity: 0.5 })] : []),
        pointLayer(
          pointRows(landmarks, (m) => ({ phi: round(difficulty[2 * m + axis]!) })),
          frame,
          { size: 60, stroke: "#797979", strokeWidth: 0.8 },
          {
            color: {
              field: "phi",
              type: "quantitative",
              title: "Φ",
              scale: { scheme: "viridis", domain: [0, 1] },
              legend: { gradientLength: 180 },
            },
          },
        ),
      ],
      side,
      axis === 0 ? "Φ of x" : "Φ of y",
    );
  return plot({ title, hconcat: [panel(0), panel(1)] });
}
