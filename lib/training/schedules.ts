import { entryOf, type Options, type OptionValue, resolveOptions } from "./options.ts";

/** The learning rate of a step: a pure function of the step (0-based) and the number of steps of the whole run. */
export type Schedule = (step: number, totalSteps: number) => number;

/** The same learning rate throughout. */
export function constantSchedule({ learningRate }: { learningRate: number }): Schedule {
  return () => learningRate;
}

/** `learningRate / (1 + decay * step)`: the legacy Keras decay of the ACR authors' training. */
export function decaySchedule({ learningRate, decay }: { learningRate: number; decay: number }): Schedule {
  return (step) => learningRate / (1 + decay * step);
}

export interface CosineOptions {
  /** The peak. */
  learningRate: number;
  /** Share of all steps in which the rate climbs linearly from near 0 to its peak. */
  warmup: number;
  /** The rate of the last step, as a share of the peak. */
  final: number;
}

/** Linear warm-up, then half a cosine from the peak down to `final * learningRate` (Loshchilov and Hutter, 2017). */
export function cosineSchedule({ learningRate, warmup, final }: CosineOptions): Schedule {
  return (step, totalSteps) => {
    const climbing = Math.round(warmup * totalSteps);
    if (step < climbing) return learningRate * (step + 1) / climbing;
    const last = totalSteps - 1 - climbing;
    const progress = last > 0 ? Math.min(1, (step - climbing) / last) : 1;
    return learningRate * (final + (1 - final) * (1 + Math.cos(Math.PI * progress)) / 2);
  };
}

export interface StepOptions {
  learningRate: number;
  /** Each drop multiplies the rate by this. */
  factor: number;
  /** When to drop, as shares of all steps. */
  at: readonly number[];
}

/** Drops the rate by a factor at fixed shares of the run, as PIPNet and HRNet do. */
export function stepSchedule({ learningRate, factor, at }: StepOptions): Schedule {
  return (step, totalSteps) => learningRate * factor ** at.filter((share) => step >= share * totalSteps).length;
}

const learningRate = { type: "number", default: 1e-3, above: 0, about: "The (largest) learning rate." } as const;

// deno-lint-ignore no-explicit-any -- each factory has its own options; `resolveOptions` checks them
const SCHEDULES: Readonly<Record<string, { options: Options; create: (options: any) => Schedule }>> = {
  constant: { options: { learningRate }, create: constantSchedule },
  decay: {
    options: {
      learningRate,
      decay: { type: "number", default: 1e-5, minimum: 0, about: "rate / (1 + decay * step)." },
    },
    create: decaySchedule,
  },
  cosine: {
    options: {
      learningRate,
      warmup: { type: "number", default: 0.05, minimum: 0, below: 1, about: "Share of the steps that climb." },
      final: { type: "number", default: 0.01, minimum: 0, maximum: 1, about: "Last rate as a share of the largest." },
    },
    create: cosineSchedule,
  },
  step: {
    options: {
      learningRate,
      factor: { type: "number", default: 0.1, above: 0, maximum: 1, about: "Each drop multiplies the rate by this." },
      at: { type: "numbers", default: [0.5, 0.75], about: "When to drop, as shares of the run." },
    },
    create: stepSchedule,
  },
};

/** The names that {@linkcode createSchedule} takes. */
export function scheduleNames(): string[] {
  return Object.keys(SCHEDULES);
}

/** The options that a schedule takes, with their defaults and limits. */
export function scheduleOptions(name: string): Options {
  return entryOf("a learning-rate schedule", SCHEDULES, name).options;
}

/** Checks options and fills in the defaults; errors as {@linkcode resolveOptions}. */
export function resolveScheduleOptions(
  name: string,
  options: Readonly<Record<string, unknown>> = {},
): Record<string, OptionValue> {
  return resolveOptions(`schedule '${name}'`, scheduleOptions(name), options);
}

/** Creates a schedule by name, as `createSchedule("cosine", { learningRate: 2e-3 })`. */
export function createSchedule(name: string, options: Readonly<Record<string, unknown>> = {}): Schedule {
  const entry = entryOf("a learning-rate schedule", SCHEDULES, name);
  return entry.create(resolveScheduleOptions(name, options));
}
