import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { clearInterval, setInterval } from "node:timers";
import { messageOf } from "@/errors.ts";

/** Name of the file that says which process is at work in a run directory. */
export const LOCK_FILE = "running.json";
/** How often the owner shows that it is alive, in milliseconds. */
const BEAT = 5_000;
/** Age after which an owner that cannot be asked is taken for dead, in milliseconds. */
export const STALE_AFTER = 120_000;

/** The process at work in a run directory. */
export interface RunOwner {
  /** Random; tells one claim from the next. */
  readonly token: string;
  /** Process. */
  readonly pid: number;
  /** Name of the machine. */
  readonly host: string;
  /** Where `pid` has a meaning: one boot of one machine and one process namespace of it. */
  readonly place: string;
  /** When the process started, in that place's own count, so that a reused pid is not taken for the owner. */
  readonly born: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Two processes on one run: the second gets this. */
export class RunInUseError extends Error {
  /** The name of the class. */
  override name = "RunInUseError";
  /** Made where a claim is refused. */
  constructor(readonly path: string, readonly owner: RunOwner, reason: string) {
    super(`Cannot work on run '${path}' as ${reason}: pid ${owner.pid} on ${owner.host}, since ${owner.since}`);
  }
}

function placeOfThisProcess(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return `${Deno.build.os} ${Deno.hostname()}`;
  }
}

/** Start of a process as the kernel counts it; "" where it cannot be told; undefined when there is no such process. */
function bornOf(pid: number): string | undefined {
  if (Deno.build.os === "linux") {
    try {
      // The name in brackets may itself hold spaces and brackets: fields count from the last one.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)\s/s, "").split(" ");
      const dead = fields[0] === "Z" || fields[0] === "X";
      return dead ? undefined : fields[19] ?? "";
    } catch {
      return undefined;
    }
  }
  try {
    process.kill(pid, 0);
    return "";
  } catch (error) {
    return (error as { code?: string }).code === "EPERM" ? "" : undefined;
  }
}

const here: string = placeOfThisProcess();

function parseOwner(text: string): RunOwner | undefined {
  try {
    const { token, pid, host, place, born, since } = JSON.parse(text) as Record<string, unknown>;
    if (typeof token !== "string" || !/^[0-9a-f-]{1,64}$/.test(token) || !Number.isSafeInteger(pid)) return undefined;
    const texts = [host, place, born, since];
    if (texts.some((text) => typeof text !== "string")) return undefined;
    const [hostText, placeText, bornText, sinceText] = texts as [string, string, string, string];
    return { token, pid: pid as number, host: hostText, place: placeText, born: bornText, since: sinceText };
  } catch {
    return undefined;
  }
}

interface Held {
  readonly owner: RunOwner;
  readonly alive: boolean;
}

