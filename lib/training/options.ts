import { nearest } from "@/errors.ts";

/** What one named option may be: its type, its default and its limits. */
export type Option =
  | {
    readonly type: "number";
    readonly default: number;
    /** Smallest value. */
    readonly minimum?: number;
    /** Largest value. */
    readonly maximum?: number;
    /** The value must be less than this. */
    readonly below?: number;
    /** The value must be greater than this. */
    readonly above?: number;
    readonly about: string;
  }
  | { readonly type: "boolean"; readonly default: boolean; readonly about: string }
  | { readonly type: "numbers"; readonly default: readonly number[]; readonly about: string };

/** Options by name. */
export type Options = Readonly<Record<string, Option>>;

/** A resolved value of an {@linkcode Option}. */
export type OptionValue = number | boolean | readonly number[];

/** Looks a name up, or says which names there are. `what` is a noun with its article, as `an optimizer`. */
export function entryOf<T>(what: string, entries: Readonly<Record<string, T>>, name: string): T {
  if (Object.hasOwn(entries, name)) return entries[name]!;
  const names = Object.keys(entries);
  const near = nearest(name, names);
  const hint = near.length > 0 ? `did you mean ${near.join(" or ")}?` : `expected ${names.join(", ")}`;
  throw new RangeError(`Cannot create ${what} as its name is unknown, ${hint}: '${name}'`);
}

/**
 * Checks `given` against the options that `what` (as `schedule 'cosine'`) knows, and fills in the defaults.
 *
 * @throws {RangeError} for an unknown option, or a value outside its limits
 * @throws {TypeError} for a value of the wrong type
 */
export function resolveOptions(
  what: string,
  known: Options,
  given: Readonly<Record<string, unknown>>,
): Record<string, OptionValue> {
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(known, key)) continue;
    const expected = Object.keys(known).join(", ");
    throw new RangeError(`Cannot create ${what} as it has no such option, expected ${expected}: '${key}'`);
  }
  return Object.fromEntries(
    Object.entries(known).map(([key, option]) => [key, checked(what, key, option, given[key] ?? option.default)]),
  );
}

function checked(what: string, key: string, option: Option, value: unknown): OptionValue {
  const shown = typeof value === "string" ? `'${value}'` : String(value);
  if (option.type === "numbers") {
    if (Array.isArray(value) && value.every((item) => Number.isFinite(item))) return value as number[];
    throw new TypeError(`Cannot create ${what} as ${key} must be a list of numbers: ${shown}`);
  }
  if (option.type === "boolean" ? typeof value !== "boolean" : typeof value !== "number") {
    throw new TypeError(`Cannot create ${what} as ${key} must be a ${option.type}: ${shown}`);
  }
  if (option.type === "boolean") return value as boolean;
  const number = value as number;
  const limits: string[] = [];
  if (option.minimum !== undefined) limits.push(`at least ${option.minimum}`);
  if (option.above !== undefined) limits.push(`above ${option.above}`);
  if (option.maximum !== undefined) limits.push(`at most ${option.maximum}`);
  if (option.below !== undefined) limits.push(`below ${option.below}`);
  const inside = number >= (option.minimum ?? -Infinity) && number <= (option.maximum ?? Infinity) &&
    number < (option.below ?? Infinity) && number > (option.above ?? -Infinity);
  if (!inside) {
    throw new RangeError(`Cannot create ${what} as ${key} must be ${limits.join(" and ") || "finite"}: ${shown}`);
  }
  return number;
}
