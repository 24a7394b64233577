/**
 * `deno task evaluate --model MODEL --dataset NAME`: tests a trained model, also one that was not trained here.
 *
 * @module
 */
import { InvalidArgumentError, Option } from "commander";
import { cropProtocols } from "@/data/crop.ts";
import { datasets } from "@/data/datasets.ts";
import type { Evaluation, SubsetEvaluation } from "@/evaluation/evaluate.ts";
import { ERROR_SPACES, type ErrorSpace, type Normalizer, NORMALIZERS } from "@/evaluation/nme.ts";
import type { ExperimentSettings } from "@/experiment/settings.ts";
import type { LandmarkNet } from "@/prediction/landmark_net.ts";
import { fixed, percent, Table, TABLE_FORMATS, type TableFormat } from "@/results/table.ts";
import { type BackendName, BACKENDS } from "@/tensorflow/mod.ts";
import { createCommand, fromHere, type Output, processOutput, runCommand, wholeOption } from "./command.ts";
import { addModelOptions, describeNet, MODEL_HELP, type ModelFlags } from "./model_options.ts";

interface EvaluateFlags extends ModelFlags {
  model: string;
  dataset?: string;
  protocol?: string;
  data?: string;
  cache?: string;
  limit?: number;
  normalizer?: Normalizer;
  space?: ErrorSpace;
  threshold?: number;
  flipTest?: boolean;
  batch: number;
  backend: BackendName;
  format: TableFormat;
  json?: boolean;
  quiet?: boolean;
}

/** @returns the exit code */
export function runEvaluate(args: readonly string[], output: Output = processOutput): Promise<number> {
  const command = createCommand(
    "evaluate",
    "Tests a trained model: NME, failure rate and AUC of every subset. What is not given is as the run has it.",
    output,
  )
    .requiredOption("--model <path>", MODEL_HELP)
    .addOption(new Option("--dataset <name>", "test faces (default: a run's own)").choices(Object.keys(datasets())))
    .addOption(
      new Option("--protocol <name>", "crop protocol (default: the model's own)").choices(
        cropProtocols().map(({ name }) => name),
      ),
    )
    .option("--data <folder>", "the raw dataset (default: data/DATASET)")
    .option("--cache <folder>", "where prepared faces are kept (default: data/prepared)")
    .option("--limit <n>", "faces at most, for a quick look", wholeOption(1))
    .addOption(new Option("--normalizer <name>", "what errors are divided by").choices(NORMALIZERS))
    .addOption(new Option("--space <name>", "pixels in which distances are taken").choices(ERROR_SPACES))
    .option("--threshold <fraction>", "failure and AUC threshold, as 0.1", fractionOption)
    .option("--flip-test", "averages predictions over each face and its mirror image")
    .option("--batch <n>", "faces per step", wholeOption(1), 32)
    .addOption(new Option("--backend <name>", "what computes").choices(BACKENDS).default("tensorflow"))
    .addOption(new Option("--format <format>", "how to print").choices(TABLE_FORMATS).default("terminal"))
    .option("--json", "prints the evaluation as JSON and nothing else")
    .option("--quiet", "says nothing but the table");
  addModelOptions(command).action((flags: EvaluateFlags) => act(flags, output));
  return runCommand(command, args, output);
}

function fractionOption(text: string): number {
  const value = /^(0|1|0?\.\d+|1\.0+|0\.\d+)$/.test(text) ? Number(text) : NaN;
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError(`expected a fraction above 0, at most 1: '${text}'`);
  return value;
}

