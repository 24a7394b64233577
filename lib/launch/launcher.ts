import type { LauncherName, Submission, SweepFolder } from "./sweep.ts";

/** Where a task stands in the eyes of what runs it. */
export interface TaskState {
  /** `unknown`: it cannot be asked. `gone`: it runs no more and says nothing of why. */
  readonly state: "waiting" | "running" | "ended" | "failed" | "cancelled" | "timed-out" | "gone" | "unknown";
  /** In its own words, as `NODE_FAIL`; may be empty. */
  readonly reason: string;
}

/** What starts tasks somewhere. Nothing here waits for a task to end. */
export interface Launcher {
  readonly name: LauncherName;
  /** Starts the tasks of a submission. Returns its number, where the launcher gives one. */
  submit(folder: SweepFolder, number: number, submission: Submission): Promise<string | null>;
  /** Where the tasks of a submission stand, in their order. */
  status(folder: SweepFolder, number: number, submission: Submission): Promise<TaskState[]>;
  /** Asks the tasks of a submission to stop, with checkpoints. */
  cancel(folder: SweepFolder, number: number, submission: Submission): Promise<void>;
  /** The files into which tasks, not trials, wrote. */
  logs(folder: SweepFolder, number: number, submission: Submission): string[];
}
