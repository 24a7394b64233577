import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Json } from "./schema.ts";

/** What decides where a run lies: what was asked, never the time. */
export interface RunName {
  /** Name of the page under `experiments/`, as `300w-mnv2`. */
  readonly experiment: string;
  /** As {@linkcode variantName} makes it. */
  readonly variant: string;
  /** Of the run. */
  readonly seed: number;
}

const EXPERIMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const VARIANT = /^[A-Za-z0-9][A-Za-z0-9._,=+%~-]{0,199}$/;
/** Leaves room for a hash below the 255 bytes that file systems allow. */
const LONGEST = 160;

const encode = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._+-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");

const encodeValue = (value: Json): string => {
  if (Array.isArray(value)) return value.map(encodeValue).join("+");
  return encode(typeof value === "string" ? value : JSON.stringify(value));
};

/**
 * Names a variant of an experiment: the loss, then every setting that differs from the page's, sorted by name, as
 * `acr` or `acr,epochs=5,size=112`. Characters that a file name or a shell may not like become `%XX`; a name that would
 * be too long ends in a hash of itself.
 *
 * @throws {TypeError} where the loss has no name.
 */
export function variantName(loss: string, changed: Readonly<Record<string, Json>> = {}): string {
  if (loss === "") throw new TypeError("Cannot name a variant as its loss has no name: ''");
  const parts = Object.keys(changed).sort().map((key) => `${encode(key)}=${encodeValue(changed[key]!)}`);
  const name = [encode(loss), ...parts].join(",");
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, LONGEST)}~${createHash("sha256").update(name).digest("hex").slice(0, 12)}`;
}

/**
 * The folder of a run, `<root>/<experiment>/<variant>/seed-<n>`.
 *
 * @throws {RangeError} where a part could lead elsewhere or is no safe file name.
 */
export function runPath(root: string, { experiment, variant, seed }: RunName): string {
  if (!EXPERIMENT.test(experiment)) {
    throw new RangeError(
      `Cannot place a run as its experiment's name must be letters, digits, '.', '_' and '-': '${experiment}'`,
    );
  }
  if (!VARIANT.test(variant)) {
    throw new RangeError(
      `Cannot place a run as its variant must be made of letters, digits and '._,=+%~-' (see variantName()): '${variant}'`,
    );
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`Cannot place a run as its seed must be a whole number from 0: ${seed}`);
  }
  return join(root, experiment, variant, `seed-${seed}`);
}