async function act(flags: EvaluateFlags, output: Output): Promise<void> {
  const quiet = flags.quiet === true || flags.json === true;
  const say = (text: string) => quiet || output.error(text);
  const { useBackend } = await import("@/tensorflow/backend.ts");
  const { openNet } = await import("@/prediction/open_net.ts");
  const { evaluateNet } = await import("@/prediction/evaluate_net.ts");
  const { loadFaces } = await import("@/experiment/data.ts");
  await useBackend({ backend: flags.backend, quiet });
  const net = await openNet(fromHere(flags.model)!, flags);
  try {
    say(describeNet(net));
    const own = net.config?.settings as unknown as ExperimentSettings | undefined;
    const dataset = flags.dataset ?? own?.dataset;
    if (dataset === undefined) {
      const names = Object.keys(datasets()).join(", ");
      throw new TypeError(
        `Cannot evaluate '${flags.model}' as it is no run, which knows its dataset: add --dataset ${names}`,
      );
    }
    const same = own?.dataset === dataset ? own : undefined;
    // Faces that the run did not ask for are all of them.
    const faces = {
      dataset,
      protocol: flags.protocol ?? (net.protocolKnown || dataset !== "synthetic" ? net.protocol : null),
      size: net.size,
      limit: flags.limit ?? same?.limit ?? null,
      synthetic: same?.synthetic ?? null,
    } as ExperimentSettings;
    const set = await loadFaces(faces, "test", { dir: fromHere(flags.data), cacheDir: fromHere(flags.cache), quiet });
    say(`Faces: ${dataset} test, ${set.count}${set.partial === "" ? "" : ` (${set.partial})`}\n`);
    const options = {
      normalizer: flags.normalizer ?? own?.evaluation.normalizer ?? "inter-ocular",
      space: flags.space ?? own?.evaluation.space ?? "original",
      threshold: flags.threshold ?? own?.evaluation.threshold ?? 0.1,
      flipTest: flags.flipTest ?? own?.evaluation.flipTest ?? false,
    };
    const { evaluation, otherConvention } = await evaluateNet(net, set, { ...options, batch: flags.batch, quiet });
    const { nme } = evaluation.subsets["full"]!;
    const warning = otherConvention < nme / 2
      ? `The other label convention would give an NME of ${percent(2)(otherConvention)} %: ` +
        `try --convention ${net.convention === "centered" ? "released" : "centered"}`
      : undefined;
    if (flags.json) {
      const { title, convention, because, size, points } = net;
      const model = { path: flags.model, title, size, points, convention, because };
      output.out(`${JSON.stringify({ model, ...evaluation, warning: warning ?? null }, null, 2)}\n`);
    } else {
      const table = evaluationTable(net, evaluation, warning);
      output.out(`${table.print(flags.format, { color: output.color }).replace(/\n*$/, "")}\n`);
    }
  } finally {
    net.model.dispose();
  }
}

/** The table of an evaluation, with all that one must know to compare it. */
export function evaluationTable(net: LandmarkNet, evaluation: Evaluation, warning?: string): Table {
  const { protocol, data, subsets, emptySubsets } = evaluation;
  const notes = [
    `NME: ${protocol.normalizer}, in pixels of the ${protocol.space === "original" ? "original image" : "crop"}` +
    `${protocol.flipTest ? ", mean of each face and its mirror image" : ""}; test crops ${protocol.crop} ` +
    `(made from the true landmarks), ${net.size} px`,
    `FR, AUC: at ${+(100 * protocol.threshold).toFixed(
      2,
    )} %; AUC': the ACR authors' own definition, never comparable with AUC`,
    `Label convention: ${net.convention} (${net.because})`,
    ...(net.config === undefined ? ["Nothing is recorded of the faces that this model was trained on"] : []),
    ...(data.partial === "" ? [] : [`${data.dataset} ${data.split} is ${data.partial}`]),
    ...otherFaces(net, evaluation),
    ...(emptySubsets.length === 0 ? [] : [`No face at hand of subset ${emptySubsets.join(", ")}`]),
    ...(warning === undefined ? [] : [warning]),
  ];
  const columns = [
    { key: "name", title: "Subset" },
    { key: "count", title: "Faces", align: "right", format: String },
    { key: "nme", title: "NME %", align: "right", format: percent(2) },
    { key: "median", title: "Median %", align: "right", format: percent(2) },
    { key: "failureRate", title: "FR %", align: "right", format: percent(2) },
    { key: "auc", title: "AUC", align: "right", format: fixed(4) },
    { key: "authorsAuc", title: "AUC'", align: "right", format: fixed(4) },
  ] as const;
  const row = ({ name, count, nme, percentiles, failureRate, auc, authorsAuc }: SubsetEvaluation) => ({
    name,
    count,
    nme,
    median: percentiles[50],
    failureRate,
    auc,
    authorsAuc,
  });
  const caption = `${net.title} on ${data.dataset} ${data.split}`;
  return new Table(columns, Object.values(subsets).map(row), { caption, notes });
}

/** Says when faces of the run's own dataset are not the ones that its result is of. */
function otherFaces({ tested: own }: LandmarkNet, { data }: Evaluation): string[] {
  if (own === undefined || own.dataset !== data.dataset || own.hash === data.hash) return [];
  return [
    `Not the faces, or not the crops, of the run's own result: ${data.hash.slice(0, 8)}, not ${own.hash.slice(0, 8)}`,
  ];
}

if (import.meta.main) Deno.exit(await runEvaluate(Deno.args));
