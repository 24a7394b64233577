import { basename } from "node:path";
import { readDataset } from "@/data/datasets.ts";
import { readNpy } from "@/data/npy.ts";
import { scheme68 } from "@/data/schemes.ts";
import { requireSound } from "@/data/source.ts";
import { compareShapes, type ShapeStatistics } from "@/data/synthetic/mod.ts";
import { comparedShapes } from "@/plots/compared_shapes.ts";
import { savePlot } from "@/plots/save_plot.ts";

/** Landmarks of many faces. */
export interface Shapes {
  /** What stands beside them in a table. */
  readonly name: string;
  readonly count: number;
  /** `[count, 136]` in pixels of the original pictures. */
  readonly landmarks: Float64Array;
}

/** Fewer shapes have no spectrum to speak of. */
const LEAST = 10;

/**
 * Reads the landmarks of all faces of a dataset, whichever split they are in, or of a `.npy` file.
 *
 * @param from the dataset's folder, unless it is in its usual place
 * @throws {TypeError} if they are no 68 landmarks each
 * @throws {RangeError} if there are fewer than 10, or one is not finite
 */
export async function readShapes(name: string, from?: string): Promise<Shapes> {
  const shapes = /\.npy$/i.test(name) ? await shapesOfFile(name) : await shapesOfDataset(name, from);
  if (shapes.count < LEAST) {
    throw new RangeError(`Cannot compare shapes of '${name}' as there must be at least ${LEAST}: ${shapes.count}`);
  }
  const wrong = shapes.landmarks.findIndex((value) => !(Math.abs(value) <= 1e6));
  if (wrong >= 0) {
    const place = `landmark ${Math.floor(wrong / 2) % 68} of face ${Math.floor(wrong / 136)}`;
    throw new RangeError(`Cannot compare shapes of '${name}' as ${place} is in no picture: ${shapes.landmarks[wrong]}`);
  }
  return shapes;
}

async function shapesOfFile(path: string): Promise<Shapes> {
  const { shape, data } = await readNpy(path);
  const [count, ...rest] = shape;
  if (
    !(rest.join() === "136" || rest.join() === "68,2") || data instanceof BigInt64Array ||
    data instanceof BigUint64Array
  ) {
    throw new TypeError(
      `Cannot compare shapes of '${path}' as it must be [N, 68, 2] or [N, 136]: [${shape.join(", ")}]`,
    );
  }
  return { name: basename(path).slice(0, -4), count: count!, landmarks: Float64Array.from(data) };
}

async function shapesOfDataset(name: string, from?: string): Promise<Shapes> {
  const found: Float64Array[] = [];
  let missing: unknown, title = name;
  for (const split of ["train", "test"] as const) {
    try {
      const source = await readDataset(name, split, from);
      requireSound(source);
      if (source.scheme.points !== scheme68.points) {
        throw new TypeError(
          `Cannot compare shapes of '${name}' as they must have 68 landmarks: ${source.scheme.points}`,
        );
      }
      title = source.dataset;
      for (const { landmarks } of source.faces) found.push(landmarks);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      missing ??= error;
    }
  }
  if (missing !== undefined && found.length === 0) throw missing;
  const landmarks = new Float64Array(136 * found.length);
  found.forEach((shape, i) => landmarks.set(shape, 136 * i));
  return { name: title, count: found.length, landmarks };
}

/**
 * Compares real shapes with drawn ones, and draws both.
 *
 * @returns a table for people
 */
export async function compareWithDrawn(
  { name, count, landmarks }: Shapes,
  options: { count: number; seed: number; out: string },
): Promise<string> {
  const { synthetic, real, meanDistance } = compareShapes(landmarks, count, options.count, options.seed);
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const row = (label: string, of: (shapes: ShapeStatistics) => string) => [label, of(real), of(synthetic)];
  const root = (shapes: ShapeStatistics) =>
    Math.sqrt(shapes.spread.reduce((sum, spread) => sum + spread ** 2, 0) / shapes.spread.length);
  const rows = [
    ["", name, "drawn"],
    row("shapes", (shapes) => `${shapes.count}`),
    row("distance of a landmark from its mean", (shapes) => percent(root(shapes))),
    ...([80, 85, 90, 95, 97] as const).map((share) =>
      row(`modes that explain ${share} %`, (shapes) => `${shapes.modes[share]}`)
    ),
    ...[0, 1, 2, 3].map((mode) => row(`variance of mode ${mode + 1}`, (shapes) => percent(shapes.spectrum[mode] ?? 0))),
    row("NME of the mean shape as a predictor", (shapes) => percent(shapes.meanShapeError.mean)),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const table = rows.map((cells) =>
    cells.map((cell, i) => i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]!)).join("  ").trimEnd()
  );
  const mean = meanDistance.reduce((sum, distance) => sum + distance, 0) / meanDistance.length;
  const most = Math.max(...meanDistance), where = meanDistance.indexOf(most);
  await savePlot(
    comparedShapes({
      sets: [
        { name: `${name}, ${real.count} shapes`, mean: real.mean, ratios: real.spectrum },
        { name: `drawn, ${synthetic.count} shapes`, mean: synthetic.mean, ratios: synthetic.spectrum },
      ],
      lines: scheme68.lines,
      title: "Real and drawn shapes",
    }),
    options.out,
    { ground: "#ffffff" },
  );
  return `Shapes framed by the acr-224 crop; distances in shares of the crop's side

${table.join("\n")}

The mean shapes lie ${percent(mean)} apart, at most ${percent(most)} (landmark ${where})`;
}
