/** A `.pts` file of 68 landmarks has about 1.5 kB; one larger than this is something else. */
const LARGEST_FILE = 1 << 20;
const MOST_POINTS = 10_000;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** Options of {@linkcode readPts}. */
export interface PtsOptions {
  /** The number of landmarks that the file must have. @default any number */
  points?: number;
}

/**
 * Parses landmarks in iBUG's `.pts` format: `version: 1`, `n_points: N`, and N lines `x y` between braces.
 *
 * The file counts pixels from 1, as MATLAB does; what is returned counts from 0.
 *
 * @param source what to call the file in an error
 * @returns `[2N]` as `x0, y0, x1, y1, ...` in pixels, pixel centers at whole numbers
 * @throws {SyntaxError} if the text is not of that form
 * @throws {RangeError} if it has another number of landmarks, or one lies outside any picture
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parsePts } from "@/mod.ts";
 *
 * const landmarks = parsePts("version: 1\nn_points: 1\n{\n101.5 57\n}\n", "face.pts");
 * assert.deepEqual([...landmarks], [100.5, 56]);
 * ```
 */
export function parsePts(text: string, source: string, options: PtsOptions = {}): Float64Array {
  const { points } = options;
  const fail = (reason: string) => new SyntaxError(`Cannot read landmarks from '${source}' as ${reason}`);
  const range = (reason: string) => new RangeError(`Cannot read landmarks from '${source}' as ${reason}`);
  const show = (line: string | undefined) =>
    line === undefined ? "end of file" : JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}...` : line);
  if (text.length > LARGEST_FILE) throw range(`a .pts file has ${LARGEST_FILE} characters at most: ${text.length}`);

  const lines = text.split(/\r\n|\n|\r/).map((line, i) => ({ text: line.trim(), number: i + 1 }))
    .filter((line) => line.text !== "");
  const [version, count, open] = lines;
  if (!version || !/^version\s*:\s*1(?:\.0)?$/i.test(version.text)) {
    throw fail(`line ${version?.number ?? 1} must be 'version: 1': ${show(version?.text)}`);
  }
  const claimed = /^n_points\s*:\s*(\d{1,15})$/i.exec(count?.text ?? "")?.[1];
  if (claimed === undefined) {
    throw fail(`line ${count?.number ?? 2} must be 'n_points: N': ${show(count?.text)}`);
  }
  const total = parseInt(claimed);
  if (points !== undefined && total !== points) throw range(`it has another number of points than ${points}: ${total}`);
  if (total < 1 || total > MOST_POINTS) throw range(`it must have 1 to ${MOST_POINTS} points: ${total}`);
  if (open?.text !== "{") throw fail(`line ${open?.number ?? 3} must be '{': ${show(open?.text)}`);

  const landmarks = new Float64Array(2 * total);
  for (let m = 0; m < total; m++) {
    const line = lines[3 + m];
    if (!line || line.text === "}") throw fail(`it ends after ${m} points: expected ${total}`);
    const words = line.text.split(/\s+/);
    if (words.length !== 2) {
      throw fail(`line ${line.number} has ${words.length} ${words.length === 1 ? "number" : "numbers"}: expected 2`);
    }
    for (const [axis, word] of words.entries()) {
      if (!NUMBER.test(word)) throw fail(`line ${line.number} has something that is no number: ${show(word)}`);
      const value = parseFloat(word);
      if (!(Math.abs(value) <= 1e6)) throw range(`line ${line.number} lies outside any picture: ${word}`);
      landmarks[2 * m + axis] = value - 1;
    }
  }
  const close = lines[3 + total];
  if (close?.text !== "}") {
    throw fail(
      `line ${close?.number ?? lines.at(-1)!.number + 1} must be '}' after ${total} points: ${show(close?.text)}`,
    );
  }
  const rest = lines[4 + total];
  if (rest) throw fail(`nothing may follow '}', which line ${rest.number} does: ${show(rest.text)}`);
  return landmarks;
}

/**
 * Reads a `.pts` file.
 *
 * @throws as {@linkcode parsePts}, and `Deno.errors.NotFound` and its like if it cannot be opened
 */
export async function readPts(path: string, options: PtsOptions = {}): Promise<Float64Array> {
  const { size } = await Deno.stat(path);
  if (size > LARGEST_FILE) {
    throw new RangeError(
      `Cannot read landmarks from '${path}' as a .pts file has ${LARGEST_FILE} characters at most: ${size}`,
    );
  }
  return parsePts(await Deno.readTextFile(path), path, options);
}

/**
 * Formats landmarks as the text of a `.pts` file, with six decimals.
 *
 * @param landmarks `[2N]` in pixels counted from 0; the text counts from 1
 * @throws {RangeError} if one is not finite
 */
export function formatPts(landmarks: ArrayLike<number>): string {
  const lines: string[] = [];
  for (let i = 0; i < landmarks.length; i += 2) {
    const x = landmarks[i]!, y = landmarks[i + 1]!;
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      throw new RangeError(`Cannot format landmarks as landmark ${i / 2} is not finite: ${x} ${y}`);
    }
    lines.push(`${(x + 1).toFixed(6)} ${(y + 1).toFixed(6)}`);
  }
  return `version: 1\nn_points: ${lines.length}\n{\n${lines.join("\n")}\n}\n`;
}
