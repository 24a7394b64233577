import type { AugmentOptions, PresetName } from "@/data/augment.ts";
import type { DifficultyVariant } from "@/shape/difficulty.ts";
import type { EvaluatedFaces } from "./settings.ts";
import type { ErrorSpace, Normalizer } from "@/evaluation/nme.ts";

/** A loss, an optimizer or a schedule: its name, or its name with the options that differ from the defaults. */
export type Named = string | {
  readonly name: string;
  readonly [option: string]: string | number | boolean | readonly number[];
};

/**
 * An experiment as its page states it, in the order in which it happens: data, model, loss, optimizer, evaluation. What
 * a page leaves out has the default given here; `deno task experiment NAME --set key=value` changes any of it.
 */
export interface ExperimentPage {
  /** One line for lists. */
  readonly summary: string;
  /** How long it takes, and on what; or that it has not been measured. */
  readonly duration?: string;
  /** Numbers to expect; or that none were measured, and why. */
  readonly expected?: string;

  /** As `deno task data` lists them: `300w`, `cofw`, `wflw`, `synthetic`, ... */
  readonly dataset: string;
  /** Crop protocol. @default the dataset's own */
  readonly protocol?: string;
  /** Side of the crops in pixels. @default 224 */
  readonly size?: number;
  /** Faces per split at most. @default all */
  readonly limit?: number;
  /** How many synthetic faces are drawn, and from what seed. @default { train: 2000, test: 400, seed: 0 } */
  readonly synthetic?: { readonly train?: number; readonly test?: number; readonly seed?: number };
  /** A preset's name, or options. @default "basic" */
  readonly augmentation?: PresetName | AugmentOptions;
  /** Share of the training faces that is held out to follow and choose epochs. @default 0.05 */
  readonly validation?: number;

  /** As `deno task models` lists them: `mnv2`, `efnb0`, ... */
  readonly architecture: string;
  /** Options of the network. */
  readonly model?: {
    /** Dropout before the last layer. @default the network's own */
    readonly dropout?: number | null;
    /** What the untrained network answers. @default "mean-shape" */
    readonly initialOutput?: "mean-shape" | "zeros";
    /**
     * Weight of the old moving averages of batch norm at each step; null for the network's own (0.999 for MobileNetV2,
     * which needs thousands of steps). @default 0.99
     */
    readonly batchNormMomentum?: number | null;
    /** Width multiplier of MobileNetV2. @default 1 */
    readonly alpha?: number | null;
    /** Drop-connect rate of an EfficientNet. @default the network's own */
    readonly dropConnect?: number | null;
  };
  /** A weights file (.h5, .keras, .ckpt) or a run directory to start from. @default none */
  readonly init?: string | null;

  /** Name and options of the loss. @default "acr" */
  readonly loss?: Named;
  /** Difficulty Phi, for losses that use it. */
  readonly difficulty?: {
    /** `paper`, a percentage, or stages as `0:80,0.5:95`. @default "paper" */
    readonly schedule?: string;
    /** @default "coordinate" */
    readonly variant?: DifficultyVariant;
    /** The smallest Phi: `floor + (1 - floor) Phi` is what the loss is given. @default 0 */
    readonly floor?: number;
  };
  /** Name and options of the optimizer. @default "adam" */
  readonly optimizer?: Named;
  /** Name and options of the learning rate's schedule. @default "cosine" */
  readonly schedule?: Named;
  /** How often every face is seen. */
  readonly epochs: number;
  /** Faces per step. @default 32 */
  readonly batch?: number;
  /** Largest length of all gradients together; 0 for no limit. @default 0 */
  readonly clipNorm?: number;
  /** Momentum of the average of weights that is evaluated; 0 for none. @default 0 */
  readonly averaging?: number;
  /** Which weights are evaluated: the last, or those of the best epoch by validation. @default "last" */
  readonly keep?: "last" | "best";
  /** Ends after so many epochs without a better validation error; 0 never. @default 0 */
  readonly patience?: number;

  /** How test errors are measured. */
  readonly evaluation?: {
    /**
     * `validation` evaluates on the held-out training faces, the same ones for every seed, and leaves the test faces
     * unread: to tune settings. @default "test"
     */
    readonly faces?: EvaluatedFaces;
    /** @default "inter-ocular" */
    readonly normalizer?: Normalizer;
    /** @default "original" */
    readonly space?: ErrorSpace;
    /** Failure and AUC threshold, a fraction of the normalizer. @default 0.1 */
    readonly threshold?: number;
    /** Averages predictions over each face and its mirror image. @default false */
    readonly flipTest?: boolean;
  };
}

/** States an experiment; its name is that of its file. */
export function defineExperiment(page: ExperimentPage): ExperimentPage {
  return page;
}
