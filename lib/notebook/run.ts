import { basename, dirname, resolve } from "node:path";
import { TextLineStream } from "./lines.ts";
import { createProgress, formatDuration } from "@/progress.ts";
import { inProject } from "@/paths.ts";
import type { NotebookEnvironment } from "./environment.ts";

export interface RunNotebookOptions {
  environment: NotebookEnvironment;
  /** Where to write the executed notebook, outputs and all. */
  output: string;
  /** Seconds that one cell may take. @default 600 */
  timeout?: number;
  /** Presses the interrupt button so many seconds after a cell (index among all cells, 0-based) started. */
  interrupt?: { readonly cell: number; readonly seconds: number };
  /** Shows nothing. @default false */
  quiet?: boolean;
}

/** Which cell failed, and why. */
export interface CellFailure {
  /** Index among all cells, 0-based. */
  readonly cell: number;
  readonly id: string;
  readonly source: string;
  /** As `Error`, `SyntaxError`, `Timeout`, `Unhandled rejection`. */
  readonly name: string;
  readonly message: string;
  readonly traceback: string;
}

/** How a headless execution ended. */
export interface NotebookRun {
  readonly notebook: string;
  readonly seconds: number;
  readonly failure?: CellFailure;
}

/**
 * Executes a notebook headless with the project's kernel, in the notebook's own folder.
 *
 * @throws {Error} When the runner itself fails, as by a kernel that does not start.
 */
export async function runNotebook(path: string, options: RunNotebookOptions): Promise<NotebookRun> {
  const { environment, output, timeout = 600, interrupt, quiet = false } = options;
  const started = performance.now();
  const args = [inProject("lib", "notebook", "runner.py"), resolve(path), resolve(output)];
  args.push("--folder", dirname(resolve(path)), "--timeout", String(timeout));
  if (interrupt) args.push("--interrupt-after", `${interrupt.cell}=${interrupt.seconds}`);
  const child = new Deno.Command(environment.python, {
    args,
    env: { ...environment.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let progress: ReturnType<typeof createProgress> | undefined;
  let failure: CellFailure | undefined;
  let done = false;
  for await (const line of child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    let message: { cell?: number; of?: number; failed?: CellFailure; done?: boolean };
    try {
      message = JSON.parse(line);
    } catch {
      continue; // A library of Python's that prints.
    }
    if (message.of !== undefined) {
      progress ??= createProgress({ label: basename(path), total: message.of, unit: "cells", quiet });
      progress.update(message.cell ?? 0);
    }
    failure = message.failed ?? failure;
    done ||= message.done ?? false;
  }
  const { code } = await child.status;
  const seconds = (performance.now() - started) / 1000;
  progress?.done(failure ? "" : `${basename(path)}: ${formatDuration(seconds)}`);
  if (!failure && !done) {
    const reason = (await errors).trim().split("\n").findLast((line) => line.trim() !== "") ?? `exit status ${code}`;
    throw new Error(`Cannot execute the notebook '${path}': ${reason}`);
  }
  await errors;
  return { notebook: path, seconds, ...(failure ? { failure } : {}) };
}

/** A failure for people: the notebook, the cell with its text, and what went wrong. */
export function describeFailure(notebook: string, { cell, source, name, message, traceback }: CellFailure): string {
  const code = source.split("\n").map((line) => `    ${line}`).join("\n");
  const trace = traceback.trim();
  const reason = trace.includes(message) && trace !== "" ? trace : `${name}: ${message}`;
  return `${notebook}: cell ${cell + 1} failed\n\n${code}\n\n${reason}\n`;
}
