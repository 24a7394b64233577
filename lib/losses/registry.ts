import { nearest } from "@/errors.ts";
import { acrLoss, acrOptions } from "./acr.ts";
import { l1Loss, l1Options } from "./l1.ts";
import { l2Loss, l2Options } from "./l2.ts";
import { logCoshLoss, logCoshOptions } from "./log_cosh.ts";
import type { Loss } from "./loss.ts";
import type { GivenOptions, OptionSchema } from "./options.ts";
import { rectifiedWingLoss, rectifiedWingOptions } from "./rectified_wing.ts";
import { smoothL1Loss, smoothL1Options } from "./smooth_l1.ts";
import { softWingLoss, softWingOptions } from "./soft_wing.ts";
import { wingLoss, wingOptions } from "./wing.ts";

/** What a loss learns from the run that it belongs to. */
export interface LossContext {
  /** Side of the crops in pixels. */
  size: number;
}

interface Entry {
  options: OptionSchema;
  // Each factory checks what it is given against its schema, so untyped options are safe here.
  create: (options: GivenOptions & LossContext) => Loss;
}

const LOSSES: Readonly<Record<string, Entry>> = {
  "acr": { options: acrOptions, create: acrLoss },
  "l2": { options: l2Options, create: l2Loss },
  "l1": { options: l1Options, create: l1Loss },
  "smooth-l1": { options: smoothL1Options, create: smoothL1Loss },
  "wing": { options: wingOptions, create: wingLoss },
  "soft-wing": { options: softWingOptions, create: softWingLoss },
  "rectified-wing": { options: rectifiedWingOptions, create: rectifiedWingLoss },
  "log-cosh": { options: logCoshOptions, create: logCoshLoss },
};

/** The names of all losses. */
export function lossNames(): string[] {
  return Object.keys(LOSSES);
}

/** The options of a loss, with their defaults, ranges and meanings. */
export function lossOptions(name: string): OptionSchema {
  return find(name).options;
}

/**
 * Creates a loss by name.
 *
 * @param options As {@linkcode lossOptions} lists them; what is left out has its default.
 * @throws {RangeError} if there is no such loss or option, or a value is out of range; it lists what exists
 * @throws {TypeError} if a value is of the wrong type
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createLoss, lossNames } from "@/mod.ts";
 *
 * assert.ok(lossNames().includes("wing"));
 * const loss = createLoss("wing", { w: 10 }, { size: 224 });
 * assert.equal(loss.options.w, 10);
 * ```
 */
export function createLoss(name: string, options: GivenOptions, { size }: LossContext): Loss {
  const entry = find(name);
  if (Object.hasOwn(options, "size")) {
    throw new RangeError(
      `Cannot create loss '${name}' as it has no option 'size', which is the run's: it has ${
        Object.keys(entry.options).join(", ")
      }`,
    );
  }
  return entry.create({ ...options, size });
}

function find(name: string): Entry {
  if (Object.hasOwn(LOSSES, name)) return LOSSES[name]!;
  const [near] = nearest(name, lossNames(), 1);
  throw new RangeError(
    `Cannot create loss '${name}' as there is no such loss${near ? ` (did you mean '${near}'?)` : ""}: ` +
      `there are ${lossNames().join(", ")}`,
  );
}
