import type { Part } from "./spec.ts";

/**
 * On what ground a plot is seen: `auto` is drawn on nothing, in inks that stand out from white and from near-black
 * alike (a notebook or a web page in either theme); `light` is black on white, for print; `dark` is light on
 * near-black.
 */
export type Mode = "auto" | "light" | "dark";

/**
 * Colors of series, in order. Each has a contrast of at least 3 : 1 with white and with {@linkcode DARK_GROUND}, and
 * any two stay apart under protanopia and deuteranopia (Machado et al. 2009); both are tested. The first two are from
 * Okabe and Ito's palette.
 */
export const palette: readonly string[] = ["#0072b2", "#d55e00", "#50a0b0", "#8020f8", "#a84060", "#e87068"];

/** Dashes of series, in the order of {@linkcode palette}: a second sign beside the color. */
export const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 3], [4, 2, 1, 2, 1, 2]];

/** The ground of JupyterLab's dark theme. */
export const DARK_GROUND = "#111111";

/** Text, axes and outlines of each mode. The ink of `auto` has a contrast of 4.3 : 1 with both grounds, the most there is. */
export const inks: Readonly<Record<Mode, string>> = { auto: "#797979", light: "#1a1a1a", dark: "#e6e6e6" };

/**
 * Verdana has nearly DejaVu's widths (both descend from one design), so that a machine without DejaVu lays text out
 * alike.
 */
export const FONTS = '"DejaVu Sans", Verdana, Geneva, sans-serif';

/** The one Vega-Lite configuration of every plot. */
export function theme(mode: Mode = "auto"): Part {
  const ink = inks[mode];
  return {
    background: mode === "light" ? "#ffffff" : mode === "dark" ? DARK_GROUND : "transparent",
    font: FONTS,
    padding: 8,
    title: {
      color: ink,
      subtitleColor: ink,
      fontSize: 13,
      fontWeight: "bold",
      subtitleFontSize: 11,
      anchor: "start",
      offset: 10,
    },
    axis: {
      labelColor: ink,
      titleColor: ink,
      domainColor: ink,
      tickColor: ink,
      gridColor: ink,
      gridOpacity: 0.22,
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: "normal",
      titlePadding: 8,
      labelLimit: 340,
      labelFlush: false,
      labelSeparation: 8,
      labelPadding: 4,
    },
    legend: {
      labelColor: ink,
      titleColor: ink,
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: "normal",
      labelLimit: 360,
      titleLimit: 360,
      symbolStrokeWidth: 2.5,
      symbolSize: 220,
      gradientStrokeColor: ink,
    },
    header: { labelColor: ink, titleColor: ink, labelFontSize: 11, titleFontSize: 11 },
    view: { stroke: null, continuousWidth: 320, continuousHeight: 220 },
    concat: { spacing: 20 },
    range: {
      category: palette,
      ordinal: { scheme: "viridis" },
      ramp: { scheme: "viridis" },
      heatmap: { scheme: "viridis" },
    },
    mark: { color: palette[0] },
    line: { strokeWidth: 2 },
    rule: { color: ink },
    text: { color: ink, fontSize: 11 },
    style: { "guide-label": { fill: ink }, "guide-title": { fill: ink }, ink: { stroke: ink, color: ink } },
  };
}
