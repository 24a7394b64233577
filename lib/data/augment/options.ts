import { nearest } from "@/errors.ts";
import {
  defaultsOf,
  OPERATION_NAMES,
  type OperationName,
  OPERATIONS,
  type Operations,
  type Parameter,
} from "./operations.ts";
import { PRESET_NAMES, type PresetName, PRESETS } from "./presets.ts";

/** What stands where a turned or shifted picture has no pixels: see {@linkcode AugmentGeometry.fill}. */
export type Fill = "edge" | "black" | "gray";
/** How the turned face is cropped again: see {@linkcode AugmentGeometry.recrop}. */
export type Recrop = "protocol" | "box" | "square" | "none";

const FILLS: readonly Fill[] = ["edge", "black", "gray"];
const RECROPS: readonly Recrop[] = ["protocol", "box", "square", "none"];

/** What stays the same for every face. */
export interface AugmentGeometry {
  /**
   * Crops are tight, so a turned or shifted one shows corners of which the crop holds no pixels. `edge` draws out the
   * nearest border pixel: no false outline for the network to learn.
   *
   * @default "edge"
   */
  fill: Fill;
  /**
   * A turned face no longer fills its crop as the faces of the test set fill theirs. After rotation and shear, and before
   * scale and shift, the crop is therefore made again about the moved landmarks:
   *
   * - `box`: each axis is stretched by itself, so that the landmarks' box is where it was (crops such as `acr-224`);
   * - `square`: one factor for both axes, so that the box keeps its middle and its longer side (crops that keep the aspect);
   * - `protocol`: whichever of the two made the crops of the set;
   * - `none`: the crop stays, and landmarks may leave it.
   *
   * @default "protocol"
   */
  recrop: Recrop;
}

/** One entry per operation: `true` for its defaults, `false` for off, or the parameters that differ from the defaults. */
export type AugmentChoices =
  & Partial<AugmentGeometry>
  & {
    readonly [Name in OperationName]?: boolean | Partial<Operations[Name]>;
  };

/** Options of an augmentation: a preset's, changed by what is given beside it. */
export type AugmentOptions = AugmentChoices & {
  /** @default "none" */
  readonly preset?: PresetName;
};

/** A resolved augmentation, plain JSON: what a run records and a worker receives. Absent operations are off. */
export interface AugmentSettings extends Readonly<AugmentGeometry> {
  /** Those that are on, with their parameters. */
  readonly operations: { readonly [Name in OperationName]?: Readonly<Operations[Name]> };
}

const ACTION = "Cannot read the augmentation options";

/**
 * Resolves a preset's name, or options, into settings; every parameter is checked.
 *
 * @throws {RangeError} For an unknown name, with the nearest known ones, or a value out of its range.
 * @throws {TypeError} For a value of a wrong type.
 */
export function resolveAugment(augment: PresetName | AugmentOptions): AugmentSettings {
  const options: Record<string, unknown> = typeof augment === "string"
    ? { preset: augment }
    : object("augment", augment);
  const preset = oneOf("preset", options.preset ?? "none", PRESET_NAMES);
  const base: Record<string, unknown> = PRESETS[preset];
  for (const key of Object.keys(options)) {
    if (!["preset", "fill", "recrop", ...OPERATION_NAMES].includes(key)) {
      throw unknown("operation", key, [...OPERATION_NAMES, "preset", "fill", "recrop"]);
    }
  }
  const operations: Record<string, Record<string, unknown>> = {};
  for (const name of OPERATION_NAMES) {
    const chosen = options[name] ?? base[name] ?? false;
    if (chosen === false) continue;
    const before = typeof base[name] === "object" ? base[name] : {};
    const changes = chosen === true ? {} : object(name, chosen);
    operations[name] = checked(name, { ...defaultsOf(name), ...before, ...changes });
  }
  return {
    fill: oneOf("fill", options.fill ?? base.fill ?? "edge", FILLS),
    recrop: oneOf("recrop", options.recrop ?? base.recrop ?? "protocol", RECROPS),
    operations: operations as AugmentSettings["operations"],
  };
}

/** Says in words what an augmentation does, one operation a line, in the order of application. */
export function describeAugment(settings: AugmentSettings): string[] {
  const lines = OPERATION_NAMES.flatMap((name) => {
    const values = settings.operations[name];
    if (!values) return [];
    const text = Object.entries(values).map(([key, value]) =>
      `${key} ${typeof value === "number" ? +value.toFixed(4) : value}`
    );
    return [`${name}: ${OPERATIONS[name].description} (${text.join(", ")})`];
  });
  return lines.length
    ? [...lines, `recrop: ${settings.recrop}; fill: ${settings.fill}`]
    : ["none: the faces as they are"];
}

function checked(name: OperationName, values: Record<string, unknown>): Record<string, unknown> {
  const parameters: Readonly<Record<string, Parameter>> = OPERATIONS[name].parameters;
  for (const [key, value] of Object.entries(values)) {
    const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
    if (!parameter) throw unknown(`parameter of ${name}`, key, Object.keys(parameters), `${name}.${key}`);
    if ("choices" in parameter) {
      oneOf(`${name}.${key}`, value, parameter.choices);
      continue;
    }
    if (typeof value !== "number") {
      throw new TypeError(`${ACTION} as ${name}.${key} is not a number: ${JSON.stringify(value)}`);
    }
    const { low, high, whole } = parameter;
    if (!(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
      throw new RangeError(
        `${ACTION} as ${name}.${key} is not a ${whole ? "whole " : ""}number from ${low} to ${high}: ${value}`,
      );
    }
  }
  if (typeof values.min === "number" && typeof values.max === "number" && values.min > values.max) {
    throw new RangeError(`${ACTION} as ${name}.min is above ${name}.max: ${values.min} and ${values.max}`);
  }
  return values;
}

function oneOf<T extends string>(key: string, value: unknown, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  throw new RangeError(`${ACTION} as ${key} is none of ${known.join(", ")}: ${JSON.stringify(value)}`);
}

function object(key: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TypeError(
    `${ACTION} as ${key} is neither ${key === "augment" ? "a preset's name" : "true, false"} nor an object: ${
      JSON.stringify(value)
    }`,
  );
}

function unknown(what: string, key: string, known: readonly string[], shown = key): RangeError {
  const close = nearest(key, known);
  const hint = close.length ? `did you mean ${close.join(" or ")}` : `known are ${known.join(", ")}`;
  return new RangeError(`${ACTION} as there is no such ${what}, ${hint}: '${shown}'`);
}
