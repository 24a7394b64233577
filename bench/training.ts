/**
 * Training and inference side by side: this library, stock tfjs-node, Keras and PyTorch take turns in one run.
 *
 *     deno task bench:training
 *     deno task bench:training --mode inference --batch 1,32 --only ours,keras,torch
 *
 * @module
 */
import { Command, Option } from "commander";
import { messageOf } from "@/errors.ts";
import { fromFileUrl } from "@/paths.ts";
import { someOf, wholeNumber, wholeNumbers } from "./options.ts";
import { Peer, type PeerCommand, type PeerReady } from "./peer.ts";
import { benchPython, stockTfjs } from "./setup.ts";
import { median, type PairedRatio, pairedRatio } from "./statistics.ts";

/** What is timed. */
export interface Task {
  readonly mode: string;
  readonly model: string;
  readonly batch: number;
  readonly size: number;
}

/** Every contender, ours first. */
const CONTENDERS: Readonly<Record<string, { title: string; command(task: Task): Promise<PeerCommand | string> }>> = {
  ours: { title: "acr-lab, compiled", command: (task) => ours(task, task.mode) },
  eager: {
    title: "acr-lab, eager",
    command: (task) => task.mode === "training" ? ours(task, "eager") : Promise.resolve("trains only"),
  },
  keras: { title: "Keras, tf.function", command: (task) => python("keras", "keras_peer.py", task) },
  torch: {
    title: "PyTorch, eager, channels_last",
    command: (task) => python("torch", "torch_peer.py", task, "float32"),
  },
  "torch-bf16": {
    title: "PyTorch, bfloat16 autocast",
    command: (task) => python("torch-bf16", "torch_peer.py", task, "bf16"),
  },
  stock: {
    title: "stock tfjs-layers on tfjs-node",
    async command({ mode, model, batch, size }) {
      if (mode !== "training" || model !== "mnv2") return "trains MobileNetV2 only";
      const cwd = await stockTfjs();
      const script = fromFileUrl(new URL("./peers/stock_tfjs.cjs", import.meta.url));
      const args = ["-c", 'cd "$0" && exec node "$@"', cwd, script, String(batch), String(size)];
      return { name: "stock", command: "sh", args, env: { TF_CPP_MIN_LOG_LEVEL: "3" } };
    },
  },
};

/** The command that runs our training or inference, or `eager` training, step by step. */
export function ours({ model, batch, size }: Task, mode: string): Promise<PeerCommand> {
  const script = fromFileUrl(new URL("./peers/ours.ts", import.meta.url));
  const args = ["run", "-A", "--quiet", script, mode, model, String(batch), String(size)];
  // As the task `experiment` has it: activations on huge pages save page faults.
  return Promise.resolve({
    name: "ours",
    command: Deno.execPath(),
    args,
    env: { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" },
  });
}

async function python(name: string, file: string, { mode, model, batch, size }: Task, ...more: string[]) {
  const script = fromFileUrl(new URL(`./peers/${file}`, import.meta.url));
  const args = [script, mode, model, String(batch), String(size), ...more];
  return { name, command: await benchPython(), args };
}

/** What one contender came to. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly imagesPerSecond: number;
  /** Our speed over theirs. */
  readonly ratio: PairedRatio;
  readonly peakBytes: number;
  readonly firstStepSeconds: number;
}

