/** Shows how far something slow has come: a line that rewrites itself in a terminal, updated HTML in a notebook. */
export interface Progress {
  /** Reports `done` of the total, with an optional note such as the current loss. */
  update(done: number, note?: string): void;
  /** Ends the line and leaves `note`, or nothing, behind. */
  done(note?: string): void;
  /** Ends the line where it stands: the work was interrupted, or failed. */
  stop(): void;
}

/** How a progress is shown. */
export interface ProgressOptions {
  /** What is going on, as `Preparing 300w`. */
  label: string;
  /** How much there is to do, in units. */
  total: number;
  /** What is counted, for the rate, as `faces`. @default "" */
  unit?: string;
  /** Shows nothing at all. @default false */
  quiet?: boolean;
  /** Where in a notebook: several progresses in one place follow each other there. @default one of its own */
  place?: ProgressPlace;
  /** Makes displays; for tests. @default the notebook's, if any */
  kernel?: Pick<typeof Deno.jupyter, "broadcast"> | undefined;
}

/**
 * A place in a notebook's output that progresses take in turn, as the epochs of a training do: the last one's line stands
 * below the bar of the next, and is all that stays. A terminal keeps the line of each.
 */
export class ProgressPlace {
  static #made = 0;
  readonly #id = `acr-lab-progress-${Deno.pid}-${ProgressPlace.#made++}`;
  #shown = false;
  #last = "";

  /** Shows a line, with a bar or without, over the last line of the progress before; or, where that ends, in its place. */
  draw(kernel: Pick<typeof Deno.jupyter, "broadcast">, { text, bar, ended }: {
    text: string;
    bar?: { done: number; total: number };
    ended?: boolean;
  }): void {
    const lines = ended || this.#last === "" ? [text] : [text, this.#last];
    if (ended) this.#last = text;
    const meter = bar
      ? `<progress value="${bar.done}" max="${bar.total}" style="width: 12em; vertical-align: middle"></progress> `
      : "";
    // No <code>: JupyterLab gives that a ground of its own, line by line.
    const style =
      "white-space: pre-wrap; font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px)";
    const html = `<div style="${style}">${meter}${lines.map(escape).join("\n")}</div>`;
    const data = { "text/plain": lines.join("\n"), "text/html": html };
    const content = { data, metadata: {}, transient: { display_id: this.#id } };
    const sent = kernel.broadcast(this.#shown ? "update_display_data" : "display_data", content);
    this.#shown = true;
    // Deno 2.9.6 returns undefined here, against its own types.
    Promise.resolve(sent).catch(() => {});
  }
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** The kernel's display interface, or undefined outside a notebook, where the bare getter throws. */
export function jupyter(): typeof Deno.jupyter | undefined {
  try {
    return Deno.jupyter;
  } catch {
    return undefined;
  }
}

/** A time span for people: `8 s`, `3 min 20 s`, `2 h 05 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.round(seconds) % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

const SILENT: Progress = { update() {}, done() {}, stop() {} };

/**
 * Creates a progress display; it draws at most ten times a second, and no bar where output is not a terminal.
 *
 * @example
 * ```ts
 * import { createProgress } from "@/mod.ts";
 *
 * const files = ["a.pts", "b.pts"];
 * const progress = createProgress({ label: "Reading", total: files.length, unit: "files" });
 * for (const [i, file] of files.entries()) {
 *   progress.update(i, file);
 * }
 * progress.done("2 files");
 * ```
 */
export function createProgress(options: ProgressOptions): Progress {
  const { label, total, unit = "", quiet = false, kernel = jupyter(), place = new ProgressPlace() } = options;
  if (quiet) return SILENT;
  const terminal = kernel === undefined && Deno.stderr.isTerminal();
  const started = performance.now();
  const encoder = new TextEncoder();
  let drawn = -Infinity;
  let count = 0;

  const write = (text: string) => Deno.stderr.writeSync(encoder.encode(text));
  const seconds = () => (performance.now() - started) / 1000;
  const counted = () => `${count}/${total}${unit ? ` ${unit}` : ""}`;

  return {
    update(done, note = "") {
      count = done;
      const now = performance.now();
      if (now - drawn < 100) return;
      drawn = now;
      const rate = done / seconds();
      const left = done > 0 ? (total - done) / rate : Infinity;
      const speed = done > 0 ? `${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)} ${unit}/s, ` : "";
      const end = `${speed}${formatDuration(left)} left${note ? `  ${note}` : ""}`;
      if (kernel) {
        place.draw(kernel, { text: `${label}  ${counted()}  ${end}`, bar: { done, total } });
      } else if (terminal) {
        const filled = Math.round(24 * Math.min(1, total > 0 ? done / total : 1));
        const bar = "█".repeat(filled) + "░".repeat(24 - filled);
        let width = 100;
        try {
          width = Deno.consoleSize().columns;
        } catch { /* a pseudo-terminal without a size */ }
        write(`\r\x1b[2K${`${label} ${bar} ${done}/${total} ${end}`.slice(0, width - 1)}`);
      }
    },
    done(note = "") {
      if (kernel) {
        place.draw(kernel, { text: note || `${label}: done in ${formatDuration(seconds())}`, ended: true });
      } else if (terminal) write(`\r\x1b[2K${note ? note + "\n" : ""}`);
      else if (note) write(note + "\n");
    },
    stop() {
      if (kernel) place.draw(kernel, { text: `${label}: stopped at ${counted()}` });
      else if (terminal) write("\r\x1b[2K");
    },
  };
}
