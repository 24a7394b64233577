/** Lines that are drawn over in a terminal; elsewhere nothing is drawn. */
export interface LiveLines {
  draw(lines: readonly string[]): void;
  /** Takes them away. */
  clear(): void;
}

export interface LiveLinesOptions {
  /** @default whether standard error is a terminal */
  enabled?: boolean;
  /** @default standard error */
  write?: (text: string) => void;
  /** @default the terminal's */
  size?: () => { columns: number; rows: number };
}

const toStandardError = (text: string) => void Deno.stderr.writeSync(new TextEncoder().encode(text));

/** Draws at the end of standard error, no more and no longer lines than fit. */
export function createLiveLines(options: LiveLinesOptions = {}): LiveLines {
  const { enabled = Deno.stderr.isTerminal(), write = toStandardError, size = Deno.consoleSize } = options;
  if (!enabled) return { draw() {}, clear() {} };
  let drawn = 0;
  const back = () => drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : "";
  return {
    draw(lines) {
      let columns = 100, rows = 30;
      try {
        ({ columns, rows } = size());
      } catch { /* a pseudo-terminal without a size */ }
      const room = Math.max(1, rows - 2);
      const shown = lines.length <= room ? [...lines] : lines.slice(0, room - 1);
      if (shown.length < lines.length) shown.push(`  and ${lines.length - shown.length} more`);
      write(`${back()}${shown.map((line) => `${line.slice(0, columns - 1)}\n`).join("")}`);
      drawn = shown.length;
    },
    clear() {
      write(back());
      drawn = 0;
    },
  };
}
