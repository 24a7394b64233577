import { join } from "node:path";
import { encodeNpy } from "@/data/npy.ts";
import { messageOf } from "@/errors.ts";
import { writeFileAtomic } from "@/files.ts";
import { type Difference, differences } from "./differences.ts";
import { describeEnvironment, type EnvironmentOptions } from "./environment.ts";
import { formatFaceErrors } from "./face_errors.ts";
import { appendMetrics, readMetrics, rewindMetrics } from "./metrics_file.ts";
import { parseConfig, parseResult } from "./parse_run.ts";
import { isClaimAlive, LOCK_FILE, RunClaim } from "./run_lock.ts";
import {
  type FaceError,
  type MetricsRecord,
  RUN_FILES,
  type RunConfig,
  type RunRequest,
  type RunResult,
} from "./schema.ts";

export { listRuns, readRun, type RunRecord, type RunState } from "./read_run.ts";
export { RunInUseError } from "./run_lock.ts";
export { RUN_FILES } from "./schema.ts";
export { type RunName, runPath, variantName } from "./run_path.ts";

/** The run directory holds another configuration than the one asked for. */
export class RunConflictError extends Error {
  /** The name of the class. */
  override name = "RunConflictError";
  /** Lists at most eight of the differences in the message; all are in `differing`. */
  constructor(readonly path: string, readonly differing: readonly Difference[]) {
    const show = (value: unknown) => value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
    const listed = differing.slice(0, 8).map(({ key, left, right }) =>
      `${key} (${show(left)} there, ${show(right)} asked)`
    );
    const more = differing.length > 8 ? ` and ${differing.length - 8} more` : "";
    super(`Cannot open run '${path}' as its config.json differs from what was asked in: ${listed.join(", ")}${more}`);
  }
}

/** What ended a run before its end; `failure.json`. */
export interface RunFailure {
  /** One sentence. */
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** What else is known, as the faces of a batch whose loss was not a number. */
  readonly details?: object;
}

/** What every line of `metrics.jsonl` has; see {@linkcode MetricsRecord}. */
export type EpochNumbers = { readonly epoch: number; readonly step: number; readonly loss: number };

/** A run directory that this process may write to, until {@linkcode close}. */
export class Run {
  #claim: RunClaim;
  #lastEpoch: number;

  /** Use {@linkcode openRun}. */
  constructor(
    readonly path: string,
    readonly config: RunConfig,
    /** Whether the directory held this run before. */
    readonly resumed: boolean,
    /** The result that the run already has, when it had ended before. */
    readonly result: RunResult | undefined,
    claim: RunClaim,
    lastEpoch: number,
  ) {
    this.#claim = claim;
    this.#lastEpoch = lastEpoch;
  }

  /** The path of one of the run's files. */
  file(name: keyof typeof RUN_FILES): string {
    return join(this.path, RUN_FILES[name]);
  }

  /**
   * Adds one epoch to `metrics.jsonl` and flushes it to the disk. Call it before the epoch's checkpoint is saved: a
   * crash in between then leaves a line too many, which {@linkcode rewindMetrics} drops, never a hole.
   *
   * @throws {RangeError} where the epoch does not follow the last one.
   */
  async appendMetrics<Record extends EpochNumbers>(record: Record): Promise<void> {
    if (!Number.isSafeInteger(record.epoch) || record.epoch <= this.#lastEpoch) {
      throw new RangeError(
        `Cannot append metrics to '${this.path}' as the epoch must follow ${this.#lastEpoch}: ${record.epoch}`,
      );
    }
    await this.#claim.check();
    await appendMetrics(this.file("metrics"), record);
    this.#lastEpoch = record.epoch;
  }

  /** The epochs recorded so far. */
  metrics(): Promise<MetricsRecord[]> {
    return readMetrics(this.file("metrics"));
  }

  /** Drops what was recorded after the first `epochs` epochs, where the checkpoint stands. Returns what is kept. */
  async rewindMetrics(epochs: number): Promise<MetricsRecord[]> {
    await this.#claim.check();
    const kept = await rewindMetrics(this.file("metrics"), epochs);
    this.#lastEpoch = kept.at(-1)?.epoch ?? -1;
    return kept;
  }

