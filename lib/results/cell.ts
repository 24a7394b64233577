/** A number with its spread over repeated runs, or one that must be printed as its source printed it. */
export interface Measurement {
  /** The number, or the mean over runs. */
  readonly mean: number;
  /** Standard deviation (n - 1); none for a single run. */
  readonly deviation?: number;
  /** Number of runs. */
  readonly count?: number;
  /** How the source printed the number, where that says how exact it is. */
  readonly text?: string;
}

/** What a table holds in one place. Nothing, and a number that could not be computed, show as a dash. */
export type Cell = string | number | Measurement | null | undefined;

/** Rows may only be ranked by a number. */
export function numberOf(cell: Cell): number {
  if (typeof cell === "number") return cell;
  return typeof cell === "object" && cell !== null ? cell.mean : NaN;
}

/** A fraction as percent, without the sign: 0.0375 becomes `3.75`. */
export function percent(digits = 2): (value: number) => string {
  return (value) => (100 * value).toFixed(digits);
}

/** A number with so many digits behind the point. */
export function fixed(digits: number): (value: number) => string {
  return (value) => value.toFixed(digits);
}

/** What a cell says, in parts, so that a format can set the first in bold alone. */
export interface CellText {
  readonly main: string;
  /** As ` ± 0.04`. */
  readonly spread: string;
  /** As ` (3)`. */
  readonly count: string;
}

/** Text without control characters: a name may come from a folder of another's, and must not steer the terminal. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]+/g, " ");
}

/** Text for a cell; a dash stands for nothing. */
export function cellText(cell: Cell, format: (value: number) => string): CellText {
  const bare = (main: string): CellText => ({ main, spread: "", count: "" });
  if (cell === null || cell === undefined || cell === "") return bare("–");
  if (typeof cell === "string") return bare(printable(cell));
  const number = numberOf(cell);
  if (!Number.isFinite(number)) return bare("–");
  if (typeof cell === "number") return bare(format(cell));
  const { deviation, count, text } = cell;
  return {
    main: text ?? format(number),
    spread: deviation === undefined || !Number.isFinite(deviation) ? "" : ` ± ${format(deviation)}`,
    count: count === undefined ? "" : ` (${count})`,
  };
}
