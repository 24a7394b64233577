/**
 * Kills an experiment again and again, at random moments of preparing faces, training, and testing and writing results;
 * starts it again each time; and verifies after each kill that no file is half-written, and in the end that every number
 * is that of a run which nobody disturbed.
 *
 *     deno run -A bench/kills.ts            200 kills, about half an hour on 2 cores
 *     deno run -A bench/kills.ts 20 --seed 1
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { readNpy } from "@/data/npy.ts";
import { loadPrepared } from "@/data/prepared.ts";
import { sha256 } from "@/files.ts";
import { formatDuration } from "@/progress.ts";
import { inProject } from "@/paths.ts";
import { createRandom } from "@/random.ts";
import { maskedCrc32c } from "@/results/crc32c.ts";
import { parseFaceErrors } from "@/results/face_errors.ts";
import { parseConfig, parseResult } from "@/results/parse_run.ts";
import { runOwner } from "@/results/run_lock.ts";
import { CLOCK_FIELDS } from "@/results/schema.ts";
import { decodeCheckpoint } from "@/training/checkpoint.ts";

const EPOCHS = 3;
const PAGE = `
import { defineExperiment } from "@/experiment/page.ts";
export default defineExperiment({
  summary: "A toy", dataset: "300w", size: 32, validation: 0.1,
  architecture: "mnv2", model: { alpha: 0.35, batchNormMomentum: 0.9 },
  averaging: 0.5, keep: "best", epochs: ${EPOCHS}, batch: 16,
});`;

/** What a run is doing, told by the files that are there; `loading` is TensorFlow. */
const PHASES = ["starting", "preparing", "loading", "training", "writing"] as const;
type Phase = typeof PHASES[number];
/** Those that write. Kills are aimed at them, and hit what they hit. */
const AIMS = ["preparing", "training", "writing"] as const;

export interface KillOptions {
  kills: number;
  /** Draws the moments. @default 0 */
  seed?: number;
  /** Told after each kill and each finished run. */
  say?: (text: string) => void;
}

/** What happened. */
export interface KillReport {
  /** Kills by what the run was doing. */
  readonly killed: Record<Phase, number>;
  /** Kills of a process that held its run directory. */
  readonly atWork: number;
  /** Runs that came to their end, every one equal to the undisturbed one. */
  readonly finished: number;
  /** Files that were read whole after kills. */
  readonly filesRead: number;
}

