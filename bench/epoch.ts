/**
 * Whether real training reaches the speed of `bench:training`: epochs of an experiment, with its data road, augmentation,
 * loss and bookkeeping, in turn with bare training steps on pictures that lie in memory.
 *
 *     deno task bench:epoch --data PATH/TO/300w
 *     deno task bench:epoch --experiment synthetic-mnv2
 *
 * @module
 */
import { join, resolve } from "node:path";
import { Command } from "commander";
import { messageOf } from "@/errors.ts";
import { projectRoot } from "@/paths.ts";
import type { EpochRecord } from "@/training/trainer.ts";
import { wholeNumber } from "./options.ts";
import { lastJson, Peer } from "./peer.ts";
import { median } from "./statistics.ts";
import { ours } from "./training.ts";
import { takeTurns, turnsTable } from "./turns.ts";

interface Options {
  readonly experiment: string;
  readonly data?: string;
  readonly model: string;
  readonly faces: number;
  readonly size: number;
  readonly batch: number;
  readonly rounds: number;
}

/** Runs two epochs of the experiment in a process of its own, and returns the record of the second. */
async function secondEpoch(options: Options, scratch: string, round: number): Promise<EpochRecord> {
  const { experiment, data, model, faces, size, batch } = options;
  const args = [
    ...["task", "--quiet", "experiment", experiment, "--epochs", "2", "--limit", `${faces}`, "--size", `${size}`],
    ...["--batch", `${batch}`, "--set", `architecture=${model}`, "--out", join(scratch, `results-${round}`)],
    ...["--cache", join(scratch, "cache"), "--json", ...(data === undefined ? [] : ["--data", data])],
  ];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: projectRoot }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`Cannot run ${experiment} as it failed: ${text.decode(stderr).trim()}`);
  const { path } = JSON.parse(text.decode(stdout)) as { path: string };
  const record = lastJson(await Deno.readTextFile(join(path, "metrics.jsonl")));
  return record as unknown as EpochRecord;
}

async function bench(options: Options): Promise<void> {
  const { experiment, model, faces, size, batch, rounds } = options;
  const scratch = await Deno.makeTempDir({ prefix: "acr-lab-bench-" });
  const stalls: number[] = [];
  let peer: Peer | undefined;
  try {
    ({ peer } = await Peer.start(await ours({ mode: "training", model, batch, size }, "training")));
    const steps = Math.max(1, Math.round(faces / batch));
    const bare = peer;
    const rows = await takeTurns(
      [
        {
          ...{ what: `second epoch of ${experiment}`, group: `${batch}`, ours: true, items: faces },
          async turn(round) {
            const { imagesPerSecond, stall } = await secondEpoch(options, scratch, round);
            if (round > 0) stalls.push(stall);
            return faces / imagesPerSecond;
          },
        },
        {
          ...{ what: "bare training steps", group: `${batch}`, ours: false, items: steps * batch },
          turn: async () => await bare.run(steps),
        },
      ],
      rounds,
      (line) => console.error(`  ${line}`),
    );
    console.log(`${model}, ${size} px, ${faces} faces, batches of ${batch}\n`);
    console.log(turnsTable(rows, "images/s", "batch"));
    console.log(`\nThe experiment waited for batches ${(100 * median(stalls)).toFixed(1)} % of its time.`);
  } finally {
    await peer?.stop();
    await Deno.remove(scratch, { recursive: true });
  }
}

if (import.meta.main) {
  const options = new Command("deno task bench:epoch")
    .description("Speed of an experiment's epochs beside bare training steps, in turn")
    .option("--experiment <name>", "a page in experiments/", "300w-mnv2")
    .option("--data <folder>", "the raw dataset", (path) => resolve(path))
    .option("--model <name>", "the network: mnv2, efnb0 or efnb3", "mnv2")
    .option("--faces <n>", "faces per split at most", wholeNumber, 480)
    .option("--size <pixels>", "side of the crops", wholeNumber, 224)
    .option("--batch <n>", "faces per step", wholeNumber, 16)
    .option("--rounds <n>", "turns that each one takes", wholeNumber, 3)
    .parse(Deno.args, { from: "user" })
    .opts<Options>();
  try {
    await bench(options);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exitCode = 1;
  }
}