/** Reads a lock. `now` is the time by the clock of the file system that holds it, in milliseconds. */
async function readLock(path: string, now: number): Promise<Held | undefined> {
  let text: string, modified: number;
  try {
    const info = await Deno.stat(path);
    modified = info.mtime?.getTime() ?? 0;
    text = info.size > 65536 ? "" : await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  // A live owner beats every few seconds, so a time far off in either direction (a changed clock) is not its.
  const fresh = Math.abs(now - modified) < STALE_AFTER;
  const owner = parseOwner(text);
  if (!owner) {
    const unknown = {
      token: "0",
      pid: 0,
      host: "unknown",
      place: "",
      born: "",
      since: new Date(modified).toISOString(),
    };
    return { owner: unknown, alive: fresh };
  }
  if (owner.place !== here) return { owner, alive: fresh };
  const born = bornOf(owner.pid);
  if (born === undefined) return { owner, alive: false };
  return { owner, alive: born === "" ? fresh : born === owner.born };
}

/** Who is at work in the run directory `path`, and whether that process still lives. */
export function runOwner(path: string): Promise<Held | undefined> {
  return readLock(join(path, LOCK_FILE), Date.now());
}

/** Whether the process that made a lock file, or a piece of one, still lives, as far as can be told. */
export async function isClaimAlive(path: string): Promise<boolean> {
  return (await readLock(path, Date.now()))?.alive ?? false;
}

/** A hold on a run directory, until {@linkcode release}. It never waits for another and nothing ever waits for it. */
export class RunClaim {
  readonly #timer: ReturnType<typeof setInterval>;
  #lost: RunOwner | undefined;

  private constructor(readonly directory: string, readonly owner: RunOwner, readonly file: Deno.FsFile) {
    this.#timer = setInterval(() => this.beat().catch(() => {}), BEAT);
    this.#timer.unref();
  }

  /**
   * Claims a run directory for this process. A claim whose owner has died is taken over.
   *
   * @throws {RunInUseError} where another process, or another part of this one, is at work there.
   */
  static async take(directory: string): Promise<RunClaim> {
    const owner: RunOwner = {
      token: crypto.randomUUID(),
      pid: Deno.pid,
      host: Deno.hostname(),
      place: here,
      born: bornOf(Deno.pid) ?? "",
      since: new Date().toISOString(),
    };
    return new RunClaim(directory, owner, await claim(directory, join(directory, LOCK_FILE), owner));
  }

  /** Shows that this process lives. */
  async beat(): Promise<void> {
    // Through the open file: if another process took over, this touches nothing of its.
    await this.file.seek(-1, Deno.SeekMode.End);
    await this.file.write(new TextEncoder().encode("\n"));
  }

  /**
   * Call before anything is written.
   *
   * @throws {RunInUseError} where this process was taken for dead and another one has taken over.
   */
  async check(): Promise<void> {
    const held = this.#lost ? undefined : await readLock(join(this.directory, LOCK_FILE), Date.now());
    if (held && held.owner.token !== this.owner.token) this.#lost = held.owner;
    if (this.#lost) throw new RunInUseError(this.directory, this.#lost, "another process has taken it over");
  }

  /** Lets go. Safe to call twice. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    try {
      await this.check();
      await Deno.remove(join(this.directory, LOCK_FILE));
    } catch (error) {
      if (!(error instanceof RunInUseError || error instanceof Deno.errors.NotFound)) throw error;
    } finally {
      try {
        this.file.close();
      } catch { /* closed before */ }
    }
  }
}

/**
 * Creates the lock file at `path`, whole from its first moment. Where a dead owner's lies there, the right to replace
 * it is itself claimed under a name made of the dead one's token: of many that see it, one replaces it, and one that
 * saw it too late finds another token there. A crash in between leaves a dead claim, replaced in the same way.
 */
async function claim(directory: string, path: string, owner: RunOwner, depth = 0): Promise<Deno.FsFile> {
  const temporary = `${path}.tmp-${owner.token}`;
  const file = await Deno.open(temporary, { read: true, write: true, createNew: true }).catch((error) => {
    throw new Error(`Cannot work on run '${directory}' as nothing can be written there: ${messageOf(error)}`, {
      cause: error,
    });
  });
  let kept = false;
  try {
    await file.write(new TextEncoder().encode(JSON.stringify(owner) + "\n"));
    await file.sync();
    const now = (await file.stat()).mtime?.getTime() ?? Date.now();
    for (let attempt = 0; attempt < 10; attempt++) {
      if (await linkNew(temporary, path)) {
        kept = true;
        return file;
      }
      const held = await readLock(path, now);
      if (!held) continue;
      if (held.alive) throw new RunInUseError(directory, held.owner, "another process is at work there");
      if (depth > 2) throw new Error(`Cannot claim run '${directory}' as dead claims lie there, delete them: ${path}`);
      const right = `${path}.${held.owner.token}`;
      const rightFile = await claim(directory, right, owner, depth + 1);
      try {
        if ((await readLock(path, now))?.owner.token !== held.owner.token) continue;
        await Deno.rename(temporary, path);
        kept = true;
        return file;
      } finally {
        rightFile.close();
        await Deno.remove(right).catch(() => {});
      }
    }
    throw new Error(`Cannot claim run '${directory}' as its lock file keeps changing: ${path}`);
  } finally {
    await Deno.remove(temporary).catch(() => {});
    if (!kept) file.close();
  }
}

/** Gives a file a second name, unless the name is taken: atomic also on network file systems. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await Deno.link(from, to);
    return true;
  } catch (error) {
    // NFS may lose the answer and repeat the request: the number of names tells what happened.
    if (error instanceof Deno.errors.AlreadyExists) return (await Deno.stat(from)).nlink === 2;
    // A file system without hard links (FAT, some network drives): rename would overwrite, so reserve the name first.
    try {
      (await Deno.open(to, { write: true, createNew: true })).close();
    } catch (second) {
      if (second instanceof Deno.errors.AlreadyExists) return false;
      throw second;
    }
    await Deno.rename(from, to);
    return true;
  }
}
