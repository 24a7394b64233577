import { join } from "node:path";
import { PRESET_NAMES, type PresetName } from "@/data/augment.ts";
import { type CheckReport, FATAL_KINDS } from "@/data/check.ts";
import type { FaceSet } from "@/data/face_set.ts";
import { encodeLabels } from "@/data/labels.ts";
import type { PreparedFaces } from "@/data/prepared.ts";
import { nearest } from "@/errors.ts";
import { savePlot } from "@/plots/save_plot.ts";
import { shapeModes } from "@/plots/shape_modes.ts";
import { ShapeModel } from "@/shape/shape_model.ts";

/** Problems of a kind that are listed unless all are asked for. */
const SHOWN = 10;

/** A report as text: counts found and expected, then every kind of problem with its faces. */
export function describeCheck({ dataset, scheme, splits, prepared, problems }: CheckReport, all = false): string {
  const { points, flip, interOcular } = scheme;
  const pairs = flip.filter((partner, m) => partner > m).length;
  const eyes = interOcular.map((group) => group.length === 1 ? `${group[0]}` : `the middle of ${group.join(", ")}`);
  const lines = [
    `${dataset}: ${points} landmarks from 0, ${pairs} pair${
      pairs === 1 ? "" : "s"
    } that mirroring exchanges, eye corners ${eyes.join(" and ")}`,
  ];
  for (const { split, faces, counts, partial, subsets, expectedSubsets } of splits) {
    // The folders' own lines follow.
    const lacks = partial.replace(/ \([^()]*\)$/, "");
    lines.push(`${dataset} ${split}: ${faces} face${faces === 1 ? "" : "s"}${lacks ? ` (${lacks})` : ""}`);
    const width = Math.max(...counts.map(({ name }) => name.length));
    for (const { name, found, expected } of counts) {
      const mark = expected === undefined
        ? ""
        : ` of ${expected}${found === expected ? "" : found < expected ? ", partial" : ", too many"}`;
      lines.push(`  ${name.padEnd(width)}  ${found}${mark}`);
    }
    const parts = Object.entries(subsets).map(([name, count]) => {
      const expected = expectedSubsets[name];
      return `${name} ${count}${expected === undefined || expected === count ? "" : ` of ${expected}`}`;
    });
    lines.push(`  subsets: ${parts.join(", ")}`);
  }
  if (prepared.length > 0) {
    lines.push(
      `Prepared and unchanged: ${prepared.length}`,
      ...prepared.map((path) => `  ${path}`),
    );
  }
  for (const [kind, list] of Map.groupBy(problems, (problem) => problem.kind)) {
    lines.push("", `${kind}: ${list.length}`);
    const shown = all ? list : list.slice(0, SHOWN);
    for (const { where, message } of shown) lines.push(`  ${where}: ${message}`);
    if (shown.length < list.length) lines.push(`  and ${list.length - shown.length} more: --all lists them`);
  }
  const fatal = problems.filter(({ kind }) => FATAL_KINDS.includes(kind)).length;
  const others = problems.length - fatal;
  const suspicious = others > 0 ? `; ${others} to look at` : "";
  lines.push(
    "",
    fatal > 0 ? `Not ready: ${fatal} problem${fatal === 1 ? "" : "s"}${suspicious}` : `Ready to use${suspicious}`,
  );
  return lines.join("\n");
}

/** One prepared split in a few lines. */
export function describePrepared(set: PreparedFaces, seconds: number): string {
  const { dataset, split, count, size, protocol, partial, hash, directory } = set;
  return `${dataset} ${split}: ${count} faces of ${size} x ${size}, ${protocol}${partial ? ` (${partial})` : ""}\n` +
    `  ${directory}\n  content ${hash.slice(0, 16)}, ${seconds.toFixed(1)} s`;
}

/** The augmentation preset of that name. */
export function presetByName(name: string): PresetName {
  if ((PRESET_NAMES as readonly string[]).includes(name)) return name as PresetName;
  const [guess] = nearest(name, PRESET_NAMES, 1);
  const hint = guess ? ` (did you mean ${guess}?)` : "";
  throw new RangeError(`Cannot augment as the preset must be one of ${PRESET_NAMES.join(", ")}: ${name}${hint}`);
}

/** The shapes of a set as labels, `[N, 2M]`: what training sees. */
function labelsOf({ landmarks, size }: FaceSet): Float32Array {
  return Float32Array.from(encodeLabels(landmarks, size));
}

/**
 * Fits a shape model to the labels of a set, keeps the modes that explain more than `fraction` of the variance, saves
 * them as three .npy files and draws the first of them.
 *
 * @returns how many modes are kept, what share they explain, and how many there are
 */
export async function fitShapeModel(
  set: FaceSet,
  fraction: number,
  out: string,
): Promise<{ kept: number; explained: number; all: number }> {
  const model = ShapeModel.fit(labelsOf(set), set.count, 2 * set.scheme.points);
  const kept = model.modesFor(fraction), cumulative = model.cumulativeVariance();
  const { mean, eigenvalues, modes, dims } = model;
  await new ShapeModel({ mean, eigenvalues: eigenvalues.slice(0, kept), modes: modes.slice(0, kept * dims) }).save(out);
  const share = (index: number) => 100 * (cumulative[index]! - (cumulative[index - 1] ?? 0));
  const drawn = Array.from({ length: Math.min(8, kept) }, (_, index) => ({
    name: `mode ${index + 1} (${share(index).toFixed(1)} %)`,
    minus: model.alongMode(index, -3),
    plus: model.alongMode(index, 3),
  }));
  const title = `Modes of ${set.count} shapes, ${set.dataset} ${set.split}`;
  await savePlot(shapeModes({ mean, modes: drawn, lines: set.scheme.lines, title }), join(out, "modes.png"), {
    ground: "#ffffff",
  });
  return { kept, explained: cumulative[kept - 1]!, all: model.count };
}
