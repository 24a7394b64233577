import { join, relative, sep } from "node:path";
import { messageOf } from "@/errors.ts";
import { parseConfig, parseResult } from "./parse_run.ts";
import { runOwner } from "./run_lock.ts";
import { RUN_FILES, type RunConfig, type RunResult } from "./schema.ts";

/**
 * - `finished`: has a result
 * - `running`: a living process works on it
 * - `failed`: stopped by an error that it recorded
 * - `interrupted`: has neither; the same command continues it
 * - `broken`: a file in it cannot be read
 */
export type RunState = "finished" | "running" | "failed" | "interrupted" | "broken";

/** What a run directory holds, read without touching it. */
export interface RunRecord {
  /** The run directory. */
  readonly path: string;
  /** The path below the results folder, with `/`, as `300w-mnv2/acr/seed-1`. */
  readonly name: string;
  /** How far it is. */
  readonly state: RunState;
  /** Why the run is not finished; empty when it is. */
  readonly reason: string;
  /** What was run; undefined where it cannot be read. */
  readonly config?: RunConfig;
  /** What came of it; undefined for an unfinished run. */
  readonly result?: RunResult;
}

/** A run that has ended. */
export type FinishedRun = RunRecord & {
  readonly state: "finished";
  readonly config: RunConfig;
  readonly result: RunResult;
};

/** Whether a run has ended with a result. */
export function isFinished(run: RunRecord): run is FinishedRun {
  return run.state === "finished";
}

/** More than any run writes; a larger file is no run's. */
const LARGEST = 64 * 2 ** 20;

async function readSmall(path: string): Promise<string | undefined> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  if (!info.isFile) throw new TypeError(`Cannot read '${path}' as it is no file`);
  if (info.size > LARGEST) {
    throw new RangeError(`Cannot read '${path}' as it is larger than 64 MiB: ${info.size} bytes`);
  }
  return await Deno.readTextFile(path);
}

/** Reads one run directory. Never throws for what it holds: a run that cannot be read is `broken`, with the reason. */
export async function readRun(path: string, root: string = join(path, "..", "..", "..")): Promise<RunRecord> {
  const name = relative(root, path).split(sep).join("/");
  const record = { path, name };
  const read: { config?: RunConfig; result?: RunResult } = {};
  try {
    const config = await readSmall(join(path, RUN_FILES.config));
    if (config === undefined) return { ...record, state: "broken", reason: "It has no config.json" };
    read.config = parseConfig(config, join(path, RUN_FILES.config));
    const result = await readSmall(join(path, RUN_FILES.result));
    if (result !== undefined) {
      read.result = parseResult(result, join(path, RUN_FILES.result));
      return { ...record, ...read, state: "finished", reason: "" };
    }
    const held = await runOwner(path);
    if (held?.alive) {
      const reason = `Pid ${held.owner.pid} on ${held.owner.host} is at work, since ${held.owner.since}`;
      return { ...record, ...read, state: "running", reason };
    }
    const failure = await readSmall(join(path, RUN_FILES.failure));
    if (failure !== undefined) {
      return {
        ...record,
        ...read,
        state: "failed",
        reason: String(JSON.parse(failure)?.message ?? "No reason recorded"),
      };
    }
    return { ...record, ...read, state: "interrupted", reason: "It has no result.json; the same command continues it" };
  } catch (error) {
    return { ...record, ...read, state: "broken", reason: messageOf(error) };
  }
}

const RUN_FOLDER = /^seed-\d+$/;
const DEEPEST = 8;

/**
 * Every run below a results folder, sorted by name (seeds by number): finished, unfinished and broken ones. Folders
 * that are no runs are passed over; a results folder that does not exist holds none.
 */
export async function listRuns(root: string): Promise<RunRecord[]> {
  const paths: string[] = [];
  const seen = new Set<string>();
  const walk = async (folder: string, depth: number): Promise<void> => {
    const entries: Deno.DirEntry[] = [];
    try {
      // Links may lead in a circle.
      const real = await Deno.realPath(folder);
      if (seen.has(real)) return;
      seen.add(real);
      for await (const entry of Deno.readDir(folder)) entries.push(entry);
    } catch (error) {
      if (depth === 0 && !(error instanceof Deno.errors.NotFound)) {
        throw new Error(`Cannot list the runs in '${root}': ${messageOf(error)}`);
      }
      return;
    }
    await Promise.all(entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.name.startsWith(".") || !(entry.isDirectory || entry.isSymlink)) return;
      if (RUN_FOLDER.test(entry.name)) paths.push(path);
      else if (depth < DEEPEST) await walk(path, depth + 1);
    }));
  };
  await walk(root, 0);

  const runs: RunRecord[] = new Array(paths.length);
  let next = 0;
  const reader = async () => {
    while (next < paths.length) {
      const index = next++;
      runs[index] = await readRun(paths[index]!, root);
    }
  };
  await Promise.all(Array.from({ length: 16 }, reader));
  const collator = new Intl.Collator("en", { numeric: true });
  return runs.sort((a, b) => collator.compare(a.name, b.name));
}
