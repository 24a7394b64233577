import type { LandmarkScheme } from "@/data/landmark_scheme.ts";
import { checkLength, round } from "./series.ts";
import type { Part } from "./spec.ts";

/** A landmark vector: interleaved `x0, y0, x1, y1, ...`, y down. */
export type Shape = ArrayLike<number>;

/** Polylines between landmarks, as {@linkcode LandmarkScheme.lines}. */
export type Lines = LandmarkScheme["lines"];

/** The square of the plane that a panel shows: `[left, right]` and `[top, bottom]`. */
export interface Frame {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** The square frame around all shapes, with a margin of 6 % of its side. */
export function frameAround(...shapes: readonly Shape[]): Frame {
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  for (const shape of shapes) {
    checkLength("a shape", shape.length % 2, 0);
    for (let i = 0; i < shape.length; i++) {
      low[i % 2] = Math.min(low[i % 2]!, shape[i]!);
      high[i % 2] = Math.max(high[i % 2]!, shape[i]!);
    }
  }
  const half = 0.56 * Math.max(high[0]! - low[0]!, high[1]! - low[1]!);
  const axis = (i: 0 | 1): [number, number] => {
    const center = (low[i]! + high[i]!) / 2;
    return [round(center - half), round(center + half)];
  };
  return { x: axis(0), y: axis(1) };
}

/** The frame of a picture with this side, in pixels with their centers at whole numbers. */
export function frameOfPicture(side: number): Frame {
  return { x: [-0.5, side - 0.5], y: [-0.5, side - 0.5] };
}

/** Rows `{ x, y, landmark, ...more(m) }`, one for each landmark. */
export function pointRows(shape: Shape, more: (landmark: number) => Part = () => ({})): Part[] {
  return Array.from({ length: shape.length / 2 }, (_, m) => ({
    x: round(shape[2 * m]!),
    y: round(shape[2 * m + 1]!),
    landmark: m,
    ...more(m),
  }));
}

/** The position channels of one panel. */
export function position(frame: Frame): Part {
  const channel = (field: "x" | "y") => ({
    field,
    type: "quantitative",
    axis: null,
    scale: { domain: frame[field], nice: false, zero: false, ...(field === "y" ? { reverse: true } : {}) },
  });
  return { x: channel("x"), y: channel("y") };
}

/** Landmarks as points; hundreds of them, so that a label for screen readers on each would help nobody. `mark` and `encoding` say how they look. */
export function pointLayer(rows: Part[], frame: Frame, mark: Part = {}, encoding: Part = {}): Part {
  return {
    data: { values: rows },
    mark: { type: "point", aria: false, filled: true, size: 16, opacity: 1, clip: true, tooltip: true, ...mark },
    encoding: { ...position(frame), ...encoding },
  };
}

/** The lines of a face. */
export function lineLayer(
  shape: Shape,
  lines: Lines,
  frame: Frame,
  mark: Part = {},
  encoding: Part = {},
  row: Part = {},
): Part {
  const values = lines.flatMap((line, l) =>
    line.map((m, order) => ({ x: round(shape[2 * m]!), y: round(shape[2 * m + 1]!), line: l, order, ...row }))
  );
  return {
    data: { values },
    mark: { type: "line", aria: false, strokeWidth: 1, clip: true, ...mark },
    encoding: {
      ...position(frame),
      detail: { field: "line", type: "nominal" },
      order: { field: "order", type: "quantitative" },
      ...encoding,
    },
  };
}

/** Straight lines from one shape's landmarks to another's. */
export function displacementLayer(from: Shape, to: Shape, frame: Frame, mark: Part = {}): Part {
  checkLength("a shape", to.length, from.length);
  const values = pointRows(from, (m) => ({ x2: round(to[2 * m]!), y2: round(to[2 * m + 1]!) }));
  return {
    data: { values },
    mark: { type: "rule", aria: false, strokeWidth: 1, clip: true, ...mark },
    encoding: { ...position(frame), x2: { field: "x2" }, y2: { field: "y2" } },
  };
}

/** A picture that fills the panel. */
export function pictureLayer(url: string, side: number): Part {
  return {
    data: { values: [{}] },
    mark: { type: "image", url, width: side, height: side, x: side / 2, y: side / 2, aspect: false },
  };
}

/** How the legend of points looks. */
export const POINT_LEGEND: Part = { orient: "bottom", symbolSize: 70, symbolOpacity: 1, symbolStrokeWidth: 0.8 };

/** One panel of `side` units. */
export function facePanel(layer: readonly Part[], side: number, title?: string): Part {
  const heading = title === undefined
    ? {}
    : { title: { text: title, fontSize: 11, fontWeight: "normal", anchor: "middle", offset: 4 } };
  return { width: side, height: side, ...heading, layer };
}
