import { checkLength, checkNames, colorOf, dashOf, round } from "./series.ts";
import { type Part, plot, type PlotSpec } from "./spec.ts";

/** One loss, or one setting of it. */
export interface LossCurve {
  /** What stands in the legend, as `Φ = 0.5`. */
  readonly name: string;
  /** The loss at each of {@linkcode LossCurvesOptions.errors}. */
  readonly loss: ArrayLike<number>;
  /** Its derivative with respect to the error there. */
  readonly gradient: ArrayLike<number>;
}

/** Options of {@linkcode lossCurves}. */
export interface LossCurvesOptions {
  /** The errors `Face - Prediction` at which the curves are known, ascending. */
  readonly errors: ArrayLike<number>;
  /** What is drawn over each other; names differ. */
  readonly curves: readonly LossCurve[];
  /** Unit of the errors, as `fraction of the crop's side`. @default "normalised" */
  unit?: string;
  /** Heading of the plot. @default "Loss and gradient" */
  title?: string;
}

/** Loss curves and, beside them, their gradients: for several Phi the paper's figure. */
export function lossCurves(
  { errors, curves, unit = "normalised", title = "Loss and gradient" }: LossCurvesOptions,
): PlotSpec {
  const names = curves.map(({ name }) => name);
  checkNames("loss curves", names);
  const panel = (key: "loss" | "gradient", heading: string): Part => ({
    width: 290,
    height: 230,
    data: {
      values: curves.flatMap((curve) => {
        checkLength(`the ${key} of '${curve.name}'`, curve[key].length, errors.length);
        return Array.from(curve[key], (y, i) => ({ series: curve.name, x: round(errors[i]!), y: round(y) }));
      }),
    },
    mark: { type: "line", interpolate: "linear" },
    encoding: {
      x: { field: "x", type: "quantitative", title: `error (${unit})`, scale: { nice: false, zero: false } },
      y: { field: "y", type: "quantitative", title: heading },
      color: colorOf(names),
      strokeDash: dashOf(names),
    },
  });
  return plot({ title, hconcat: [panel("loss", "loss"), panel("gradient", "d loss / d error")] });
}
