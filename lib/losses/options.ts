import { nearest } from "@/errors.ts";

/** A number that a loss takes. */
export interface NumberOption {
  /** A finite number. */
  readonly kind: "number";
  /** What stands for an option left out. */
  readonly default: number;
  /** Values must be greater than this. */
  readonly above?: number;
  /** Values must be this or greater. */
  readonly min?: number;
  /** What it does, for people. */
  readonly about: string;
}

/** One of a few names that a loss takes. */
export interface ChoiceOption {
  /** One of several words. */
  readonly kind: "choice";
  /** What stands for an option left out. */
  readonly default: string;
  /** The words. */
  readonly values: readonly string[];
  /** What it does, for people. */
  readonly about: string;
}

/** The options of one loss, by name: what exists, what is allowed, and what it means. */
export type OptionSchema = Readonly<Record<string, NumberOption | ChoiceOption>>;

/** The values that a schema allows, each present. */
export type Resolved<Schema extends OptionSchema> = {
  readonly [Name in keyof Schema]: Schema[Name] extends { readonly values: readonly (infer Value)[] } ? Value : number;
};

/** Values as they are given, before they are checked. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** What a difference of coordinates is measured in: `normalised`, fractions of the crop's side, or `pixel`, its pixels. */
export type LossUnit = "normalised" | "pixel";

/** The option `unit`, common to all losses, which differ in its default only. */
export function unitOption<Unit extends LossUnit>(unit: Unit) {
  return {
    kind: "choice",
    default: unit,
    values: ["normalised", "pixel"],
    about: "what errors are measured in: fractions of the crop's side, or its pixels",
  } as const satisfies ChoiceOption;
}

/** The option `scale`, common to all losses. */
export const scaleOption = {
  kind: "number",
  default: 1,
  above: 0,
  about: "the whole loss is multiplied by this",
} as const satisfies NumberOption;

/**
 * Fills in defaults and checks what was given; an option that is `undefined` counts as not given.
 *
 * @throws {RangeError} if an option does not exist or a value is out of range, saying what exists
 * @throws {TypeError} if a value is of the wrong type
 */
export function resolveOptions<const Schema extends OptionSchema>(
  loss: string,
  schema: Schema,
  given: GivenOptions = {},
): Resolved<Schema> {
  const action = `Cannot create loss '${loss}'`;
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(schema, name)) continue;
    const [near] = nearest(name, Object.keys(schema), 1);
    throw new RangeError(
      `${action} as it has no option '${name}'${near ? ` (did you mean '${near}'?)` : ""}: ` +
        `it has ${Object.keys(schema).join(", ")}`,
    );
  }
  const resolved: Record<string, string | number> = {};
  for (const [name, option] of Object.entries(schema)) {
    const value = given[name] ?? option.default;
    if (option.kind === "choice") {
      if (typeof value !== "string" || !option.values.includes(value)) {
        throw new RangeError(`${action} as option '${name}' is none of ${option.values.join(", ")}: ${show(value)}`);
      }
      resolved[name] = value;
      continue;
    }
    if (typeof value !== "number") {
      throw new TypeError(`${action} as option '${name}' must be a number: ${show(value)}`);
    }
    const { above = -Infinity, min = -Infinity } = option;
    if (!Number.isFinite(value) || value <= above || value < min) {
      const bound = above > -Infinity ? ` above ${above}` : min > -Infinity ? ` of ${min} or more` : "";
      throw new RangeError(`${action} as option '${name}' must be a finite number${bound}: ${show(value)}`);
    }
    resolved[name] = value;
  }
  return resolved as Resolved<Schema>;
}

/** The number of crop units in one loss unit: what a normalised error is multiplied by. */
export function unitFactor(loss: string, unit: LossUnit, size: number | undefined): number {
  if (unit === "normalised") return 1;
  if (typeof size !== "number" || !(Number.isFinite(size) && size > 0)) {
    throw new RangeError(
      `Cannot create loss '${loss}' as unit 'pixel' needs the crop's side, a positive number of pixels: ${size}`,
    );
  }
  return size;
}

function show(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : JSON.stringify(value) ?? String(value);
}
