import type { TaskPlace } from "./worker.ts";
import { call } from "./slurm.ts";

/**
 * The Slurm task that this process runs in, if it does.
 *
 * @param environment of the process
 */
export function slurmPlace(environment: Readonly<Record<string, string | undefined>>): TaskPlace | undefined {
  const array = environment["SLURM_ARRAY_JOB_ID"], task = environment["SLURM_ARRAY_TASK_ID"];
  if (!array || !task) return undefined;
  // The bare number of the array would requeue every one of its tasks.
  const element = `${array}_${task}`;
  return {
    async secondsLeft() {
      const end = Number(environment["SLURM_JOB_END_TIME"]);
      if (end > 0) return Math.round(end - Date.now() / 1000);
      return parseDuration(await call("squeue", "--noheader", "--format=%L", `--jobs=${element}`).catch(() => ""));
    },
    async requeue() {
      await call("scontrol", "requeue", element);
    },
  };
}

/** Seconds of `[days-][[hours:]minutes:]seconds`; undefined for what is no such time, as `UNLIMITED` or `INVALID`. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "UNLIMITED") return Infinity;
  const match = /^(?:(\d+)-)?(?:(?:(\d+):)?(\d+):)?(\d+)$/.exec(trimmed);
  if (!match) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
