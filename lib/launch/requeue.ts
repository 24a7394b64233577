/** Why a task ended before its trials did. */
export type Interruption =
  /** The cluster needs its place for another job. */
  | "preempted"
  /** Its time is up. */
  | "timed-out"
  /** Somebody asked for it: scancel, `sweep cancel`, Ctrl-C. */
  | "stopped"
  /** The trial's own error. */
  | "failed";

/** How often a task was interrupted before. */
export interface Interruptions {
  readonly preemptions: number;
  readonly timeouts: number;
}

/** A trial that never fits its time must not hold the cluster for good. */
export const MOST_TIMEOUTS = 3;

/** How long before the end of its time a task is warned, in seconds. Slurm may warn up to a minute earlier. */
export const WARNING_SECONDS = 120;

/** Whether a task goes into the queue again: after preemption always, after time-outs three times, else never. */
export function mayRequeue(why: Interruption, { timeouts }: Interruptions): boolean {
  return why === "preempted" || (why === "timed-out" && timeouts < MOST_TIMEOUTS);
}

/**
 * What a warning means: one that comes long before the time is up is a preemption.
 *
 * @param secondsLeft undefined where it cannot be told; the warning then counts as a time-out, which is bounded
 */
export function readWarning(secondsLeft: number | undefined): "preempted" | "timed-out" {
  return secondsLeft !== undefined && secondsLeft > WARNING_SECONDS + 90 ? "preempted" : "timed-out";
}
