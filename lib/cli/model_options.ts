import { type Command, Option } from "commander";
import type { LabelConvention } from "@/data/labels.ts";
import type { LandmarkNet } from "@/prediction/landmark_net.ts";
import { modelNames } from "@/models/registry.ts";
import { wholeOption } from "./command.ts";

/** The options of every command that opens a model. */
export interface ModelFlags {
  convention: LabelConvention | "auto";
  size?: number;
  network?: string;
}

/** What `MODEL` may be, for help. */
export const MODEL_HELP = "a run directory, a Keras file (.h5, .keras) or a folder with a layers model (model.json)";

/** Adds the options of {@linkcode ModelFlags}. */
export function addModelOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--convention <name>", "how the model's numbers are meant; auto: by its run, note or name").choices([
        "auto",
        "centered",
        "released",
      ]).default("auto"),
    )
    .option("--size <pixels>", "side of the crops, for a file that does not say (default: 224)", wholeOption(32))
    .addOption(new Option("--network <name>", "the network, for a file that names no layers").choices(modelNames()));
}

/** What was opened, and what was taken for granted, for people. */
export function describeNet(
  { title, points, size, convention, because, protocol, protocolKnown }: LandmarkNet,
): string {
  return [
    `Model: ${title}, ${points} landmarks, ${size} px`,
    `Label convention: ${convention} (${because})`,
    `Crop protocol: ${protocol}${protocolKnown ? "" : " (assumed: the model does not say)"}`,
  ].map((line) => `${line}\n`).join("");
}
