/** Shows how far something slow has come: a line that rewrites itself in a terminal, updated HTML in a notebook. */
export interface Progress {
  /** Reports `done` of the total, with an optional note such as the current loss. */
  update(done: number, note?: string): void;
  /** Ends the line and leaves `note`, or nothing, behind. */
  done(note?: string): void;
}

export interface ProgressOptions {
  /** What is going on, as `Preparing 300w`. */
  label: string;
  total: number;
  /** What is counted, for the rate, as `faces`. @default "" */
  unit?: string;
  /** Shows nothing at all. @default false */
  quiet?: boolean;
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

const SILENT: Progress = { update() {}, done() {} };
let displays = 0;

/** Creates a progress display; it draws at most ten times a second, and no bar where output is not a terminal. */
export function createProgress({ label, total, unit = "", quiet = false }: ProgressOptions): Progress {
  if (quiet) return SILENT;
  const kernel = jupyter();
  const terminal = kernel === undefined && Deno.stderr.isTerminal();
  const started = performance.now();
  const encoder = new TextEncoder();
  const id = `acr-lab-progress-${displays++}`;
  let drawn = -Infinity;
  let shown = false;

  const write = (text: string) => Deno.stderr.writeSync(encoder.encode(text));
  const show = (text: string) => {
    if (kernel) {
      const data = {
        "text/plain": text,
        "text/html": `<code>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</code>`,
      };
      const content = { data, metadata: {}, transient: { display_id: id } };
      const sent = kernel.broadcast(shown ? "update_display_data" : "display_data", content);
      // Deno 2.9.6 returns undefined here, against its own types.
      Promise.resolve(sent).catch(() => {});
    } else if (terminal) {
      let width = 100;
      try {
        width = Deno.consoleSize().columns;
      } catch { /* a pseudo-terminal without a size */ }
      write(`\r\x1b[2K${text.slice(0, width - 1)}`);
    }
    shown = true;
  };

  return {
    update(done, note = "") {
      const now = performance.now();
      if (now - drawn < 100) return;
      drawn = now;
      const seconds = (now - started) / 1000;
      const rate = done / seconds;
      const left = done > 0 ? (total - done) / rate : Infinity;
      const filled = Math.round(24 * Math.min(1, total > 0 ? done / total : 1));
      const bar = "█".repeat(filled) + "░".repeat(24 - filled);
      const speed = done > 0 ? ` ${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)} ${unit}/s` : "";
      show(`${label} ${bar} ${done}/${total}${speed}, ${formatDuration(left)} left${note ? `  ${note}` : ""}`);
    },
    done(note = "") {
      if (kernel) show(note || `${label}: done in ${formatDuration((performance.now() - started) / 1000)}`);
      else if (terminal) write(`\r\x1b[2K${note ? note + "\n" : ""}`);
      else if (note) write(note + "\n");
    },
  };
}
