/**
 * `deno task models [NAME...]`: the networks, with what they cost.
 *
 * @module
 */
import { Option } from "commander";
import { type LayerCost, layerCosts } from "@/models/cost.ts";
import { createModel, describeModel, type ModelDescription, modelEntry, modelNames } from "@/models/registry.ts";
import { Table, TABLE_FORMATS, type TableFormat } from "@/results/table.ts";
import { useBackend } from "@/tensorflow/backend.ts";
import { createCommand, type Output, processOutput, runCommand, wholeOption } from "./command.ts";

interface ModelsOptions {
  points: number;
  size: number;
  layers: boolean;
  format: TableFormat;
  json: boolean;
}

/** @returns the exit code */
export function runModels(args: readonly string[], output: Output = processOutput): Promise<number> {
  const command = createCommand("models", "Lists the networks with their parameters and arithmetic.", output)
    .argument("[names...]", `networks to show: ${modelNames().join(", ")} (default: all)`)
    .option("--points <count>", "number of landmarks", wholeOption(1), 68)
    .option("--size <pixels>", "side of the square input", wholeOption(1), 224)
    .option("--layers", "shows one network layer by layer", false)
    .addOption(new Option("--format <format>", "how to print").choices(TABLE_FORMATS).default("terminal"))
    .option("--json", "prints JSON", false)
    .action((names: string[], options: ModelsOptions) => showModels(names, options, output));
  return runCommand(command, args, output);
}

async function showModels(names: string[], options: ModelsOptions, output: Output): Promise<void> {
  const { points, size, layers, format, json } = options;
  names.forEach(modelEntry);
  // Only shapes are looked at: no library has to be fetched for that.
  await useBackend({ backend: "cpu" });
  const print = (table: Table, data: unknown) =>
    output.out(json ? `${JSON.stringify(data)}\n` : table.print(format, { color: output.color }));
  if (layers) {
    const [name, ...others] = names;
    if (name === undefined || others.length > 0) {
      throw new RangeError(`Cannot show layers of more than one network, name one: ${names.join(", ") || "all"}`);
    }
    const model = createModel(name, { points, size, initialize: false });
    const costs = layerCosts(model);
    model.dispose();
    return print(layersTable(`${modelEntry(name).title}, ${points} points, ${size} px`, costs), costs);
  }
  const all = (names.length > 0 ? names : modelNames()).map((name) => describeModel(name, { points, size }));
  print(modelsTable(`${points} points, ${size} px`, all), all);
}

const millions = (value: number) => (value / 1e6).toFixed(value < 1e8 ? 2 : 0);

function modelsTable(caption: string, models: ModelDescription[]): Table {
  const columns = [
    { key: "name" },
    { key: "title", title: "network" },
    { key: "parameters", align: "right" },
    { key: "trainable", title: "trained", align: "right" },
    { key: "macs", title: "MACs (M)", align: "right", format: millions },
    { key: "flops", title: "FLOPs (M)", align: "right", format: millions },
    { key: "layers", align: "right" },
    { key: "designSize", title: "designed for (px)", align: "right" },
  ] as const;
  const notes = [
    "MACs: multiply-accumulates of convolutions and dense layers, per face. FLOPs: twice that; papers often print MACs under this name.",
  ];
  return new Table(columns, models.map((model) => ({ ...model })), { caption, notes });
}

function layersTable(caption: string, layers: LayerCost[]): Table {
  const columns = [
    { key: "name", title: "layer" },
    { key: "kind" },
    { key: "output" },
    { key: "parameters", align: "right" },
    { key: "macs", title: "MACs", align: "right" },
  ] as const;
  return new Table(columns, layers.map(({ output, ...rest }) => ({ ...rest, output: output.join(" x ") })), {
    caption,
  });
}

if (import.meta.main) Deno.exit(await runModels(Deno.args));
