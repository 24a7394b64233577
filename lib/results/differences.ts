import type { Json } from "./schema.ts";

/** One place where two JSON values differ. */
export interface Difference {
  /** As `settings.loss.options.lambda`. */
  readonly key: string;
  /** Undefined where the side has no such key. */
  readonly left: Json | undefined;
  /** Its value on the right; undefined where it is not there. */
  readonly right: Json | undefined;
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Where two JSON values differ, by dotted key, sorted. The order of keys does not count; that of an array does. */
export function differences(left: Json | undefined, right: Json | undefined, key = ""): Difference[] {
  if (isObject(left) && isObject(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
    const own = (value: typeof left, name: string) => Object.hasOwn(value, name) ? value[name] : undefined;
    return keys.flatMap((name) => differences(own(left, name), own(right, name), key ? `${key}.${name}` : name));
  }
  return JSON.stringify(left) === JSON.stringify(right) ? [] : [{ key, left, right }];
}
