import { join } from "node:path";
import { messageOf } from "@/errors.ts";
import { writeFileAtomic } from "@/files.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";

/** A checkpoint that was found, and those newer ones that could not be read. */
export interface FoundCheckpoint<State> {
  /** What it holds. */
  readonly checkpoint: Checkpoint<State>;
  /** Its file. */
  readonly path: string;
  /** Sentences about newer files that could not be read. */
  readonly damaged: readonly string[];
}

const NAME = /^step-(\d+)\.ckpt$/;

/** The checkpoints of one run, in one folder: the last few are kept, named by the step they were taken after. */
export class CheckpointStore<State> {
  /**
   * Names the folder; it is made with the first checkpoint.
   *
   * @param keep how many to keep: with two, one damaged file loses little
   */
  constructor(readonly folder: string, readonly keep = 2) {}

  /** Writes a checkpoint, whole or not at all, then removes the oldest beyond those to keep. Returns its path. */
  async save(step: number, checkpoint: Checkpoint<State>): Promise<string> {
    const path = join(this.folder, `step-${String(step).padStart(8, "0")}.ckpt`);
    try {
      await writeFileAtomic(path, encodeCheckpoint(checkpoint));
    } catch (error) {
      throw new Error(`Cannot write checkpoint '${path}', earlier ones are kept: ${messageOf(error)}`, {
        cause: error,
      });
    }
    for (const old of (await this.#list()).slice(this.keep)) await Deno.remove(old);
    return path;
  }

  /**
   * The newest checkpoint that can be read, or undefined if there is none yet.
   *
   * @throws {Error} if there are some and none can be read: starting over must be the user's decision
   */
  async latest(): Promise<FoundCheckpoint<State> | undefined> {
    const damaged: string[] = [];
    for (const path of await this.#list()) {
      try {
        const checkpoint = decodeCheckpoint<State>(await Deno.readFile(path), path);
        return { checkpoint, path, damaged };
      } catch (error) {
        damaged.push(messageOf(error));
      }
    }
    if (damaged.length === 0) return undefined;
    throw new Error(
      `Cannot continue as no checkpoint can be read, remove '${this.folder}' to start over: ${damaged[0]}`,
    );
  }

  /** Removes what a killed process left half-written. Call it only while no other process works on this run. */
  async clean(): Promise<void> {
    for (const name of await names(this.folder)) {
      if (name.includes(".ckpt.tmp-")) await Deno.remove(join(this.folder, name));
    }
  }

  /** Paths, newest first. */
  async #list(): Promise<string[]> {
    return (await names(this.folder))
      .flatMap((name) => NAME.test(name) ? [{ name, step: Number(NAME.exec(name)![1]) }] : [])
      .sort((a, b) => b.step - a.step)
      .map(({ name }) => join(this.folder, name));
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