/** Kills runs of a toy experiment. */
export async function killOften({ kills, seed = 0, say = () => {} }: KillOptions): Promise<KillReport> {
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-kills-" });
  const random = createRandom(seed, "kills");
  const killed = { starting: 0, preparing: 0, loading: 0, training: 0, writing: 0 };
  // Kills of one run in each phase: it must also get on.
  const each = kills < 2 * AIMS.length ? 1 : 2;
  let finished = 0, filesRead = 0, atWork = 0;
  try {
    await Deno.mkdir(join(folder, "pages"));
    await Deno.writeTextFile(join(folder, "pages", "toy.ts"), PAGE);
    await finish(start("data", "synthesize", "--out", join(folder, "raw"), "--train", "200", "--test", "80", ...[
      "--size",
      "64",
      "--quiet",
    ]));
    const whole = new Place(folder, "undisturbed");
    const lengths = await measure(whole);
    const expected = await whole.timeless();
    for (let total = 0; total < kills;) {
      const place = new Place(folder, `run-${finished}`);
      const aimed = { preparing: 0, training: 0, writing: 0 };
      let ended = false;
      while (!ended && total < kills) {
        const before = await place.phase();
        const aim = AIMS.find((aim) => PHASES.indexOf(aim) >= PHASES.indexOf(before) && aimed[aim] < each);
        if (aim === undefined) break;
        aimed[aim]++;
        const child = place.start();
        const exit = child.output();
        let over = false;
        exit.finally(() => over = true);
        while (!over && PHASES.indexOf(await place.phase()) < PHASES.indexOf(aim)) await pause(3);
        if (before === aim) {
          // Its files were there before this process, which first has to come back to where the last one was.
          if (aim === "preparing") await pause(lengths.starting);
          else while (!over && await place.owner() !== child.pid) await pause(3);
          await pause(random.uniform(0, aim === "preparing" ? 0 : lengths.training / 2));
        }
        await pause(random.uniform(0, lengths[aim]));
        const phase = await place.phase();
        const holds = await place.owner() === child.pid;
        if (!over) child.kill("SIGKILL");
        const { signal, code, stderr } = await exit;
        if (signal === "SIGKILL") {
          killed[phase]++;
          atWork += holds ? 1 : 0;
          total++;
          filesRead += await place.verify();
          say(`kill ${total}: ${phase}${holds ? ", at work on the run" : ""}`);
        } else {
          assert.equal(code, 0, new TextDecoder().decode(stderr));
          ended = true;
        }
      }
      if (!ended) await finish(place.start());
      assert.deepEqual(await place.timeless(), expected);
      assert.deepEqual(await place.pieces(), [], "something half-written was left behind");
      say(`run ${++finished} ended as the undisturbed one`);
      await place.remove();
    }
    return { killed, atWork, finished, filesRead };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function start(task: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", inProject("lib", "cli", `${task}.ts`), ...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

async function finish(child: Deno.ChildProcess): Promise<void> {
  const { code, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

/** How long each phase takes when nobody disturbs it, in milliseconds. */
async function measure(place: Place): Promise<Record<Phase, number>> {
  const lengths = { starting: 0, preparing: 0, loading: 0, training: 0, writing: 0 };
  const child = place.start();
  let over = false;
  const done = finish(child).finally(() => over = true);
  for (let before = performance.now(); !over;) {
    await pause(5);
    const now = performance.now();
    lengths[await place.phase()] += now - before;
    before = now;
  }
  await done;
  return lengths;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function list(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

/** One run directory and its own prepared faces. */
class Place {
  readonly path: string;
  readonly prepared: string;

  constructor(readonly folder: string, readonly name: string) {
    this.path = join(folder, name, "results", "toy", "acr", "seed-3");
    this.prepared = join(folder, name, "prepared");
  }

  start(): Deno.ChildProcess {
    return start(
      "experiment",
      ...["toy", "--pages", join(this.folder, "pages"), "--data", join(this.folder, "raw"), "--cache", this.prepared],
      ...["--out", join(this.folder, this.name, "results"), "--seed", "3", "--checkpoint-every", "0", "--threads", "1"],
      "--json",
    );
  }

  async phase(): Promise<Phase> {
    const text = await Deno.readTextFile(join(this.path, "metrics.jsonl")).catch(() => "");
    if (text.split("\n").length > EPOCHS) return "writing";
    if ((await list(this.path)).includes("config.json")) return "training";
    const sets = await list(this.prepared);
    if (sets.filter((name) => !name.endsWith(".parts")).length === 2) return "loading";
    return sets.length > 0 ? "preparing" : "starting";
  }

  /** The process that holds the run directory. */
  async owner(): Promise<number | undefined> {
    return (await runOwner(this.path))?.owner.pid;
  }

  /** Names of what is no whole file, below the run and the prepared faces. */
  async pieces(): Promise<string[]> {
    const found: string[] = [];
    for (const folder of [this.path, join(this.path, "checkpoint"), this.prepared]) {
      found.push(...(await list(folder)).filter((name) => /\.tmp-|\.parts$/.test(name)));
    }
    return found;
  }

  /** Reads everything that has its final name. Returns how many files that were. */
  async verify(): Promise<number> {
    let count = 0;
    for (const name of await list(this.prepared)) {
      const folder = join(this.prepared, name);
      if (!name.endsWith(".parts")) {
        await loadPrepared(folder);
        count += 5;
      }
      for (const part of (await list(folder)).filter((name) => name.endsWith(".part"))) {
        const bytes = await Deno.readFile(join(folder, part));
        assert.equal(sha256(bytes.subarray(0, -32)), bytes.subarray(-32).toHex(), part);
        count++;
      }
    }
    for (const name of await list(join(this.path, "checkpoint"))) {
      const path = join(this.path, "checkpoint", name);
      if (name.endsWith(".ckpt")) {
        decodeCheckpoint(await Deno.readFile(path), path);
        count++;
      }
    }
    for (const name of await list(join(this.path, "events"))) {
      verifyEvents(await Deno.readFile(join(this.path, "events", name)), name);
      count++;
    }
    for (const name of await list(this.path)) {
      const read = READERS[name];
      if (read === undefined) continue;
      await read(join(this.path, name));
      count++;
    }
    return count;
  }

  /** What of a run must not depend on how often it was stopped. */
  async timeless() {
    const drop = (record: Record<string, unknown>) => {
      for (const field of [...CLOCK_FIELDS, "stall"]) delete record[field];
      return record;
    };
    const text = (name: string) => Deno.readTextFile(join(this.path, name));
    const hash = async (name: string) => sha256(await Deno.readFile(join(this.path, name)));
    const result = JSON.parse(await text("result.json"));
    drop(result.training);
    return {
      result,
      metrics: (await text("metrics.jsonl")).trim().split("\n").map((line) => drop(JSON.parse(line))),
      errors: await text("errors.csv"),
      predictions: await hash("predictions.npy"),
      weights: await hash("weights.ckpt"),
      faces: await hash("faces.png"),
    };
  }

  async remove(): Promise<void> {
    await Deno.remove(join(this.folder, this.name), { recursive: true });
  }
}

const text = (path: string) => Deno.readTextFile(path);

/** By file name, what throws where a file is not whole. */
const READERS: Readonly<Record<string, (path: string) => unknown>> = {
  "config.json": async (path) => parseConfig(await text(path), path),
  "result.json": async (path) => parseResult(await text(path), path),
  "errors.csv": async (path) => parseFaceErrors(await text(path), path),
  "predictions.npy": readNpy,
  "weights.ckpt": async (path) => decodeCheckpoint(await Deno.readFile(path), path),
  "faces.png": async (path) => await sharp(await Deno.readFile(path)).raw().toBuffer(),
  // Only ever appended to: what a kill cuts is its last line.
  "metrics.jsonl": async (path) => (await text(path)).split("\n").slice(0, -1).map((line) => JSON.parse(line)),
};

/** Every record but the last must be whole. */
function verifyEvents(bytes: Uint8Array, name: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 12 <= bytes.length;) {
    assert.equal(view.getUint32(at + 8, true), maskedCrc32c(bytes.subarray(at, at + 8)), name);
    const end = at + 12 + Number(view.getBigUint64(at, true));
    if (end + 4 > bytes.length) return;
    assert.equal(view.getUint32(end, true), maskedCrc32c(bytes.subarray(at + 12, end)), name);
    at = end + 4;
  }
}

if (import.meta.main) {
  const kills = Number(Deno.args.find((arg) => /^\d+$/.test(arg)) ?? 200);
  const seed = Number(Deno.args[Deno.args.indexOf("--seed") + 1 || Deno.args.length] ?? 0);
  const began = performance.now();
  const { killed, atWork, finished, filesRead } = await killOften({ kills, seed, say: (text) => console.error(text) });
  const each = PHASES.map((phase) => `${killed[phase]} while ${phase}`).join(", ");
  console.log(
    `${kills} kills (${each}; ${atWork} of a process that held its run) in ${
      formatDuration((performance.now() - began) / 1000)
    }: ${finished} runs ended, ` +
      `each equal to the undisturbed one; ${filesRead} files read whole after kills, none half-written`,
  );
}
