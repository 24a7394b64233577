import { fromFileUrl } from "@/paths.ts";
import type { SweepFolder } from "./sweep.ts";

const SWEEP = fromFileUrl(new URL("../cli/sweep.ts", import.meta.url));
const EXPERIMENT = fromFileUrl(new URL("../cli/experiment.ts", import.meta.url));

/** The command that works on a task; the task's number follows. */
export function taskCommand({ sweep }: SweepFolder, submission: number): string[] {
  return [Deno.execPath(), "run", "-A", "--quiet", SWEEP, "work", sweep.name, "--out", sweep.out, String(submission)];
}

/** The command that runs a trial. */
export function trialCommand(args: readonly string[]): string[] {
  return [Deno.execPath(), "run", "-A", "--quiet", EXPERIMENT, ...args];
}
