/** Sweeps: many runs handed to this machine or to a cluster, that nothing has to wait for. */
export { type CodeState, codeState } from "./code_state.ts";
export type { Launcher, TaskState } from "./launcher.ts";
export { launchers } from "./launchers.ts";
export type { SlurmOptions } from "./slurm_script.ts";
export { isSettled, type SweepState, sweepStatus, type SweepTrialStatus } from "./status.ts";
export {
  cancelSweep,
  type LaunchOptions,
  type Receipt,
  submitMissing,
  submitTrials,
  type SubmitTrialsOptions,
} from "./submit.ts";
export { type LauncherName, listSweeps, openSweep, type Sweep, SweepFolder, type SweepTrial } from "./sweep.ts";
