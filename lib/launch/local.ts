import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "@/errors.ts";
import { projectRoot } from "@/paths.ts";
import { runOwner } from "@/results/run_lock.ts";
import type { Launcher, TaskState } from "./launcher.ts";
import type { SweepFolder } from "./sweep.ts";
import { taskCommand } from "./task_command.ts";

/** How long a task may take from its start to its first sign of life, in milliseconds. */
const BIRTH = 60_000;

/** Runs tasks on this machine, each as a process that lives on when the terminal is closed. */
export const localLauncher: Launcher = {
  name: "local",

  submit(folder, number, { tasks }) {
    for (const task of tasks.keys()) {
      const [command, ...args] = [...taskCommand(folder, number), String(task)];
      const log = openSync(logFile(folder, number, task), "a");
      try {
        const child = spawn(command!, args, { cwd: projectRoot, detached: true, stdio: ["ignore", log, log] });
        child.on("error", (error) => console.error(`Cannot start a task as ${messageOf(error)}`));
        child.unref();
      } finally {
        closeSync(log);
      }
    }
    return Promise.resolve(null);
  },

  async status(folder, number, submission) {
    return await Promise.all(submission.tasks.map(async (_, task): Promise<TaskState> => {
      const held = await runOwner(folder.taskFolder(number, task));
      if (held?.alive) return { state: "running", reason: `pid ${held.owner.pid} on ${held.owner.host}` };
      const age = Math.abs(Date.now() - Date.parse(submission.submitted));
      const begun = await folder.readTask(number, task) !== undefined;
      if (!begun && age < BIRTH) return { state: "waiting", reason: "it is starting" };
      return { state: "gone", reason: begun ? "" : `it never began, see ${logFile(folder, number, task)}` };
    }));
  },

  /** A task looks for the mark of {@linkcode SweepFolder.markCancelled} by itself. */
  cancel: () => Promise.resolve(),

  logs: (folder, number, { tasks }) => tasks.map((_, task) => logFile(folder, number, task)),
};

function logFile(folder: SweepFolder, number: number, task: number): string {
  return join(folder.submissionFolder(number), `task-${task}.log`);
}
