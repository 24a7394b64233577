/**
 * `deno task data <check|prepare|show|pca|compare|new|synthesize>`: everything about datasets before training.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { nearest } from "@/errors.ts";
import { createCommand, ExitCode, type Output, pathOption, processOutput, runCommand, wholeOption } from "./command.ts";

interface Common {
  from?: string;
  cache?: string;
  quiet: boolean;
}

interface CropFlags {
  protocol?: string;
  size?: number;
  limit?: number;
  seed?: number;
}

/** The sub-commands, each with one line. */
const COMMANDS = {
  check: "Reads every face of a dataset and lists what is wrong or suspicious",
  prepare: "Crops every face once, into arrays that NumPy reads as well",
  show: "Draws random faces with their points, as they are and mirrored or augmented",
  pca: "Fits a shape model to the training faces, saves it and draws its modes",
  compare: "Compares the shapes of real faces with those of drawn ones: spectra, means, a picture",
  new: "Writes a commented template for a folder of your own points",
  synthesize: "Writes synthetic faces in the layout of a dataset",
} as const;

type Name = keyof typeof COMMANDS;

/** Reads a number from `low` to `high`. */
function numberOption(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (!(value >= low && value <= high)) {
      throw new InvalidArgumentError(`expected a number from ${low} to ${high}: '${text}'`);
    }
    return value;
  };
}

function subcommand(name: Name, output: Output): Command {
  return createCommand(`data ${name}`, `${COMMANDS[name]}.`, output);
}

function withSource(command: Command): Command {
  return command.argument("<dataset>", "300w, cofw, wflw, own or synthetic")
    .option("--from <folder>", "the raw dataset (default: data/DATASET)", pathOption)
    .option("--cache <folder>", "where prepared faces are kept (default: data/prepared)", pathOption)
    .option("--quiet", "shows no progress", false);
}

function withCrop(command: Command): Command {
  return withSource(command)
    .option("--protocol <name>", "the crop: acr-224, square-1.1, pipnet-256 or hrnet-256 (default: acr-224)")
    .option("--size <pixels>", "side of the crops (default: the protocol's)", wholeOption(8))
    .option("--limit <n>", "faces per split at most", wholeOption(1))
    .option("--seed <n>", "chooses faces to draw, and draws synthetic ones (default: 0)", wholeOption(0));
}

const split = () => new Option("--split <name>", "which faces").choices(["train", "test"]).default("train");

