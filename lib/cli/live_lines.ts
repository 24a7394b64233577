/** Lines that are drawn over in a terminal; elsewhere nothing is drawn. */
export interface LiveLines {
  draw(lines: readonly string[]): void;
  /** Takes them away. */
  clear(): void;
}

/** Draws at the end of standard error, no more lines than fit. */
export function createLiveLines(enabled: boolean = Deno.stderr.isTerminal()): LiveLines {
  if (!enabled) return { draw() {}, clear() {} };
  const encoder = new TextEncoder();
  let drawn = 0;
  const write = (text: string) => Deno.stderr.writeSync(encoder.encode(text));
  const up = () => drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : "";
  return {
    draw(lines) {
      let columns = 100, rows = 30;
      try {
        ({ columns, rows } = Deno.consoleSize());
      } catch { /* a pseudo-terminal without a size */ }
      const shown = lines.slice(0, Math.max(1, rows - 2)).map((line) => line.slice(0, columns - 1));
      write(up() + shown.join("\n") + "\n");
      drawn = shown.length;
    },
    clear() {
      write(up());
      drawn = 0;
    },
  };
}
