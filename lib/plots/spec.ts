import { type Mode, theme } from "./theme.ts";

/**
 * A Vega-Lite specification over plain data: what every plot function returns, ready to show, save, or compose by
 * `hconcat`, `vconcat` and `layer`.
 *
 * It is an open record and not Vega-Lite's own type, which names every feature of version 6: JupyterLab draws version
 * 5.6, and specs here stay within that.
 */
export interface PlotSpec {
  /** The version of Vega-Lite: {@linkcode SCHEMA}. */
  readonly $schema: string;
  /** Anything else that Vega-Lite knows. */
  readonly [key: string]: unknown;
}

/** A part of a specification. */
export type Part = Record<string, unknown>;

/** JupyterLab 4.6 draws specs of this schema (with Vega-Lite 5.6.1) and knows no later one. */
export const SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

/** Makes a whole specification of `parts`: schema and theme added. */
export function plot(parts: Part): PlotSpec {
  return { $schema: SCHEMA, config: theme(), ...parts };
}

/** The same plot in another mode of the theme: `light` for print, `dark` for slides; see {@linkcode theme}. */
export function withTheme(spec: PlotSpec, mode: Mode): PlotSpec {
  return { ...spec, config: theme(mode) };
}

/** A specification as part of a larger one: without the keys that only the outermost may have. */
export function asPart(spec: PlotSpec): Part {
  const { $schema: _schema, config: _config, ...part } = spec;
  return part;
}
