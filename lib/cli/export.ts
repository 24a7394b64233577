/**
 * `deno task export MODEL --to layers|h5 --out FOLDER`: a model for a browser or for Python, verified.
 *
 * @module
 */
import { Option } from "commander";
import { messageOf } from "@/errors.ts";
import { EXPORT_FORMATS, type ExportFormat, exportNet } from "@/prediction/export_net.ts";
import { type BackendName, BACKENDS } from "@/tensorflow/mod.ts";
import { createCommand, fromHere, type Output, processOutput, runCommand } from "./command.ts";
import { addModelOptions, describeNet, MODEL_HELP, type ModelFlags } from "./model_options.ts";

interface ExportFlags extends ModelFlags {
  to: ExportFormat | "onnx";
  out: string;
  fold: boolean;
  backend: BackendName;
  quiet?: boolean;
}

/** @returns the exit code */
export function runExport(args: readonly string[], output: Output = processOutput): Promise<number> {
  const command = createCommand(
    "export",
    "Writes a model for a browser (TensorFlow.js) or for Python (Keras), and runs what was written to verify it.",
    output,
  )
    .argument("<model>", MODEL_HELP)
    .addOption(
      new Option("--to <format>", "layers: model.json for TensorFlow.js; h5: model.h5 for Keras").choices([
        ...EXPORT_FORMATS,
        "onnx",
      ]).makeOptionMandatory(),
    )
    .requiredOption("--out <folder>", "where to write it")
    .option("--no-fold", "layers: keeps batch normalization as layers of their own, to train on")
    .addOption(new Option("--backend <name>", "what computes").choices(BACKENDS).default("tensorflow"))
    .option("--quiet", "says nothing but what was written");
  addModelOptions(command).action((model: string, flags: ExportFlags) => act(fromHere(model)!, flags, output));
  return runCommand(command, args, output);
}

async function act(path: string, flags: ExportFlags, output: Output): Promise<void> {
  const { to, fold, backend, quiet = false } = flags;
  if (to === "onnx") {
    throw new Error(
      "Cannot export to ONNX as npm has no maintained package that writes one from a TensorFlow.js model (what there is " +
        "reads and runs ONNX, or holds its message definitions), expected one of layers, h5: 'onnx'",
    );
  }
  const { useBackend } = await import("@/tensorflow/backend.ts");
  const { openNet } = await import("@/prediction/open_net.ts");
  await useBackend({ backend, quiet });
  const net = await openNet(path, flags);
  try {
    if (!quiet) output.error(describeNet(net));
    const out = fromHere(flags.out)!;
    try {
      await Deno.mkdir(out, { recursive: true });
    } catch (error) {
      throw new Error(`Cannot write '${out}' as a folder: ${messageOf(error)}`);
    }
    const { path: written, largest, faces, runner } = await exportNet(net, to, out, { fold });
    output.out(`${written}\n`);
    output.out(
      `Verified on ${faces} drawn faces by ${runner}: largest difference ${
        largest.toExponential(1)
      } px of ${net.size}\n`,
    );
  } finally {
    net.model.dispose();
  }
}

if (import.meta.main) Deno.exit(await runExport(Deno.args));
