import { join } from "node:path";
import { writeFileAtomic } from "@/files.ts";
import type { TaskState } from "./launcher.ts";

/** The accounting database is shared by a whole cluster: it is asked at most once a minute. */
export const POLL_EVERY = 60_000;

/** More elements than any cluster allows in an array; a longer list is damaged. */
const MOST_ELEMENTS = 4_000_000;

/** The elements that an id of Slurm stands for: `123_[4-6,9%2]` is 123_4, 123_5, 123_6 and 123_9. */
export function expandJobId(id: string): string[] {
  const array = /^(\d+)_\[([^\]]*)\]$/.exec(id);
  if (!array) return /^\d+(_\d+)?$/.test(id) ? [id] : [];
  const [, job, list] = array;
  const elements: string[] = [];
  for (const part of list!.replace(/%\d+$/, "").split(",")) {
    const range = /^(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9}))?)?$/.exec(part);
    if (!range) continue;
    const first = Number(range[1]), last = Number(range[2] ?? range[1]), step = Math.max(1, Number(range[3] ?? 1));
    if ((last - first) / step + elements.length > MOST_ELEMENTS) return [];
    for (let element = first; element <= last; element += step) elements.push(`${job}_${element}`);
  }
  return elements;
}

/** What `sacct --parsable2 --noheader --format=JobID,State` or `squeue --format=%i|%T` says, by element. */
export function parseStates(text: string): Map<string, string> {
  const states = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [id, state] = line.trim().split("|");
    // 123_4.batch and 123_4.0 are steps of an element, whose states come and go.
    if (id === undefined || state === undefined || state === "" || id.includes(".")) continue;
    // As in "CANCELLED by 1000".
    for (const element of expandJobId(id)) states.set(element, state.split(" ")[0]!);
  }
  return states;
}

/** Slurm's states in this project's words. */
export function readSlurmState(state: string | undefined): TaskState {
  switch (state) {
    case undefined:
      return { state: "gone", reason: "" };
    case "PENDING":
    case "REQUEUED":
    case "REQUEUE_HOLD":
    case "REQUEUE_FED":
    case "SPECIAL_EXIT":
    case "RESV_DEL_HOLD":
      return { state: "waiting", reason: state };
    case "RUNNING":
    case "CONFIGURING":
    case "COMPLETING":
    case "RESIZING":
    case "SIGNALING":
    case "STAGE_OUT":
    case "STOPPED":
    case "SUSPENDED":
      return { state: "running", reason: state };
    case "COMPLETED":
      return { state: "ended", reason: state };
    case "CANCELLED":
    case "REVOKED":
      return { state: "cancelled", reason: state };
    case "TIMEOUT":
    case "DEADLINE":
      return { state: "timed-out", reason: state };
    case "PREEMPTED":
      return { state: "gone", reason: state };
    default:
      return { state: "failed", reason: state };
  }
}

/** What was learnt of some jobs, and when. */
interface Poll {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Who said it; "" where nobody answered. */
  readonly source: "sacct" | "squeue" | "";
  readonly jobs: readonly string[];
  readonly states: Readonly<Record<string, string>>;
}

/** What the cluster says of elements. */
export interface QueueAnswer {
  readonly source: Poll["source"];
  /** When it was said, in milliseconds since 1970. */
  readonly time: number;
  /** The element's state; undefined where the cluster does not know it. */
  stateOf(element: string): string | undefined;
  /** Whether the job was part of the question; one submitted since is not. */
  asked(job: string): boolean;
}

/**
 * Asks the cluster about jobs, at most once a minute over all processes that share `folder`: what it said last is kept
 * there. `sacct` is asked first, `squeue` where it has no answer.
 *
 * @param jobs numbers of job arrays
 */
export async function pollQueue(folder: string, jobs: readonly string[], now = Date.now()): Promise<QueueAnswer> {
  const file = join(folder, "queue.json");
  let poll = await readPoll(file);
  // The distance in either direction: after a clock was set back, an old answer must not last for hours.
  if (poll === undefined || Math.abs(now - poll.time) >= POLL_EVERY) {
    poll = await askCluster([...new Set(jobs)], now);
    await writeFileAtomic(file, JSON.stringify(poll) + "\n");
  }
  const { source, time, states } = poll;
  const asked = new Set(poll.jobs);
  return {
    source,
    time,
    stateOf: (element) => Object.hasOwn(states, element) ? states[element] : undefined,
    asked: (job) => asked.has(job),
  };
}

async function readPoll(file: string): Promise<Poll | undefined> {
  try {
    const poll = JSON.parse(await Deno.readTextFile(file)) as Poll;
    const sound = Number.isFinite(poll.time) && Array.isArray(poll.jobs) && typeof poll.states === "object";
    return sound && poll.states !== null ? poll : undefined;
  } catch {
    // A cache: whatever is wrong with it, it is made anew.
    return undefined;
  }
}

async function askCluster(jobs: readonly string[], time: number): Promise<Poll> {
  if (jobs.length === 0) return { time, source: "", jobs, states: {} };
  const list = jobs.join(",");
  const accounted = await run("sacct", "--parsable2", "--noheader", "--format=JobID,State", `--jobs=${list}`);
  const states = accounted === undefined ? undefined : parseStates(accounted);
  if (states !== undefined && states.size > 0) {
    return { time, source: "sacct", jobs, states: Object.fromEntries(states) };
  }
  // All of this user's: asked for a job that it has forgotten, it would fail as if nobody were there.
  const queued = await run("squeue", "--noheader", "--me", "--array", "--states=all", "--format=%i|%T");
  if (queued !== undefined) return { time, source: "squeue", jobs, states: Object.fromEntries(parseStates(queued)) };
  return { time, source: "", jobs, states: {} };
}

/** What a command prints; undefined where it is not there, fails, or does not answer within half a minute. */
async function run(command: string, ...args: string[]): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(30_000);
    const { success, stdout } = await new Deno.Command(command, { args, stdin: "null", stderr: "null", signal })
      .output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}
