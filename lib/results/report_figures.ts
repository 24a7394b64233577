import { join } from "node:path";
import { schemeByName } from "@/data/schemes.ts";
import { messageOf } from "@/errors.ts";
import {
  ablationBars,
  type AblationRow,
  cumulativeError,
  errorHistogram,
  landmarkErrorMap,
  type PlotSpec,
  regionBars,
  trainingCurves,
} from "@/plots/mod.ts";
import { readFaceErrors } from "./compare.ts";
import { meanPredictedFace } from "./face_gallery.ts";
import type { Group } from "./group.ts";
import { readMetrics } from "./metrics_file.ts";
import { type MetricsRecord, RUN_FILES } from "./schema.ts";

/** One figure of a report. */
export interface Figure {
  /** What it shows, as a heading. */
  readonly title: string;
  readonly spec: PlotSpec;
}

/** The figures of some groups of one context, and sentences on what could not be drawn. */
export interface Figures {
  readonly figures: Figure[];
  readonly missing: string[];
}

const LENGTHS: Readonly<Record<string, string>> = {
  "inter-ocular": "inter-ocular distance",
  "inter-pupil": "inter-pupil distance",
  "box": "size of the face's box",
  "diagonal": "diagonal of the face's box",
};

/** More lines than these cannot be told apart. */
export const MOST_SERIES = 8;

/** NME of the full test set as bars for {@linkcode ablationBars}, in percent; groups without a finite one are left out. */
export function barsOf(groups: readonly Group[], nameOf = ({ label }: Group): string => label): AblationRow[] {
  return groups.filter(({ subsets }) => Number.isFinite(subsets.full!.nme.mean)).map((group) => {
    const { mean, deviation, count } = group.subsets.full!.nme;
    return {
      name: nameOf(group),
      mean: 100 * mean,
      ...(deviation === undefined ? {} : { deviation: 100 * deviation }),
      ...(count === undefined ? {} : { runs: count }),
    };
  });
}

/**
 * CED, histogram, bars, curves and errors by region and landmark, as far as the run directories have what they need.
 *
 * @param groups Of one context, best first; only the first {@linkcode MOST_SERIES} are drawn.
 */
export async function reportFigures(groups: readonly Group[]): Promise<Figures> {
  const drawn = groups.slice(0, MOST_SERIES);
  const missing: string[] = [];
  if (drawn.length < groups.length) {
    missing.push(`Figures show the best ${drawn.length} of ${groups.length} groups by NME of the full test set.`);
  }
  const protocol = drawn[0]!.runs[0]!.result.subsets.full!.protocol;
  const normalizer = LENGTHS[protocol.normalizer] ?? protocol.normalizer;
  const figures = [
    ...await errorFigures(drawn, normalizer, protocol.threshold, missing),
    ...await curveFigures(drawn, missing),
    ...regionFigures(drawn, normalizer),
    ...await landmarkFigures(drawn, normalizer, missing),
  ];
  return { figures, missing };
}

async function errorFigures(
  groups: readonly Group[],
  normalizer: string,
  threshold: number,
  missing: string[],
): Promise<Figure[]> {
  const series: { name: string; errors: number[]; auc: number; failureRate: number }[] = [];
  for (const { label, runs, subsets } of groups) {
    try {
      // All seeds pooled: the mean of their distributions.
      const all = (await Promise.all(runs.map(readFaceErrors))).flat().filter(({ subsets }) =>
        subsets.includes("full")
      );
      const errors = all.map(({ nme }) => nme).filter(Number.isFinite);
      if (errors.length < all.length) {
        missing.push(`'${label}' has ${all.length - errors.length} faces without an error.`);
      }
      const { auc, failureRate } = subsets.full!;
      series.push({ name: label, errors, auc: auc.mean, failureRate: failureRate.mean });
    } catch (error) {
      missing.push(messageOf(error));
    }
  }
  const usable = series.filter(({ errors, auc, failureRate }) =>
    errors.length > 0 && Number.isFinite(auc) && Number.isFinite(failureRate)
  );
  const figures: Figure[] = [];
  if (usable.length > 0) {
    figures.push(
      { title: "Cumulative error", spec: cumulativeError({ series: usable, limit: threshold, threshold, normalizer }) },
      { title: "Errors of the faces", spec: errorHistogram({ series: usable, normalizer }) },
    );
  }
  const rows = barsOf(groups);
  if (rows.length > 1) {
    figures.push({
      title: "Means and deviations",
      spec: ablationBars({ rows, value: `NME (% of ${normalizer})`, title: "NME of the full test set" }),
    });
  }
  return figures;
}

