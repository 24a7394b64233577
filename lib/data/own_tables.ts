import { messageOf } from "@/errors.ts";
import { parseJsonc } from "./jsonc.ts";
import { printable, type SourceProblem } from "./source.ts";

const LONGEST_LINE = 1 << 20;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

type Json = Record<string, unknown>;

/** One face of an annotation table. */
export interface OwnFace {
  /** The picture, below the folder. */
  readonly file: string;
  /** `[2M]` in pixels counted from `firstPixel` of `dataset.jsonc`. */
  readonly landmarks: Float64Array;
  readonly split?: "train" | "test";
}

function checkSplit(split: unknown, where: string): { split?: "train" | "test" } {
  if (split === undefined || split === "") return {};
  if (split === "train" || split === "test") return { split };
  throw new SyntaxError(`Cannot read ${where} as split must be train or test: ${JSON.stringify(split)?.slice(0, 40)}`);
}

function checkCoordinate(value: unknown, where: string, what: string): number {
  const number = typeof value === "string" && NUMBER.test(value.trim()) ? parseFloat(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    throw new SyntaxError(`Cannot read ${where} as ${what} is no number: ${JSON.stringify(value)?.slice(0, 40)}`);
  }
  if (!(Math.abs(number) <= 1e6)) {
    throw new RangeError(`Cannot read ${where} as ${what} lies outside any picture: ${number}`);
  }
  return number;
}

/**
 * Splits a line of a CSV file into its fields; a field in quotes may hold commas and doubled quotes.
 *
 * @throws {SyntaxError} if a field begins with a quote and does not end with one
 */
export function splitCsvLine(line: string): string[] {
  const fields: string[] = [];
  const quoted = /\s*"((?:[^"]|"")*)"\s*(?=,|$)/y, bare = /\s*(?!["\s])[^,]*|\s*(?=,|$)/y;
  for (let at = 0; at <= line.length; at++) {
    quoted.lastIndex = bare.lastIndex = at;
    const text = quoted.exec(line) ?? bare.exec(line);
    if (!text) throw new SyntaxError(`Cannot split line as field ${fields.length + 1} has a quote without its end`);
    fields.push(text[1] !== undefined ? text[1].replaceAll('""', '"') : text[0].trim());
    at += text[0].length;
  }
  return fields;
}

/**
 * Parses a table with the columns `file`, `x0`, `y0`, `x1`, `y1`, ... in any order, and optionally `split`.
 *
 * @returns one face or problem per line
 * @throws {SyntaxError} if the header does not have these columns
 */
export function parseOwnCsv(text: string, source: string, points: number): (OwnFace | SourceProblem)[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const header = splitCsvLine(lines[0]!.slice(0, LONGEST_LINE));
  const wanted = ["file", ...Array.from({ length: points }, (_, m) => [`x${m}`, `y${m}`]).flat()];
  const column = new Map(header.map((name, i) => [name, i]));
  const missing = wanted.find((name) => !column.has(name));
  if (missing !== undefined) {
    throw new SyntaxError(`Cannot read '${source}' as its first line lacks the column: ${missing}`);
  }
  const surplus = header.find((name, i) => column.get(name) !== i || (!wanted.includes(name) && name !== "split"));
  if (surplus !== undefined) {
    throw new SyntaxError(
      `Cannot read '${source}' as its columns must be file, x0 to y${points - 1}, split: ${printable(surplus)}`,
    );
  }
  return lines.slice(1).flatMap((line, i): (OwnFace | SourceProblem)[] => {
    if (line.trim() === "") return [];
    const where = `line ${i + 2} of '${source}'`;
    try {
      if (line.length > LONGEST_LINE) {
        throw new RangeError(`Cannot read ${where} as it has more than ${LONGEST_LINE} characters: ${line.length}`);
      }
      const fields = splitCsvLine(line);
      if (fields.length !== header.length) {
        throw new SyntaxError(`Cannot read ${where} as it has ${fields.length} fields: expected ${header.length}`);
      }
      const landmarks = wanted.slice(1).map((name) => checkCoordinate(fields[column.get(name)!], where, name));
      const split = checkSplit(column.has("split") ? fields[column.get("split")!] : undefined, where);
      return [{ file: fields[column.get("file")!]!, landmarks: Float64Array.from(landmarks), ...split }];
    } catch (error) {
      return [{ where, message: messageOf(error) }];
    }
  });
}

/**
 * Parses a list of `{ "file", "points": [[x, y], ...], "split" }`.
 *
 * @returns one face or problem per entry
 * @throws {SyntaxError} if the text is no JSON list
 */
export function parseOwnJson(text: string, source: string, points: number): (OwnFace | SourceProblem)[] {
  const list = parseJsonc(text, source);
  if (!Array.isArray(list)) {
    throw new SyntaxError(`Cannot read '${source}' as it must be a list of faces: ${typeof list}`);
  }
  return list.map((entry: Json, i) => {
    const where = `face ${i} of '${source}'`;
    try {
      const { file, points: pairs, split, ...others } = entry ?? {};
      if (typeof file !== "string") throw new SyntaxError(`Cannot read ${where} as it names no file: ${typeof file}`);
      const [other] = Object.keys(others);
      if (other) {
        throw new SyntaxError(`Cannot read ${where} as its entries must be file, points, split: ${printable(other)}`);
      }
      if (!Array.isArray(pairs) || pairs.length !== points) {
        const found = Array.isArray(pairs) ? pairs.length : typeof pairs;
        throw new SyntaxError(`Cannot read ${where} as it must have ${points} points: ${found}`);
      }
      const landmarks = pairs.flatMap((pair: unknown, m) => {
        if (!Array.isArray(pair) || pair.length !== 2) {
          throw new SyntaxError(
            `Cannot read ${where} as point ${m} must be [x, y]: ${JSON.stringify(pair)?.slice(0, 40)}`,
          );
        }
        return [checkCoordinate(pair[0], where, `x${m}`), checkCoordinate(pair[1], where, `y${m}`)];
      });
      return { file, landmarks: Float64Array.from(landmarks), ...checkSplit(split, where) };
    } catch (error) {
      return { where, message: messageOf(error) };
    }
  });
}

/** Formats faces as the table that {@linkcode parseOwnCsv} reads. */
export function formatOwnCsv(faces: readonly OwnFace[]): string {
  const quote = (text: string) => /[",\s]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const points = (faces[0]?.landmarks.length ?? 0) / 2;
  const columns = Array.from({ length: points }, (_, m) => `x${m},y${m}`);
  const rows = faces.map(({ file, landmarks, split }) => [quote(file), ...landmarks, split ?? ""].join(","));
  return `${[["file", ...columns, "split"].join(","), ...rows].join("\n")}\n`;
}

/** Formats faces as the list that {@linkcode parseOwnJson} reads. */
export function formatOwnJson(faces: readonly OwnFace[]): string {
  const entries = faces.map(({ file, landmarks, split }) => {
    const points = Array.from({ length: landmarks.length / 2 }, (_, m) => [landmarks[2 * m], landmarks[2 * m + 1]]);
    return JSON.stringify({ file, points, ...(split ? { split } : {}) });
  });
  return `[\n${entries.join(",\n")}\n]\n`;
}
