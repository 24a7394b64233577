/**
 * `deno task predict MODEL PICTURE...`: landmarks of faces in one's own pictures.
 *
 * @module
 */
import { InvalidArgumentError, Option } from "commander";
import { basename, extname, join } from "node:path";
import { formatPts } from "@/data/pts.ts";
import { messageOf } from "@/errors.ts";
import { writeFileAtomic } from "@/files.ts";
import type { FaceBox } from "@/prediction/crop_rule.ts";
import type { LandmarkNet } from "@/prediction/landmark_net.ts";
import type { Picture } from "@/prediction/picture.ts";
import type { PredictedFace } from "@/prediction/predict_picture.ts";
import { type BackendName, BACKENDS } from "@/tensorflow/mod.ts";
import { createCommand, fromHere, type Output, processOutput, runCommand } from "./command.ts";
import { addModelOptions, describeNet, MODEL_HELP, type ModelFlags } from "./model_options.ts";

interface PredictFlags extends ModelFlags {
  box?: FaceBox[];
  out?: string;
  backend: BackendName;
  quiet?: boolean;
}

/** @returns the exit code */
export function runPredict(args: readonly string[], output: Output = processOutput): Promise<number> {
  const command = createCommand(
    "predict",
    "Finds the landmarks of faces in pictures. Without a box the picture is taken for a tight picture of one face, of " +
      "which the middle square is used.",
    output,
  )
    .argument("<model>", MODEL_HELP)
    .argument("<pictures...>", "JPEG, PNG or WebP files")
    .option("--box <x,y,width,height>", "tight box of a face, brows to chin, in pixels; repeatable", boxOption)
    .option("--out <folder>", "writes NAME.landmarks.json, .pts (iBUG, from 1) and .png there (default: prints JSON)")
    .addOption(new Option("--backend <name>", "what computes").choices(BACKENDS).default("tensorflow"))
    .option("--quiet", "says nothing but the result");
  addModelOptions(command).action((model: string, pictures: string[], flags: PredictFlags) =>
    act(fromHere(model)!, pictures, flags, output)
  );
  return runCommand(command, args, output);
}

function boxOption(text: string, before: FaceBox[] = []): FaceBox[] {
  const numbers = text.split(",").map((part) => /^\s*[+-]?\d+(\.\d+)?\s*$/.test(part) ? Number(part) : NaN);
  const [x, y, width, height, ...rest] = numbers;
  if (rest.length > 0 || !numbers.every(Number.isFinite) || !(width! >= 2 && height! >= 2)) {
    throw new InvalidArgumentError(`expected x,y,width,height in pixels, at least 2 wide and high: '${text}'`);
  }
  return [...before, [x!, y!, width!, height!]];
}

async function act(path: string, names: string[], flags: PredictFlags, output: Output): Promise<void> {
  const { box: boxes = [], out, backend, quiet = false } = flags;
  if (boxes.length > 0 && names.length > 1) {
    throw new RangeError(`Cannot use --box with several pictures as a box is one picture's: ${names.length} pictures`);
  }
  const stems = names.map((name) => basename(name, extname(name)));
  const twice = out === undefined ? undefined : stems.find((stem, i) => stems.indexOf(stem) !== i);
  if (twice !== undefined) {
    throw new RangeError(`Cannot write the landmarks of two pictures of one name into one folder: '${twice}'`);
  }
  const { readPicture } = await import("@/prediction/picture.ts");
  const { openNet } = await import("@/prediction/open_net.ts");
  const { predictPicture } = await import("@/prediction/predict_picture.ts");
  const { createPredictor } = await import("@/training/predictor.ts");
  const { useBackend } = await import("@/tensorflow/backend.ts");
  const say = (text: string) => quiet || output.error(text);
  // A wrong name should not cost the start of TensorFlow.
  for (const name of names) await requireFile(fromHere(name)!);
  await useBackend({ backend, quiet });
  const net = await openNet(path, flags);
  say(describeNet(net));
  const predictor = createPredictor(net.model, { compiled: names.length > 8 });
  const all: unknown[] = [];
  let failed = 0;
  try {
    for (const [i, name] of names.entries()) {
      try {
        const picture = await readPicture(fromHere(name)!);
        const faces = await predictPicture(net, predictor, picture, boxes);
        if (picture.turned) say(`${name}: turned upright, as its EXIF says\n`);
        faces.forEach(({ rule, box }, face) =>
          say(`${name}: ${faces.length > 1 ? `face ${face + 1}, ${box}: ` : ""}${rule}\n`)
        );
        const record = recordOf(name, net, picture, faces);
        if (out === undefined) all.push(record);
        else output.out(await write(join(fromHere(out)!, stems[i]!), record, picture, faces, net));
      } catch (error) {
        // One bad picture among many does not undo the others.
        if (names.length === 1) throw error;
        output.error(`${messageOf(error)}\n`);
        failed++;
      }
    }
  } finally {
    predictor.dispose();
    net.model.dispose();
  }
  if (out === undefined) output.out(`${JSON.stringify(names.length === 1 ? all[0] : all, null, 2)}\n`);
  if (failed > 0) {
    throw new Error(`Cannot predict all pictures as some could not be read: ${failed} of ${names.length}`);
  }
}

async function requireFile(path: string): Promise<void> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info) throw new Error(`Cannot read picture as there is no such file: '${path}'`);
}

/** The JSON of one picture. */
function recordOf(name: string, net: LandmarkNet, picture: Picture, faces: readonly PredictedFace[]) {
  const { title, size, points, scheme, convention, protocol } = net;
  return {
    picture: name,
    width: picture.width,
    height: picture.height,
    turnedUpright: picture.turned,
    coordinates: "pixels of the upright picture, from 0, pixel centers at whole numbers",
    model: { title, size, points, scheme: scheme ?? null, convention, protocol },
    faces: faces.map(({ box, crop, rule, landmarks }) => ({
      box: box ?? null,
      crop: [crop.left, crop.top, crop.right, crop.bottom],
      rule,
      landmarks: Array.from({ length: points }, (_, m) => [landmarks[2 * m]!, landmarks[2 * m + 1]!]),
    })),
  };
}

async function write(
  base: string,
  record: unknown,
  picture: Picture,
  faces: readonly PredictedFace[],
  net: LandmarkNet,
): Promise<string> {
  const { drawOverlay } = await import("@/prediction/overlay.ts");
  const written = [`${base}.landmarks.json`, `${base}.landmarks.png`];
  await writeFileAtomic(written[0]!, `${JSON.stringify(record, null, 2)}\n`);
  await writeFileAtomic(written[1]!, await drawOverlay(picture, faces, net.lines));
  for (const [i, { landmarks }] of faces.entries()) {
    const path = faces.length === 1 ? `${base}.landmarks.pts` : `${base}.landmarks-${i + 1}.pts`;
    await writeFileAtomic(path, formatPts(landmarks));
    written.push(path);
  }
  return `${written.join("\n")}\n`;
}

if (import.meta.main) Deno.exit(await runPredict(Deno.args));
