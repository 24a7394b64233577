/**
 * What every notebook does first: `startNotebook()`. It makes up for traps of the Deno kernel: an interrupt, which else
 * kills the kernel with all that it holds; a rejected promise that nobody awaits, which else goes unseen.
 *
 * @module
 */

import { jupyter } from "@/progress.ts";
import { showModelsAsTables } from "./model_summary.ts";

let started = false;
let current: AbortController | undefined;
let interrupts = 0;

/** What the headless runner looks for in a cell's error stream. */
export const UNHANDLED = "Unhandled rejection: ";

/** Options of {@linkcode startNotebook}. */
export interface NotebookOptions {
  /** Where messages go. @default console.error */
  report?: (message: string) => void;
}

/**
 * Prepares the kernel; once is enough, more does no harm. Outside a notebook it does the same for a script.
 *
 * From then on the interrupt button (■) aborts the signal of {@linkcode interruptSignal} and leaves the kernel alive.
 * JavaScript looks at an interrupt only where it awaits: a loop that never does goes on. And a `LayersModel` shows as a
 * table of its layers.
 */
export function startNotebook({ report = console.error }: NotebookOptions = {}): void {
  if (started) return;
  started = true;
  Deno.addSignalListener("SIGINT", () => {
    interrupts++;
    // Replaced first: whoever hears of the abort may ask for the next signal at once.
    const controller = current;
    current = undefined;
    controller?.abort(new DOMException("Interrupted", "AbortError"));
  });
  // The headless runner asks for these at the end: a message that comes after its cell may be lost.
  const unhandled: string[] = [];
  Reflect.set(globalThis, Symbol.for("acr-lab.unhandled"), unhandled);
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    const { reason } = event;
    const text = reason instanceof Error ? reason.stack ?? reason.message : String(reason);
    unhandled.push(text);
    report(UNHANDLED + text);
  });
  showModelsAsTables();
  const kernel = jupyter();
  if (kernel !== undefined) promiseBroadcast(kernel);
}

/** The kernel's `broadcast` is typed to return a promise, and returns nothing in Deno 2.9: `.catch()` on it throws. */
export function promiseBroadcast(kernel: { broadcast(...message: never[]): Promise<void> }): void {
  const { broadcast } = kernel;
  // deno-lint-ignore require-await -- turns what it throws into a rejection, and nothing into a promise
  kernel.broadcast = async (...message) => broadcast(...message);
}

/**
 * A signal that the next interrupt aborts: for `train({ signal: interruptSignal() })` and every other work that takes
 * one. Ask anew for each piece of work: an aborted signal stays aborted.
 */
export function interruptSignal(): AbortSignal {
  current ??= new AbortController();
  return current.signal;
}

/** How many interrupts have come: `while (interruptCount() === before)` suits a loop that awaits something. */
export function interruptCount(): number {
  return interrupts;
}
