import type { Lines } from "./face_layers.ts";
import { drawFace, type DrawnFace, kindsOf } from "./face_points.ts";
import { plot, type PlotSpec } from "./spec.ts";

/** Options of {@linkcode faceGrid}. */
export interface FaceGridOptions {
  /** Row by row. */
  readonly faces: readonly DrawnFace[];
  /** Lines between landmarks, as those of a scheme. @default none */
  readonly lines?: Lines;
  /** Faces in a row. @default 4 */
  columns?: number;
  /** Side of each picture as drawn. @default 150 */
  side?: number;
  /** As `Worst faces`. @default "Faces" */
  title?: string;
}

/** A grid of faces with their points, as the worst and the best of a test set. */
export function faceGrid({ faces, lines = [], columns = 4, side = 150, title = "Faces" }: FaceGridOptions): PlotSpec {
  if (faces.length === 0) throw new RangeError("Cannot draw a grid of faces as there is none: expected one or more");
  const kinds = kindsOf(faces);
  return plot({ title, columns, spacing: 14, concat: faces.map((face) => drawFace(face, lines, side, kinds)) });
}
