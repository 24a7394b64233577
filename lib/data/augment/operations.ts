/**
 * The operations of an augmentation and their parameters, in the order in which they are applied. Each strikes a face with
 * its `probability`; then its parameters are drawn uniformly from their ranges. Lengths are fractions of the crop's side,
 * so that a setting means the same at every size; gray levels are fractions of the full range.
 */
export interface Operations {
  /** Mirrors; left and right landmarks change places. */
  flip: { probability: number };
  /** Turns by up to so many degrees, either way. */
  rotation: { probability: number; degrees: number };
  /** Slants: x moves in proportion to y, by up to this, either way. */
  shear: { probability: number; amount: number };
  /** Factor of the size, about the middle. */
  scale: { probability: number; min: number; max: number };
  /** Moves by up to this along each axis, either way. */
  shift: { probability: number; amount: number };
  /** Up to `count` patches over the face, sides from `min` to `max`. */
  occluders: {
    probability: number;
    count: number;
    min: number;
    max: number;
    shape: "rectangle" | "ellipse" | "any";
    texture: "flat" | "gradient" | "noise" | "patch" | "any";
  };
  /** One gray square, its side from `min` to `max`. */
  cutout: { probability: number; min: number; max: number };
  /** Blurs by a filter, its strength from `min` to `max`: see {@linkcode OPERATIONS}. */
  blur: { probability: number; kind: "gaussian" | "box" | "median" | "any"; min: number; max: number };
  /** Turns the hue by up to so many degrees, either way. */
  hue: { probability: number; degrees: number };
  /** Factor of the saturation. */
  saturation: { probability: number; min: number; max: number };
  /** Takes the color away. */
  grayscale: { probability: number };
  /** Factor of the distance of levels from middle gray. */
  contrast: { probability: number; min: number; max: number };
  /** Adds up to this, either way. */
  brightness: { probability: number; amount: number };
  /** Exponent of the levels. */
  gamma: { probability: number; min: number; max: number };
  /** Standard deviation of Gaussian noise, up to this. */
  noise: { probability: number; max: number };
  /** Share of pixels that turn black or white, up to this. */
  saltAndPepper: { probability: number; max: number };
  /** Quality of a JPEG in between. */
  jpeg: { probability: number; min: number; max: number };
}

/** One of {@linkcode OPERATION_NAMES}. */
export type OperationName = keyof Operations;

/** One parameter: a number from `low` to `high` (`whole` where only whole numbers make sense), or one of `choices`. */
export type Parameter =
  | {
    readonly description: string;
    readonly default: number;
    readonly low: number;
    readonly high: number;
    readonly whole?: true;
  }
  | { readonly description: string; readonly default: string; readonly choices: readonly string[] };

export interface OperationInfo<Name extends OperationName = OperationName> {
  readonly description: string;
  readonly parameters: { readonly [P in keyof Operations[Name]]: Parameter };
}

const number = (value: number, low: number, high: number, description: string): Parameter => ({
  description,
  default: value,
  low,
  high,
});
const whole = (value: number, low: number, high: number, description: string): Parameter => ({
  description,
  default: value,
  low,
  high,
  whole: true,
});
const choice = (value: string, choices: readonly string[], description: string): Parameter => ({
  description,
  default: value,
  choices,
});
const chance = (value: number) => number(value, 0, 1, "how often, 1 = always");