  /** Writes `predictions.npy`: `[N, 2M]`, pixels of the original images, faces in the order of `errors.csv`. */
  async writePredictions(predictions: Float32Array | Float64Array, faces: number): Promise<void> {
    if (faces < 1 || predictions.length % faces !== 0) {
      throw new TypeError(`Cannot write predictions as ${predictions.length} numbers are not rows of ${faces} faces`);
    }
    await this.#claim.check();
    const bytes = encodeNpy({ shape: [faces, predictions.length / faces], data: predictions });
    await writeFileAtomic(this.file("predictions"), bytes);
  }

  /** Writes `errors.csv`: one row per test face. */
  async writeErrors(faces: Iterable<FaceError>): Promise<void> {
    await this.#claim.check();
    await writeFileAtomic(this.file("errors"), formatFaceErrors(faces));
  }

  /** Writes `result.json`, which makes the run a finished one: call it last. */
  async writeResult(result: RunResult): Promise<void> {
    const json = JSON.stringify(result, null, 2) + "\n";
    parseResult(json, this.file("result"));
    await this.#claim.check();
    await writeFileAtomic(this.file("result"), json);
    await Deno.remove(this.file("failure")).catch(() => {});
  }

  /** Records why the run stopped, as after a loss that is not a number. A later result, or start, takes it away. */
  async writeFailure(message: string, details?: object): Promise<void> {
    await this.#claim.check();
    const failure: RunFailure = { message, time: new Date().toISOString(), ...(details ? { details } : {}) };
    await writeFileAtomic(this.file("failure"), JSON.stringify(failure, null, 2) + "\n");
  }

  /**
   * Call before anything else is written into the directory, as a checkpoint.
   *
   * @throws {RunInUseError} where this process was taken for dead and another one has taken over.
   */
  async checkOwned(): Promise<void> {
    await this.#claim.check();
    await this.#claim.beat();
  }

  /** Lets another process work on the run. */
  async close(): Promise<void> {
    await this.#claim.release();
  }

  /** As `close()`: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Creates the run directory `path`, or opens it again when it holds the same configuration; where and when the run
 * was started does not count.
 *
 * @throws {RunConflictError} where it holds another configuration; the sentence lists what differs.
 * @throws {RunInUseError} where another process is at work in it.
 */
export async function openRun(path: string, request: RunRequest, options: EnvironmentOptions = {}): Promise<Run> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw new Error(`Cannot create run directory '${path}': ${messageOf(error)}`);
  }
  const claim = await RunClaim.take(path);
  try {
    await removePieces(path);
    const configPath = join(path, RUN_FILES.config);
    const existing = await readText(configPath);
    // Through JSON, so that both sides have lost the same (undefined values, not finite numbers).
    const { experiment, variant, seed, backend, settings, data } = request;
    const asked = JSON.parse(JSON.stringify({ experiment, variant, seed, backend, settings, data })) as RunRequest;
    let config: RunConfig;
    if (existing === undefined) {
      config = { version: 1, ...asked, environment: await describeEnvironment(options) };
      const json = JSON.stringify(config, null, 2) + "\n";
      parseConfig(json, configPath);
      await writeFileAtomic(configPath, json);
    } else {
      config = parseConfig(existing, configPath);
      const { version: _version, environment: _environment, ...held } = config;
      const differing = differences(held, asked);
      if (differing.length > 0) throw new RunConflictError(path, differing);
    }
    const resultText = await readText(join(path, RUN_FILES.result));
    const result = resultText === undefined ? undefined : parseResult(resultText, join(path, RUN_FILES.result));
    await Deno.remove(join(path, RUN_FILES.failure)).catch(() => {});
    const metrics = await readMetrics(join(path, RUN_FILES.metrics));
    return new Run(path, config, existing !== undefined, result, claim, metrics.at(-1)?.epoch ?? -1);
  } catch (error) {
    await claim.release();
    throw error;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Removes what a killed process left of files that it was writing. Only the owner of a run writes into it. */
async function removePieces(path: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(path)) {
    const lock = name.startsWith(`${LOCK_FILE}.`);
    if (!isFile || !(lock || /\.tmp-[0-9a-f-]+$/.test(name))) continue;
    const piece = join(path, name);
    // A lock being made may be that of a process which is about to be refused: it is gone in a moment by itself.
    if (!lock || !await isClaimAlive(piece).catch(() => true)) await Deno.remove(piece).catch(() => {});
  }
}
