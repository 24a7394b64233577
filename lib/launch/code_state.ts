import { join } from "node:path";
import { sha256 } from "@/files.ts";
import { projectRoot } from "@/paths.ts";

/** The code that a sweep was submitted with. */
export interface CodeState {
  /** Null outside a git checkout. */
  readonly commit: string | null;
  /** Hash of what differs from the commit, or of all code where there is none; empty when nothing differs. */
  readonly dirty: string;
}

/** What can change a run's numbers: documents, results and notebooks cannot. */
const CODE = ["lib", "experiments", "deno.json", "deno.lock"];

/** The state of the code of the checkout at `root`. */
export async function codeState(root: string = projectRoot): Promise<CodeState> {
  const git = async (...args: string[]): Promise<Uint8Array | undefined> => {
    try {
      const command = new Deno.Command("git", { args: ["-C", root, ...args], stdin: "null", stderr: "null" });
      const { success, stdout } = await command.output();
      return success ? stdout : undefined;
    } catch {
      return undefined;
    }
  };
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const head = await git("rev-parse", "--verify", "HEAD");
  const changed = head && await git("--no-optional-locks", "diff", "HEAD", "--binary", "--", ...CODE);
  const added = head && await git("ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", ...CODE);
  if (!head || !changed || !added) return { commit: null, dirty: await hashFiles(root, await listFiles(root)) };
  const commit = text(head).trim();
  const names = text(added).split("\0").filter((name) => name !== "").sort();
  if (changed.length === 0 && names.length === 0) return { commit, dirty: "" };
  return { commit, dirty: sha256(changed, await hashFiles(root, names)) };
}

/** Says in words how two states differ; undefined when they are the same. */
export function describeDrift(before: CodeState, now: CodeState): string | undefined {
  if (before.commit !== now.commit) return `commit ${short(now.commit)}, was ${short(before.commit)}`;
  if (before.dirty === now.dirty) return undefined;
  return now.dirty === "" ? "uncommitted changes, now gone" : "uncommitted changes since";
}

const short = (commit: string | null) => commit === null ? "none" : commit.slice(0, 10);

async function hashFiles(root: string, names: readonly string[]): Promise<string> {
  const parts: (string | Uint8Array)[] = [];
  for (const name of names) {
    // A file that vanishes in between is a change as well.
    const bytes = await Deno.readFile(join(root, name)).catch(() => new Uint8Array());
    parts.push(`${name}\0${bytes.length}\0`, bytes);
  }
  return sha256(...parts);
}

async function listFiles(root: string): Promise<string[]> {
  const names: string[] = [];
  const walk = async (name: string): Promise<void> => {
    const info = await Deno.stat(join(root, name)).catch(() => undefined);
    if (info?.isFile) names.push(name);
    if (!info?.isDirectory) return;
    for await (const entry of Deno.readDir(join(root, name))) {
      if (!entry.isSymlink) await walk(`${name}/${entry.name}`);
    }
  };
  for (const name of CODE) await walk(name);
  return names.sort();
}
