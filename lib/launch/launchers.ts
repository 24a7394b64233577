import type { Launcher } from "./launcher.ts";
import { localLauncher } from "./local.ts";
import { slurmLauncher } from "./slurm.ts";
import type { LauncherName } from "./sweep.ts";

/** Every launcher, by name. */
export const launchers: Readonly<Record<LauncherName, Launcher>> = { local: localLauncher, slurm: slurmLauncher };
