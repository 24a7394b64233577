import {
  displacementLayer,
  facePanel,
  type Frame,
  frameAround,
  frameOfPicture,
  lineLayer,
  type Lines,
  pictureLayer,
  POINT_LEGEND,
  pointLayer,
  pointRows,
  type Shape,
} from "./face_layers.ts";
import { colorOf, seriesColor } from "./series.ts";
import { type Part, plot, type PlotSpec } from "./spec.ts";

/** One face to draw: any of its picture, true points and predicted points. */
export interface DrawnFace {
  /** A `data:` URL and its side in pixels; see `pictureUrl()`. Points are in its pixels. */
  readonly picture?: { readonly url: string; readonly size: number };
  /** `[2M]` */
  readonly truth?: Shape;
  /** `[2M]` */
  readonly prediction?: Shape;
  /** Heading, as `helen/123, NME 3.4 %`. */
  readonly title?: string;
}

/** Options of {@linkcode facePoints}. */
export interface FacePointsOptions {
  /** What to draw. */
  readonly face: DrawnFace;
  /** Lines between landmarks, as those of a scheme. @default none */
  readonly lines?: Lines;
  /** Side of the picture as drawn. @default 320 */
  side?: number;
  /** Heading of the plot. @default "Predicted and true landmarks" */
  title?: string;
}

/** Yellow and cyan stand out from skin, and from each other for any eyes; a dark edge sets them off from light ground. */
const COLORS = { truth: "#00e5ff", prediction: "#ffd400" } as const;
const NAMES = ["truth", "prediction"] as const;

/** @internal The kinds of points that any of the faces has: those that a legend should name. */
export function kindsOf(faces: readonly DrawnFace[]): readonly (typeof NAMES[number])[] {
  return NAMES.filter((name) => faces.some((face) => face[name] !== undefined));
}

/** @internal One panel of a face, with a legend for these kinds of points. */
export function drawFace(face: DrawnFace, lines: Lines, side: number, kinds = kindsOf([face])): Part {
  const { picture, truth, prediction, title } = face;
  const shapes = [truth, prediction].filter((shape) => shape !== undefined);
  if (!picture && shapes.length === 0) {
    throw new RangeError("Cannot draw a face as it has neither a picture nor points");
  }
  const frame: Frame = picture ? frameOfPicture(picture.size) : frameAround(...shapes);
  // Without a picture behind, the colors of the other plots show on either ground.
  const range = kinds.map((name) => picture ? COLORS[name] : seriesColor(NAMES.indexOf(name)));
  const color = { ...colorOf(kinds, null, POINT_LEGEND), scale: { domain: kinds, range } };
  const size = Math.max(6, (side / 320) ** 2 * 22);
  const points = (shape: Shape | undefined, name: string) =>
    shape === undefined ? [] : [
      pointLayer(pointRows(shape, () => ({ series: name })), frame, {
        size,
        ...(picture ? { stroke: "#000000", strokeWidth: side / 600 } : {}),
      }, { color }),
    ];
  const outline = prediction ?? truth;
  return facePanel(
    [
      ...(picture ? [pictureLayer(picture.url, side)] : []),
      ...(outline && lines.length > 0
        ? [
          lineLayer(outline, lines, frame, { opacity: 0.6 }, { color }, {
            series: prediction ? "prediction" : "truth",
          }),
        ]
        : []),
      ...(truth && prediction
        ? [displacementLayer(truth, prediction, frame, picture ? { color: "#ffffff" } : {})]
        : []),
      ...points(truth, "truth"),
      ...points(prediction, "prediction"),
    ],
    side,
    title,
  );
}

/** A face with its predicted and true points, each pair joined by a line. */
export function facePoints(
  { face, lines = [], side = 320, title = "Predicted and true landmarks" }: FacePointsOptions,
): PlotSpec {
  const { title: subtitle, ...rest } = face;
  return plot({ ...drawFace(rest, lines, side), title: subtitle === undefined ? title : { text: title, subtitle } });
}