/** What every operation does and takes, with the defaults: read by validation, help and documentation. */
export const OPERATIONS: { readonly [Name in OperationName]: OperationInfo<Name> } = {
  flip: {
    description: "mirrors the face and exchanges the landmarks of its two sides",
    parameters: { probability: chance(0.5) },
  },
  rotation: {
    description: "turns about the middle",
    parameters: { probability: chance(1), degrees: number(20, 0, 180, "largest angle, either way") },
  },
  shear: {
    description: "slants: x moves in proportion to y",
    parameters: { probability: chance(0.5), amount: number(0.1, 0, 1, "largest slant, either way") },
  },
  scale: {
    description: "enlarges or shrinks about the middle",
    parameters: {
      probability: chance(1),
      min: number(0.9, 0.1, 10, "smallest factor"),
      max: number(1.1, 0.1, 10, "largest factor"),
    },
  },
  shift: {
    description: "moves along both axes",
    parameters: { probability: chance(1), amount: number(0.04, 0, 1, "largest way, fraction of the side") },
  },
  occluders: {
    description: "covers parts of the picture",
    parameters: {
      probability: chance(0.5),
      count: whole(3, 1, 32, "most occluders in one picture"),
      min: number(0.05, 0, 1, "shortest side, fraction of the picture's"),
      max: number(0.3, 0, 1, "longest side, fraction of the picture's"),
      shape: choice("any", ["rectangle", "ellipse", "any"], "outline"),
      texture: choice(
        "any",
        ["flat", "gradient", "noise", "patch", "any"],
        "one color, a ramp between two, grain, or a piece of the same picture",
      ),
    },
  },
  cutout: {
    description: "blanks one gray square (DeVries and Taylor 2017)",
    parameters: {
      probability: chance(0.5),
      min: number(0.1, 0, 1, "smallest side, fraction of the picture's"),
      max: number(0.3, 0, 1, "largest side, fraction of the picture's"),
    },
  },
  blur: {
    description: "blurs by one of three filters",
    parameters: {
      probability: chance(0.3),
      kind: choice("gaussian", ["gaussian", "box", "median", "any"], "filter"),
      min: number(
        0.5,
        0.1,
        8,
        "smallest strength in crop pixels: the Gaussian's sigma; rounded up, the others' radius",
      ),
      max: number(1.5, 0.1, 8, "largest strength"),
    },
  },
  hue: {
    description: "turns all hues about the gray axis, keeping luma (Rec. 601)",
    parameters: { probability: chance(0.5), degrees: number(15, 0, 180, "largest angle, either way") },
  },
  saturation: {
    description: "moves colors from (above 1) or to (below 1) their gray",
    parameters: {
      probability: chance(0.5),
      min: number(0.6, 0, 10, "smallest factor, 0 = gray"),
      max: number(1.4, 0, 10, "largest factor"),
    },
  },
  grayscale: { description: "takes the color away", parameters: { probability: chance(0.1) } },
  contrast: {
    description: "stretches levels about middle gray",
    parameters: {
      probability: chance(0.5),
      min: number(0.75, 0, 10, "smallest factor"),
      max: number(1.25, 0, 10, "largest factor"),
    },
  },
  brightness: {
    description: "adds to all levels",
    parameters: { probability: chance(0.5), amount: number(0.15, 0, 1, "largest step, either way") },
  },
  gamma: {
    description: "raises levels to a power, drawn uniformly in its logarithm",
    parameters: {
      probability: chance(0.5),
      min: number(0.6, 0.05, 20, "smallest exponent (brighter)"),
      max: number(1.7, 0.05, 20, "largest exponent (darker)"),
    },
  },
  noise: {
    description: "adds Gaussian noise, each channel its own",
    parameters: { probability: chance(0.3), max: number(0.04, 0, 1, "largest standard deviation") },
  },
  saltAndPepper: {
    description: "turns single pixels black or white",
    parameters: { probability: chance(0.3), max: number(0.02, 0, 1, "largest fraction of the pixels") },
  },
  jpeg: {
    description: "leaves the artifacts of JPEG compression (8 x 8 blocks, 4:2:0)",
    parameters: {
      probability: chance(0.2),
      min: number(30, 1, 100, "lowest quality"),
      max: number(90, 1, 100, "highest quality"),
    },
  },
};

/** The names of all operations, in the order of application. */
export const OPERATION_NAMES: readonly OperationName[] = Object.keys(OPERATIONS) as OperationName[];

/** The operation with its default parameters. */
export function defaultsOf<Name extends OperationName>(name: Name): Operations[Name] {
  const parameters = Object.entries(OPERATIONS[name].parameters as Record<string, Parameter>);
  return Object.fromEntries(parameters.map(([key, { default: value }]) => [key, value])) as Operations[Name];
}
