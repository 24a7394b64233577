/** The shares of explained variance, in percent, that the paper's Smooth-Faces go through. */
export const PAPER_PERCENTAGES = [80, 85, 90, 95, 97] as const;

/** One of {@linkcode PAPER_PERCENTAGES}. */
export type PaperPercentage = typeof PAPER_PERCENTAGES[number];

/** The first epoch (0-based) of each of {@linkcode PAPER_PERCENTAGES} in the paper's run of 150. */
const PAPER_STARTS = [0, 16, 31, 71, 101] as const;
const PAPER_EPOCHS = 150;

/**
 * The paper's percentage for an epoch: 80, 85, 90, 95, 97 from epochs 0, 16, 31, 71, 101 of 150, in proportion for
 * other lengths.
 *
 * @param epoch 0-based
 * @param epochs Length of the run.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { percentageAt } from "@/mod.ts";
 *
 * assert.deepEqual([0, 20, 50, 90, 149].map((epoch) => percentageAt(epoch, 150)), [80, 85, 90, 95, 97]);
 * ```
 */
export function percentageAt(epoch: number, epochs: number): PaperPercentage {
  checkEpoch(epoch, epochs);
  // In whole numbers, as 16 / 150 * epochs would round.
  const level = PAPER_STARTS.findLastIndex((start) => epoch * PAPER_EPOCHS >= start * epochs);
  return PAPER_PERCENTAGES[level]!;
}

/** One stage of a custom schedule. */
export interface PercentageStage {
  /** Where it starts, as a share of the run in [0, 1). */
  from: number;
  /** Explained variance in percent, in (0, 100]. */
  percent: number;
}

/** `"paper"`; one number for a percentage that never changes; or stages of one's own, the first from 0. */
export type PercentageScheduleOptions = "paper" | number | readonly PercentageStage[];

/** Which explained variance the Smooth-Faces of an epoch keep. */
export interface PercentageSchedule {
  /** Short text that {@linkcode parsePercentageSchedule} reads back, as `paper`, `90` or `0:80,0.5:95`. */
  readonly name: string;
  /** Every percentage that occurs, ascending: what a difficulty table must hold. */
  readonly percentages: readonly number[];
  /** The percentage of a 0-based epoch of a run of `epochs`. */
  at(epoch: number, epochs: number): number;
}

/**
 * Creates a schedule.
 *
 * @throws {RangeError} if a percentage is not in (0, 100], or stages do not start at 0 and go on in ascending order
 */
export function createPercentageSchedule(options: PercentageScheduleOptions = "paper"): PercentageSchedule {
  const action = "Cannot create a percentage schedule";
  if (options === "paper") return { name: "paper", percentages: PAPER_PERCENTAGES, at: percentageAt };
  const given = typeof options === "number" ? [{ from: 0, percent: options }] : options;
  if (!Array.isArray(given) || given.length === 0) {
    throw new TypeError(
      `${action} as it must be 'paper', a percentage or a list of stages: ${JSON.stringify(options)}`,
    );
  }
  // Six digits, as the keys of a difficulty table have.
  const stages = (given as PercentageStage[]).map(({ from, percent }) => ({
    from,
    percent: Number(percent.toFixed(6)),
  }));
  for (const [i, { from, percent }] of stages.entries()) {
    if (!(percent > 0 && percent <= 100)) {
      throw new RangeError(`${action} as a percentage must be in (0, 100]: ${percent}`);
    }
    if (i === 0 ? from !== 0 : !(from > stages[i - 1]!.from && from < 1)) {
      throw new RangeError(`${action} as stages must start at 0 and ascend below 1: stage ${i} starts at ${from}`);
    }
  }
  return {
    name: typeof options === "number"
      ? String(stages[0]!.percent)
      : stages.map(({ from, percent }) => `${from}:${percent}`).join(","),
    percentages: [...new Set(stages.map(({ percent }) => percent))].sort((a, b) => a - b),
    at(epoch, epochs) {
      checkEpoch(epoch, epochs);
      // A hair early, as 0.07 * 100 comes out above 7.
      return stages.findLast(({ from }) => epoch + 1e-9 >= from * epochs)!.percent;
    },
  };
}

/**
 * Parses a schedule as a command line gives it: `paper`, `90`, or stages `from:percent` as `0:80,0.5:95`.
 *
 * @throws {SyntaxError} if it is none of these
 * @throws as {@linkcode createPercentageSchedule}
 */
export function parsePercentageSchedule(text: string): PercentageSchedule {
  const number = String.raw`\d+(?:\.\d+)?|\.\d+`;
  if (text === "paper") return createPercentageSchedule("paper");
  if (new RegExp(`^(?:${number})$`).test(text)) return createPercentageSchedule(Number(text));
  const stages = text.split(",").map((stage) => new RegExp(`^\\s*(${number}):(${number})\\s*$`).exec(stage));
  if (stages.includes(null)) {
    throw new SyntaxError(
      `Cannot parse a percentage schedule as it is neither 'paper', a percentage, nor stages such as 0:80,0.5:95: '${text}'`,
    );
  }
  return createPercentageSchedule(stages.map((stage) => ({ from: Number(stage![1]), percent: Number(stage![2]) })));
}

function checkEpoch(epoch: number, epochs: number): void {
  if (!Number.isInteger(epochs) || epochs < 1 || !Number.isInteger(epoch) || epoch < 0 || epoch >= epochs) {
    throw new RangeError(`Cannot choose a percentage as the epoch must be 0 to ${epochs - 1}: ${epoch}`);
  }
}