/** What the library takes, from what the command line gave. */
function datasetOptions({ from, cache, quiet, protocol, size, limit, seed }: Common & CropFlags) {
  return {
    quiet,
    ...(from === undefined ? {} : { dir: from }),
    ...(cache === undefined ? {} : { cacheDir: cache }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(size === undefined ? {} : { size }),
    ...(limit === undefined ? {} : { limit }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** The sub-command of that name, ready to be run. */
function build(name: Name, output: Output): Command {
  const say = (text: string) => output.out(`${text}\n`);
  const command = subcommand(name, output);
  switch (name) {
    case "check":
      return withSource(command)
        .option("--all", "lists every problem instead of the first ten of a kind", false)
        .option("--json", "prints JSON", false)
        .action(async (dataset: string, flags: Common & { all: boolean; json: boolean }) => {
          const { checkDataset, FATAL_KINDS } = await import("@/data/check.ts");
          const report = await checkDataset(dataset, datasetOptions({ ...flags, quiet: flags.quiet || flags.json }));
          const { describeCheck } = await import("./data_report.ts");
          say(flags.json ? JSON.stringify(report, undefined, 2) : describeCheck(report, flags.all));
          if (report.problems.some(({ kind }) => FATAL_KINDS.includes(kind))) throw new ExitCode(1);
        });
    case "prepare":
      return withCrop(command)
        .action(async (dataset: string, flags: Common & CropFlags) => {
          const { loadSplit } = await import("@/data/datasets.ts");
          const { describePrepared } = await import("./data_report.ts");
          const missing: Error[] = [];
          for (const part of ["train", "test"] as const) {
            const started = performance.now();
            try {
              const set = await loadSplit(dataset, part, datasetOptions(flags));
              say(describePrepared(set, (performance.now() - started) / 1000));
            } catch (error) {
              // A folder that holds one split only is fine; the help would say to get the other.
              if (!(error instanceof Deno.errors.NotFound)) throw error;
              missing.push(error);
              if (missing.length === 2) throw missing[0];
            }
          }
          for (const { message } of missing) output.error(`${message.split("\n")[0]}\n`);
        });
    case "show":
      return withCrop(command)
        .addOption(split())
        .option(
          "--augment <preset>",
          "draws each face three times augmented instead of mirrored: none, basic, acr or strong",
        )
        .option("--count <n>", "faces to draw", wholeOption(1), 18)
        .option("--side <pixels>", "side of each picture as drawn", wholeOption(16), 200)
        .option("--out <file>", "the PNG to write (default: DATASET-SPLIT.png here)", pathOption)
        .action(async (dataset: string, flags: Common & CropFlags & Show) => await show(dataset, flags, say));
    case "pca":
      return withCrop(command)
        .option(
          "--percent <p>",
          "keeps as many modes as explain more than this share of the variance",
          numberOption(1, 100),
          90,
        )
        .option("--out <folder>", "where the three .npy files go (default: data/pca/DATASET-PERCENT)", pathOption)
        .action(async (dataset: string, flags: Common & CropFlags & { percent: number; out?: string }) =>
          await fitShapes(dataset, flags, say)
        );
    case "compare":
      return command
        .argument("<shapes>", "a dataset of 68 landmarks, as 300w, or a .npy file of them, [N, 68, 2] or [N, 136]")
        .option("--from <folder>", "the raw dataset (default: data/DATASET)", pathOption)
        .option("--count <n>", "shapes to draw (default: as many as are real)", wholeOption(1))
        .option("--seed <n>", "draws the shapes", wholeOption(0), 0)
        .option("--out <file>", "the picture: .png, .svg or .html (default: data/pca/compared.png)", pathOption)
        .action(async (shapes: string, flags: Compare) => await compare(shapes, flags, say));
    case "new":
      return command.argument("<folder>", "the folder of your pictures; made if need be", pathOption)
        .option("--points <n>", "number of landmarks", wholeOption(1), 68)
        .option("--name <name>", "name of the dataset", "my-faces")
        .action(async (folder: string, { points, name }: { points: number; name: string }) => {
          const { writeOwnTemplate } = await import("@/data/own_points.ts");
          const path = await writeOwnTemplate(folder, name, points);
          say(`Wrote ${path}: edit it, and put your pictures and landmarks beside it`);
          say(`Check them: deno task data check own --from '${folder}'`);
          say(`Train on them: deno task experiment own-mnv2 --data '${folder}'`);
        });
    case "synthesize":
      return command
        .addOption(
          new Option("--layout <dataset>", "whose folders to imitate").choices(["300w", "cofw", "wflw"]).default(
            "300w",
          ),
        )
        .requiredOption("--out <folder>", "where the faces go", pathOption)
        .option("--train <n>", "training faces", wholeOption(1), 400)
        .option("--test <n>", "test faces", wholeOption(1), 100)
        .option("--size <pixels>", "side of the pictures", wholeOption(16), 320)
        .option(
          "--margin <share>",
          "what the pictures show beyond the face on each side; 0 for tight crops",
          numberOption(0, 2),
          0.35,
        )
        .option("--seed <n>", "draws the faces", wholeOption(0), 0)
        .option("--quiet", "shows no progress", false)
        .action(async (flags: Synthesize) => await synthesize(flags, say));
  }
}

interface Show {
  split: "train" | "test";
  augment?: string;
  count: number;
  side: number;
  out?: string;
}

async function show(dataset: string, flags: Common & CropFlags & Show, say: (text: string) => void): Promise<void> {
  const { loadSplit } = await import("@/data/datasets.ts");
  const { drawContactSheet } = await import("@/data/contact_sheet.ts");
  const { writeFileAtomic } = await import("@/files.ts");
  const { augment, count, side, seed = 0, out = pathOption(`${dataset}-${flags.split}.png`) } = flags;
  const set = await loadSplit(dataset, flags.split, datasetOptions(flags));
  const { presetByName } = await import("./data_report.ts");
  const preset = augment === undefined ? {} : { augment: presetByName(augment) };
  await writeFileAtomic(out, await drawContactSheet(set, { count, side, seed, ...preset }));
  const how = augment === undefined ? "mirrored" : `three times augmented by '${augment}'`;
  say(`Wrote ${resolve(out)}: ${Math.min(count, set.count)} of ${set.count} faces, each as it is and ${how}`);
  say("Cyan are the left ones of mirrored pairs of landmarks, yellow the right ones: each color must stay on its side");
}

async function fitShapes(
  dataset: string,
  flags: Common & CropFlags & { percent: number; out?: string },
  say: (text: string) => void,
): Promise<void> {
  const { loadSplit } = await import("@/data/datasets.ts");
  const { fitShapeModel } = await import("./data_report.ts");
  const { inProject } = await import("@/paths.ts");
  const { percent, out = inProject("data", "pca", `${dataset}-${percent}`) } = flags;
  const set = await loadSplit(dataset, "train", datasetOptions(flags));
  const { kept, explained, all } = await fitShapeModel(set, percent / 100, out);
  say(
    `${set.count} shapes of ${set.dataset} ${set.split}${
      set.partial ? ` (${set.partial})` : ""
    }: ${kept} of ${all} modes ` +
      `explain ${
        (100 * explained).toFixed(2)
      } % of the variance\nWrote eigenvalues.npy, eigenvectors.npy, mean.npy (labels: ` +
      `(p - S/2) / S) and modes.png to ${resolve(out)}`,
  );
}

interface Compare {
  from?: string;
  count?: number;
  seed: number;
  out?: string;
}

async function compare(shapes: string, flags: Compare, say: (text: string) => void): Promise<void> {
  const { inProject } = await import("@/paths.ts");
  const { compareWithDrawn, readShapes } = await import("./data_compare.ts");
  const file = /\.npy$/i.test(shapes) ? pathOption(shapes) : undefined;
  const real = await readShapes(file ?? shapes, flags.from);
  const { seed, count = real.count, out = inProject("data", "pca", "compared.png") } = flags;
  say(await compareWithDrawn(real, { count, seed, out }));
  say(`Wrote ${resolve(out)}`);
}

interface Synthesize {
  layout: "300w" | "cofw" | "wflw";
  out: string;
  train: number;
  test: number;
  size: number;
  margin: number;
  seed: number;
  quiet: boolean;
}

async function synthesize(
  { layout, out, train, test, size, margin, seed, quiet }: Synthesize,
  say: (text: string) => void,
): Promise<void> {
  const { exists } = await import("@/files.ts");
  const { writeLayout } = await import("@/data/layouts.ts");
  const { drawSynthetic } = await import("@/data/datasets.ts");
  if (await exists(out) && [...Deno.readDirSync(out)].length > 0) {
    throw new Error(`Cannot write synthetic faces to '${out}' as it is not empty: choose another folder`);
  }
  for (const [part, count] of [["train", train], ["test", test]] as const) {
    await writeLayout(await drawSynthetic({ count, size, margin, seed, split: part, quiet }), layout, out);
  }
  const partial = layout === "300w" ? "" : `; its ${layout === "cofw" ? 29 : 98} points are blends of 68`;
  say(`Wrote ${train} training and ${test} test faces as ${layout} to ${resolve(out)}${partial}`);
  say(`Check it: deno task data check ${layout} --from ${join(out)}`);
}

const overview = () => {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const rows = Object.entries(COMMANDS).map(([name, line]) => `  ${name.padEnd(width)}  ${line}`);
  return `Everything about datasets before training:\n\n${
    rows.join("\n")
  }\n\ndeno task data COMMAND --help says more.\n`;
};

/** @returns the exit code */
export async function runData(args: readonly string[], output: Output = processOutput): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    output.out(overview());
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    const names = Object.keys(COMMANDS);
    const [guess] = nearest(name, names, 1);
    const hint = guess ? ` (did you mean ${guess}?)` : "";
    output.error(`Cannot run 'data' as the command must be one of ${names.join(", ")}: ${name}${hint}\n`);
    return 1;
  }
  return await runCommand(build(name as Name, output), rest, output);
}

if (import.meta.main) Deno.exitCode = await runData(Deno.args);
