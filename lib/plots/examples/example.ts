import type { PlotSpec } from "../spec.ts";

/** A small use of one plot function: its test, and its picture in the gallery. */
export interface Example {
  /** The function that it shows. */
  readonly name: string;
  /** One sentence under the picture. */
  readonly caption: string;
  /** From made-up data alone. */
  make(): PlotSpec | Promise<PlotSpec>;
}
