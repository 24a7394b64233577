import { messageOf } from "@/errors.ts";
import type { RunConfig, RunResult } from "./schema.ts";

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** JSON has no NaN: a number that could not be computed is null. */
const number: Check = (value) => value === null || typeof value === "number";
const object: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const CONFIG: [path: string, check: Check, expected: string][] = [
  ["version", (value) => value === 1, "1"],
  ["experiment", text, "a text"],
  ["variant", text, "a text"],
  ["seed", whole, "a whole number"],
  ["backend", text, "a text"],
  ["data", object, "an object"],
  ["settings", object, "an object"],
  ["settings.dataset", text, "a text"],
  ["settings.architecture", text, "a text"],
  ["settings.loss.name", text, "a text"],
  ["settings.loss.options", object, "an object"],
  ["settings.epochs", whole, "a whole number"],
  ["settings.size", whole, "a whole number"],
  ["settings.protocol", (value) => value === null || text(value), "a text or null"],
  ["environment", object, "an object"],
];

const RESULT: typeof CONFIG = [
  ["version", (value) => value === 1, "1"],
  ["experiment", text, "a text"],
  ["variant", text, "a text"],
  ["seed", whole, "a whole number"],
  ["dataset", text, "a text"],
  ["architecture", text, "a text"],
  ["loss", text, "a text"],
  ["epochs", whole, "a whole number"],
  ["data.dataset", text, "a text"],
  ["data.split", text, "a text"],
  ["data.partial", text, "a text"],
  ["data.hash", text, "a text"],
  ["data.count", whole, "a whole number"],
  ["subsets.full", object, "an object"],
  ["meanShape", object, "an object"],
  ["training.seconds", number, "a number"],
  ["training.imagesPerSecond", number, "a number"],
];

const SUBSET: typeof CONFIG = [
  ["count", whole, "a whole number"],
  ["nme", number, "a number"],
  ["failureRate", number, "a number"],
  ["auc", number, "a number"],
  ["protocol", object, "an object"],
];

function at(value: unknown, path: string): unknown {
  for (const key of path.split(".")) {
    if (!object(value) || !Object.hasOwn(value as object, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function demand(value: unknown, checks: typeof CONFIG, source: string, prefix = ""): void {
  for (const [path, check, expected] of checks) {
    const found = at(value, path);
    if (check(found)) continue;
    const shown = found === undefined ? "nothing" : JSON.stringify(found).slice(0, 60);
    throw new SyntaxError(`Cannot read '${source}' as its '${prefix}${path}' is not ${expected}: ${shown}`);
  }
}

function parse(json: string, source: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new SyntaxError(`Cannot read '${source}' as it is not JSON: ${messageOf(error)}`);
  }
}

/**
 * Parses a `config.json`.
 *
 * @throws {SyntaxError} where it lacks something that every run has; the sentence names it.
 */
export function parseConfig(json: string, source: string): RunConfig {
  const config = parse(json, source);
  demand(config, CONFIG, source);
  return config as RunConfig;
}

/**
 * Parses a `result.json`.
 *
 * @throws {SyntaxError} where it lacks something that every result has; the sentence names it.
 */
export function parseResult(json: string, source: string): RunResult {
  const result = parse(json, source);
  demand(result, RESULT, source);
  for (const part of ["subsets", "meanShape"] as const) {
    for (const [name, subset] of Object.entries((result as RunResult)[part])) {
      demand(subset, SUBSET, source, `${part}.${name}.`);
    }
  }
  return result as RunResult;
}
