import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { inProject, projectRoot } from "@/paths.ts";
import { runDeno } from "@/deno_command.ts";
import { habitFaults } from "./habits.ts";
import { readNotebook } from "./notebook_file.ts";
import { type NotebookScript, notebookScript } from "./script.ts";

/** What is wrong with notebooks, for people; empty when nothing is. */
export interface CheckReport {
  readonly ok: boolean;
  /** The messages of `deno check`, `deno lint` and of {@linkcode habitFaults}, with notebook, cell and line as places. */
  readonly text: string;
}

async function deno(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, out, error } = await runDeno(...args);
  return { code, text: error + out };
}

/** Puts places in notebooks for places in their scripts. */
function translate(text: string, scripts: ReadonlyMap<string, { notebook: string; script: NotebookScript }>): string {
  // `file:///tmp/x/0.ts:12:5` in checks, `/tmp/x/0.ts:12:5` in lints.
  return text.replace(
    /((?:file:\/\/)?[^\s:]*[\\/]notebook-\d+\.ts)(?::(\d+):(\d+))?/g,
    (all, path: string, line?: string) => {
      const file = path.startsWith("file://") ? fileURLToPath(path) : path;
      const name = file.split(/[\\/]/).at(-1)!;
      const found = scripts.get(name);
      if (!found) return all;
      const origin = line === undefined ? undefined : found.script.origin[Number(line)];
      return found.notebook + (origin ? `, cell ${origin.cell}, line ${origin.line}` : "");
    },
  );
}

/**
 * Checks the code of notebooks: types, lint rules, and habits that lose output. The kernel itself checks no types, tells
 * nothing of code that does not parse, and takes a missing export for `undefined`.
 *
 * The code lies in a folder for temporary files meanwhile, which is removed in any case.
 */
export async function checkNotebooks(paths: readonly string[]): Promise<CheckReport> {
  if (paths.length === 0) return { ok: true, text: "" };
  const notebooks = await Promise.all(paths.map(readNotebook));
  const faults = notebooks.flatMap((notebook, i) =>
    habitFaults(notebook).map(({ cell, line, message }) =>
      `${shorten(paths[i]!)}, cell ${cell}, line ${line}: ${message}\n`
    )
  );
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-notebooks-" });
  const remove = () => {
    try {
      Deno.removeSync(folder, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  const interrupted = () => {
    remove();
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", interrupted);
  try {
    const scripts = new Map(
      notebooks.map((notebook, i) =>
        [`notebook-${i}.ts`, { notebook: shorten(paths[i]!), script: notebookScript(notebook) }] as const
      ),
    );
    for (const [name, { script }] of scripts) await Deno.writeTextFile(join(folder, name), script.text);
    const files = [...scripts.keys()].map((name) => join(folder, name));
    const config = ["--config", inProject("deno.json")];
    const results = [await deno("check", ...config, ...files), await deno("lint", ...config, ...files)];
    const text = results.filter(({ code }) => code !== 0).map((result) => translate(result.text, scripts)).join("\n");
    return { ok: faults.length === 0 && results.every(({ code }) => code === 0), text: faults.join("") + text };
  } finally {
    Deno.removeSignalListener("SIGINT", interrupted);
    remove();
  }
}

/** A path for people: from the project's root where it lies in there. */
export function shorten(path: string): string {
  const short = relative(projectRoot, path);
  return short.startsWith("..") ? path : short;
}
