/** What one setting may be. */
export type Field = {
  /** One line for people. */
  readonly about: string;
  /** Whether `none` (null) is allowed. */
  readonly optional?: boolean;
} & FieldType;

type FieldType =
  | {
    readonly type: "number" | "integer";
    readonly min?: number;
    readonly max?: number;
    readonly above?: number;
    readonly below?: number;
  }
  | { readonly type: "boolean" }
  | { readonly type: "text" }
  | { readonly type: "numbers" }
  | { readonly type: "choice"; readonly values: readonly string[] };

/** A typed value of a setting. */
export type FieldValue = number | boolean | string | readonly number[] | null;

/** Says in words what a field takes, as `a whole number of at least 1`. */
export function expectation(field: Field): string {
  const or = field.optional ? " or none" : "";
  if (field.type === "boolean") return `true or false${or}`;
  if (field.type === "choice") return `one of ${[...field.values, ...(field.optional ? ["none"] : [])].join(", ")}`;
  if (field.type === "text") return `a text${or}`;
  if (field.type === "numbers") return `numbers separated by commas${or}`;
  const { min, max, above, below } = field;
  const limits = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  const kind = field.type === "integer" ? "a whole number" : "a number";
  const joint = limits.length === 0 ? "" : limits[0]!.startsWith("at") ? " of " : " ";
  return `${kind}${joint}${limits.join(" and ")}${or}`;
}

/** Whether a typed value is one that the field takes. */
export function accepts(field: Field, value: unknown): value is FieldValue {
  if (value === null) return field.optional === true;
  switch (field.type) {
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string" && value !== "";
    case "choice":
      return typeof value === "string" && field.values.includes(value);
    case "numbers":
      return Array.isArray(value) && value.every((item) => Number.isFinite(item));
    default: {
      if (typeof value !== "number" || !Number.isFinite(value)) return false;
      if (field.type === "integer" && !Number.isSafeInteger(value)) return false;
      const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = field;
      return value >= min && value <= max && value > above && value < below;
    }
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads a value as a command line gives it; undefined if it is not one that the field takes. */
export function parseField(field: Field, text: string): FieldValue | undefined {
  const value = field.optional && text === "none" ? null : parseTyped(field, text);
  return value !== undefined && accepts(field, value) ? value : undefined;
}

function parseTyped(field: Field, text: string): FieldValue | undefined {
  const number = (part: string) => NUMBER.test(part) ? Number(part) : NaN;
  switch (field.type) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "number":
    case "integer":
      return number(text);
    case "numbers":
      return text === "" ? [] : text.split(",").map((part) => number(part.trim()));
    default:
      return text;
  }
}