async function measure(task: Task, only: readonly string[], rounds: number, seconds: number): Promise<Row[]> {
  const peers: { name: string; peer: Peer; ready: PeerReady; rates: number[]; steps: number }[] = [];
  try {
    for (const name of only) {
      try {
        const command = await CONTENDERS[name]!.command(task);
        if (typeof command === "string") {
          console.error(`  ${name}: skipped, it ${command}`);
          continue;
        }
        const { peer, ready } = await Peer.start(command);
        // Enough steps to fill the time slice; two to warm up first.
        await peer.run(2);
        const steps = Math.max(1, Math.round(seconds / await peer.run(1)));
        peers.push({ name, peer, ready, rates: [], steps });
        console.error(`  ${name}: ${ready.version}, first step after ${ready.firstStepSeconds.toFixed(1)} s`);
      } catch (error) {
        console.error(`  ${name}: skipped, ${messageOf(error)}`);
      }
    }
    for (let round = 0; round < rounds; round++) {
      for (const one of [...peers]) {
        try {
          one.rates.push(one.steps * task.batch / await one.peer.run(one.steps));
        } catch (error) {
          console.error(`  ${one.name}: left out, ${messageOf(error)}`);
          peers.splice(peers.indexOf(one), 1);
        }
      }
      const line = peers.map(({ name, rates }) => `${name} ${rates.at(-1)!.toFixed(1)}`).join("  ");
      console.error(`  round ${round + 1}/${rounds}  ${line}`);
    }
    const reference = peers.find(({ name }) => name === "ours") ?? peers[0];
    if (reference === undefined) return [];
    const rows: Row[] = [];
    for (const { name, peer, ready, rates } of peers) {
      rows.push({
        name,
        title: CONTENDERS[name]!.title,
        version: ready.version,
        imagesPerSecond: median(rates),
        ratio: pairedRatio(reference.rates, rates),
        peakBytes: await peer.peakMemory(),
        firstStepSeconds: ready.firstStepSeconds,
      });
    }
    return rows;
  } finally {
    for (const { peer } of peers) await peer.stop();
  }
}

/** A Markdown table of the rows. */
export function markdown(rows: readonly Row[]): string {
  const lines = ["| what | images/s | ours is | peak memory | first step | version |", "|---|---:|---:|---:|---:|---|"];
  for (const { name, title, version, imagesPerSecond, ratio, peakBytes, firstStepSeconds } of rows) {
    const times = name === "ours"
      ? "1"
      : `${ratio.median.toFixed(2)}x (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})`;
    const memory = Number.isNaN(peakBytes) ? "" : `${(peakBytes / 1e9).toFixed(1)} GB`;
    lines.push(
      `| ${title} | ${imagesPerSecond.toFixed(1)} | ${times} | ${memory} | ${
        firstStepSeconds.toFixed(1)
      } s | ${version} |`,
    );
  }
  return lines.join("\n");
}

if (import.meta.main) {
  const options = new Command("deno task bench:training")
    .description("Speed of training or inference beside Keras, PyTorch and stock tfjs-node, in turn in one run")
    .addOption(new Option("--mode <name>", "what is timed").choices(["training", "inference"]).default("training"))
    .addOption(new Option("--model <name>", "the network").choices(["mnv2", "efnb0", "efnb3"]).default("mnv2"))
    .option("--batch <list>", "batch sizes", (text) => wholeNumbers(text), [16, 32])
    .option("--size <pixels>", "side of the pictures", wholeNumber, 224)
    .option("--rounds <n>", "turns that each one takes", wholeNumber, 5)
    .option("--seconds <n>", "length of a turn", wholeNumber, 4)
    .option("--only <list>", "who takes part", someOf(Object.keys(CONTENDERS)), [
      "ours",
      "keras",
      "torch",
      "torch-bf16",
      "stock",
    ])
    .parse(Deno.args, { from: "user" })
    .opts<{
      mode: string;
      model: string;
      batch: number[];
      size: number;
      rounds: number;
      seconds: number;
      only: string[];
    }>();
  for (const batch of options.batch) {
    console.error(`${options.mode}, ${options.model}, ${options.size} px, batch ${batch}`);
    const rows = await measure({ ...options, batch }, options.only, options.rounds, options.seconds);
    console.log(
      `\n${options.mode}, ${options.model}, ${options.size} px, batch ${batch}, ${options.rounds} rounds\n\n${
        markdown(rows)
      }\n`,
    );
  }
}
