import type { Part } from "./spec.ts";
import { dashes, palette } from "./theme.ts";

/** The color of series `index`; the six repeat. */
export function seriesColor(index: number): string {
  return palette[index % palette.length]!;
}

/** The dash of series `index`: from the seventh on another one than the first with that color has. */
export function seriesDash(index: number): readonly number[] {
  return dashes[(index + Math.floor(index / palette.length)) % dashes.length]!;
}

/** The color channel of a field `series` with these names, in this order. */
export function colorOf(names: readonly string[], title: string | null = null, legend: Part = {}): Part {
  const scale = { domain: names, range: names.map((_, i) => seriesColor(i)) };
  return { field: "series", type: "nominal", sort: null, scale, title, legend: { orient: "right", ...legend } };
}

/** The dash channel that goes with {@linkcode colorOf}: both legends become one. */
export function dashOf(names: readonly string[], title: string | null = null, legend: Part = {}): Part {
  const scale = { domain: names, range: names.map((_, i) => seriesDash(i)) };
  return { field: "series", type: "nominal", sort: null, scale, title, legend: { orient: "right", ...legend } };
}

/**
 * Rounds to `digits` significant digits, which keeps specifications small.
 *
 * @throws {RangeError} When a value to plot is not finite, as a plot would leave it out in silence.
 */
export function round(value: number, digits = 5): number {
  if (!Number.isFinite(value)) throw new RangeError(`Cannot plot a value as it is not finite: ${value}`);
  return Number(value.toPrecision(digits));
}

/** @throws {TypeError} When two arrays that belong together differ in length. */
export function checkLength(what: string, found: number, expected: number): void {
  if (found !== expected) throw new TypeError(`Cannot plot ${what} as it has ${found} values: expected ${expected}`);
}

/** @throws {RangeError} When there is nothing to plot, or one name stands twice. */
export function checkNames(what: string, names: readonly string[]): void {
  if (names.length === 0) throw new RangeError(`Cannot plot ${what} as there is none: expected one or more`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`Cannot plot ${what} as a name stands twice: '${twice}'`);
}

/** At most about ten whole numbers from `low` to `high`, at steps of 1, 2 or 5 times a power of ten. */
export function wholeTicks(low: number, high: number): number[] {
  let step = 1;
  for (let i = 0; (high - low) / step > 10; i++) step *= i % 3 === 1 ? 2.5 : 2;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, i) => first + i * step);
}

/** The position channel of epochs; ticks are listed, as some versions of Vega-Lite forget that they should be whole. */
export function epochChannel(low: number, high: number, axis: Part = {}): Part {
  return {
    field: "epoch",
    type: "quantitative",
    title: "epoch",
    scale: { domain: high > low ? [low, high] : [low - 0.5, low + 0.5], nice: false, zero: false },
    axis: { values: wholeTicks(low, high), format: "d", ...axis },
  };
}
