import { sha256 } from "@/files.ts";
import { inProject, projectRoot } from "@/paths.ts";
import type { RunEnvironment } from "./schema.ts";

/** What only the caller knows of the environment. */
export interface EnvironmentOptions {
  /** What computes, as `CPU` or the GPU's name. @default "CPU" */
  device?: string;
  /** Versions that only the caller knows, as `{ tensorflow: "2.21.0" }`. @default {} */
  libraries?: Readonly<Record<string, string>>;
}

/** Commit of the checkout at `root` and whether anything there differs from it; null without git or a checkout. */
export async function gitState(root: string): Promise<RunEnvironment["git"]> {
  const git = async (...args: string[]): Promise<string | undefined> => {
    try {
      const command = new Deno.Command("git", { args: ["-C", root, ...args], stdin: "null", stderr: "null" });
      const { success, stdout } = await command.output();
      return success ? new TextDecoder().decode(stdout).trim() : undefined;
    } catch {
      // No git on this machine, or no permission to start it: a run must not fail for that.
      return undefined;
    }
  };
  const commit = await git("rev-parse", "--verify", "HEAD");
  if (!commit) return null;
  const status = await git("--no-optional-locks", "status", "--porcelain");
  return { commit, dirty: status !== "" };
}

async function lockHash(): Promise<string | null> {
  try {
    return sha256(await Deno.readFile(inProject("deno.lock")));
  } catch {
    return null;
  }
}

/** Versions of the npm packages in the import map, which pins them exactly. */
async function pinnedLibraries(): Promise<Record<string, string>> {
  const libraries: Record<string, string> = {};
  try {
    const { imports } = JSON.parse(await Deno.readTextFile(inProject("deno.json"))) as {
      imports?: Record<string, string>;
    };
    for (const target of Object.values(imports ?? {})) {
      const match = /^npm:\/?((?:@[^/@]+\/)?[^/@]+)@([^/]+)/.exec(target);
      if (match) libraries[match[1]!] = match[2]!;
    }
  } catch {
    // Imported from elsewhere than a checkout: the versions are then the importer's own.
  }
  return libraries;
}

let fixed: Promise<[RunEnvironment["git"], string | null, Record<string, string>]> | undefined;

/** Where this process runs. Git and versions are read once per process: its code does not change under it either. */
export async function describeEnvironment(options: EnvironmentOptions = {}): Promise<RunEnvironment> {
  const { device = "CPU", libraries = {} } = options;
  fixed ??= Promise.all([gitState(projectRoot), lockHash(), pinnedLibraries()]);
  const [git, lock, pinned] = await fixed;
  return {
    started: new Date().toISOString(),
    command: [Deno.mainModule.replace(/^file:\/\//, ""), ...Deno.args],
    git,
    lock,
    libraries: { deno: Deno.version.deno, ...pinned, ...libraries },
    machine: {
      host: Deno.hostname(),
      os: Deno.build.os,
      arch: Deno.build.arch,
      cores: navigator.hardwareConcurrency,
      memory: Deno.systemMemoryInfo().total,
      device,
    },
  };
}