async function curveFigures(groups: readonly Group[], missing: string[]): Promise<Figure[]> {
  const histories: { name: string; records: MetricsRecord[] }[] = [];
  for (const { label, runs } of groups) {
    for (const run of runs) {
      try {
        const records = await readMetrics(join(run.path, RUN_FILES.metrics));
        if (records.length > 0) histories.push({ name: label, records });
        else missing.push(`Run '${run.name}' has no metrics.jsonl.`);
      } catch (error) {
        missing.push(messageOf(error));
      }
    }
  }
  const curves = (key: string, factor: number) =>
    histories.flatMap(({ name, records }) => {
      const values = records.map((record) => record[key]);
      // A run that does not record the value, or lost it, has no curve of it.
      if (!values.every((value) => typeof value === "number")) return [];
      return [{ name, first: records[0]!.epoch, values: values.map((value) => factor * value) }];
    });
  const figures: Figure[] = [];
  const losses = curves("loss", 1);
  if (losses.length > 0) {
    const kinds = new Set(groups.flatMap(({ runs }) => runs.map(({ result }) => result.loss)));
    const value = kinds.size > 1 ? "training loss (each its own)" : "training loss";
    figures.push({
      title: "Training",
      spec: trainingCurves({ runs: losses, value, scale: "log", title: "Training loss" }),
    });
  }
  const errors = curves("validationNme", 100);
  if (errors.length > 0) {
    const value = "NME of held-out training faces (%)";
    figures.push({ title: "Validation", spec: trainingCurves({ runs: errors, value, title: "Validation" }) });
  }
  return figures;
}

function regionFigures(groups: readonly Group[], normalizer: string): Figure[] {
  const series = groups.flatMap(({ label, runs }) => {
    const found = runs.flatMap(({ result }) => result.landmarkErrors ? [result.landmarkErrors.regions] : []);
    if (found.length === 0) return [];
    const names = Object.keys(found[0]!);
    const mean = (name: string) => found.reduce((sum, regions) => sum + regions[name]!, 0) / found.length;
    return [{ name: label, regions: Object.fromEntries(names.map((name) => [name, mean(name)])) }];
  });
  if (series.length === 0) return [];
  return [{ title: "Errors by region", spec: regionBars({ series, normalizer }) }];
}

/** Of the best group alone: the others differ by less than the landmarks do among themselves. */
async function landmarkFigures(groups: readonly Group[], normalizer: string, missing: string[]): Promise<Figure[]> {
  const { label, runs } = groups[0]!;
  const found = runs.flatMap(({ result }) => result.landmarkErrors ? [result.landmarkErrors.landmarks] : []);
  if (found.length === 0) return [];
  try {
    const face = await meanPredictedFace(runs[0]!);
    const errors = found[0]!.map((_, m) => found.reduce((sum, landmarks) => sum + landmarks[m]!, 0) / found.length);
    const { scheme } = runs[0]!.result.subsets.full!.protocol;
    let lines: readonly (readonly number[])[] = [];
    try {
      lines = schemeByName(scheme).lines;
    } catch { /* points of one's own are drawn without lines */ }
    const title = `Error of each landmark, ${label}`;
    return [{ title: "Errors by landmark", spec: landmarkErrorMap({ face, errors, lines, normalizer, title }) }];
  } catch (error) {
    missing.push(messageOf(error));
    return [];
  }
}
