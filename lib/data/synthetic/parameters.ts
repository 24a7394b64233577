import { createRandom, type Random } from "@/random.ts";
import { clamp, cos, exp, mix, sin } from "./math.ts";
import { EXPRESSION_NAMES, type ExpressionName, IDENTITY_NAMES, type Quirk, type Shape } from "./modes.ts";

/** `common` faces are as most photographs show them; `challenging` ones are turned, hidden, badly lit or out of focus. */
export type Difficulty = "common" | "challenging";

export type Rgb = readonly [r: number, g: number, b: number];
export type Direction = readonly [x: number, y: number, z: number];

/** Something between the camera and the face. */
export interface Occluder {
  readonly kind: "hand" | "microphone" | "board" | "cup" | "ball";
  /** The landmark near which it is, and how far from it, in millimeters (right, down, towards the camera). */
  readonly near: number;
  readonly offset: readonly [number, number, number];
  /** Direction in the picture, in radians; 0 points right. */
  readonly angle: number;
  /** 1 is natural size. */
  readonly size: number;
  /** How bent the fingers are, 0 to 1. */
  readonly curl: number;
  /** A free choice in [0, 1): proportions, sleeve or bare arm. */
  readonly tone: number;
  readonly color: Rgb;
}

export interface Glasses {
  /** Half width and half height of a lens, in millimeters. */
  readonly width: number;
  readonly height: number;
  /** Lenses this much further apart and lower than the eyes. */
  readonly apart: number;
  readonly drop: number;
  /** 0 oval, 1 rectangular. */
  readonly square: number;
  /** Radius of the rim; below 0.35 there is none. */
  readonly thick: number;
  readonly color: Rgb;
  /** Light that a lens lets through; dark in sunglasses. */
  readonly tint: Rgb;
  readonly mirror: number;
}

export interface Hat {
  readonly kind: "wool" | "peak" | "brim" | "scarf";
  /** How much lower than usual it sits, in millimeters, and its slope. */
  readonly line: number;
  readonly tilt: number;
  readonly color: Rgb;
}

/** Everything that one synthetic face is made from: plain numbers, so that it can be stored, edited and drawn again. */
export interface FaceParameters {
  readonly difficulty: Difficulty;
  readonly shape: Shape;
  /** Radians: yaw turns the face to the picture's right, pitch downwards, roll clockwise. */
  readonly pose: { readonly yaw: number; readonly pitch: number; readonly roll: number };
  readonly camera: {
    /** From the face to the lens, in millimeters. */
    readonly distance: number;
    /** About how many pixels of the original picture the face spans. */
    readonly facePixels: number;
    /** Size of the original picture, in pixels. */
    readonly width: number;
    readonly height: number;
    /** Where the face lies in it, in pixels. */
    readonly x: number;
    readonly y: number;
  };
  /** Where the eyes look: sines of the angles to the right and down. */
  readonly gaze: readonly [number, number];
  readonly skin: {
    /** 0 the palest, 1 the darkest. */
    readonly melanin: number;
    readonly redness: number;
    readonly freckles: number;
    readonly blush: number;
    readonly wrinkles: number;
    readonly shine: number;
    readonly underEyes: number;
    /** Beard shadow, 0 to 1, and the shape of what grows: full beard, mustache, goatee weights. */
    readonly stubble: number;
    readonly beard: number;
    readonly mustache: number;
    readonly goatee: number;
    readonly lipColor: Rgb;
    readonly makeUp: number;
  };
  readonly hair: {
    readonly color: Rgb;
    readonly browDensity: number;
    readonly browWidth: number;
    readonly bald: boolean;
    /** How much lower than usual the hairline is, in millimeters, and how strong its peak and corners. */
    readonly line: number;
    readonly peak: number;
    readonly thickness: number;
    /** How far the fringe comes down the forehead, in millimeters; to which side it falls, -1 to 1. */
    readonly fringe: number;
    readonly part: number;
    /** 0 straight, 1 curly. */
    readonly curl: number;
    /** Length of what hangs at the sides, in millimeters, 0 for none, and the angle from the front where that begins. */
    readonly length: number;
    readonly front: number;
    readonly shine: number;
  };
  readonly glasses?: Glasses;
  readonly hat?: Hat;
  readonly occluders: readonly Occluder[];
  readonly eyes: { readonly iris: Rgb; readonly pupil: number };
  readonly light: {
    readonly key: Direction;
    readonly keyColor: Rgb;
    /** Breadth of the light in shadow-map texels: 0 hard. */
    readonly soft: number;
    readonly fill: Direction;
    readonly fillColor: Rgb;
    readonly sky: Rgb;
    readonly ground: Rgb;
  };
  readonly cloth: Rgb;
  readonly background: { readonly kind: number; readonly first: Rgb; readonly second: Rgb };
  readonly photo: {
    readonly exposure: number;
    readonly gamma: number;
    /** 0 plain, 1 a strong S-shaped tone curve. */
    readonly contrast: number;
    readonly saturation: number;
    readonly tint: Rgb;
    /** Blur and noise in pixels and gray levels of the original picture. */
    readonly blur: number;
    readonly noise: number;
    readonly jpeg: number;
  };
  /** Chooses every texture. */
  readonly texture: number;
}

/** Bell-shaped with standard deviation 1 and no value beyond 3: six uniform numbers added. */
export function bell(random: Random): number {
  let sum = -3;
  for (let i = 0; i < 6; i++) sum += random.next();
  return sum * 1.4142135623730951;
}

const RADIANS = 0.017453292519943295;

function sampleShape(random: Random, hard: boolean): Shape {
  const identity = IDENTITY_NAMES.map(() => clamp(1.1 * bell(random), -2.6, 2.6));
  const child = random.chance(0.08);
  const set = (name: typeof IDENTITY_NAMES[number], by: number) => {
    const k = IDENTITY_NAMES.indexOf(name);
    identity[k] = clamp(identity[k]! + by, -3, 3);
  };
  if (child) {
    set("lowerFace", -1.6);
    set("midFace", -1.2);
    set("eyeOpening", 1);
    set("noseForward", -1.2);
    set("noseBridge", -1.4);
    set("cheekFull", 1.4);
    set("jawWidth", -0.6);
    set("browRidge", -1.2);
  }
  const quirks: Quirk[] = Array.from({ length: 16 }, () => {
    const radius = random.uniform(11, 34), size = 0.035 * radius + 0.2;
    return {
      s: random.uniform(-85, 85),
      t: random.uniform(-32, 118),
      radius,
      x: size * bell(random),
      y: size * bell(random),
      z: size * bell(random),
    };
  });
  const expression = EXPRESSION_NAMES.map(() => 0);
  const put = (name: ExpressionName, value: number) => expression[EXPRESSION_NAMES.indexOf(name)]! += value;
  let jaw = 0;
  const mood = random.next();
  if (mood < 0.27) put("smile", random.uniform(0.1, 0.7));
  else if (mood < 0.57) {
    const strength = random.uniform(0.5, 1.15);
    put("smile", strength);
    put("teeth", random.uniform(0.3, 1.1));
    put("squint", 0.6 * strength * random.next());
    jaw = random.chance(0.5) ? random.uniform(0, 0.12) : 0;
  } else if (mood < 0.66) {
    jaw = random.uniform(0.03, 0.16);
    put("teeth", random.uniform(0, 0.7));
  } else if (mood < 0.72) {
    jaw = random.uniform(0.14, hard ? 0.42 : 0.34);
    put("wide", random.uniform(0, 0.8));
    put("browUp", random.uniform(0, 1));
    put(random.chance(0.4) ? "smile" : "stretch", random.uniform(0, 0.9));
    put("lowerLipDown", random.uniform(0, 0.5));
  } else if (mood < 0.77) {
    put("pucker", random.uniform(0.3, 1));
    jaw = random.uniform(0, 0.1);
  } else if (mood < 0.83) {
    put("frown", random.uniform(0.2, 1));
    put("browDown", random.uniform(0, 1));
  } else if (mood < 0.86) {
    put("sneer", random.uniform(0.3, 1));
    put("browDown", random.uniform(0.3, 1));
    put("squint", random.uniform(0, 0.8));
  } else if (mood < 0.89) put("press", random.uniform(0.3, 1));
  if (random.chance(0.25)) put("browUp", random.uniform(0.1, 0.9));
  if (random.chance(0.15)) put("browInnerUp", random.uniform(0.2, 1));
  if (random.chance(0.15)) put("browDown", random.uniform(0.2, 0.8));
  if (random.chance(0.15)) put("browOneSide", random.uniform(-0.8, 0.8));
  if (random.chance(0.2)) put("squint", random.uniform(0, 0.6));
  if (random.chance(0.12)) put("cornerUpOneSide", random.uniform(-0.9, 0.9));
  if (random.chance(0.05)) put("puff", random.uniform(0.2, 0.9));
  let left = random.chance(0.3) ? random.uniform(0, 0.45) : random.uniform(-0.05, 0.12), right = left;
  if (random.chance(hard ? 0.12 : 0.06)) left = right = random.uniform(0.75, 1);
  if (random.chance(0.02)) left = random.uniform(0.8, 1);
  left = clamp(left + 0.03 * bell(random), 0, 1);
  right = clamp(right + 0.03 * bell(random), 0, 1);
  return {
    identity,
    quirks,
    expression,
    jaw,
    jawAside: 1.1 * bell(random) + (random.chance(0.04) ? 4 * bell(random) : 0),
    noseAside: 0.7 * bell(random),
    blink: [left, right],
  };
}

function samplePose(random: Random, hard: boolean) {
  const wide = hard ? 0.7 : 0.25;
  const yaw = random.chance(wide) ? (hard ? 26 : 22) * bell(random) : 11 * bell(random);
  const pitch = (hard ? 13 : 9.5) * bell(random) + 1;
  const roll = (hard ? 12 : 6.5) * bell(random) - 0.12 * yaw * random.next();
  return {
    yaw: clamp(yaw, -60, 60) * RADIANS,
    pitch: clamp(pitch, -32, 32) * RADIANS,
    roll: clamp(roll, -50, 50) * RADIANS,
  };
}

/** A picture of one to three face widths, with the face somewhere in it and seldom cut by its edge. */
function framing(random: Random, facePixels: number) {
  const width = Math.round(facePixels * random.uniform(1.7, 3)),
    height = Math.round(facePixels * random.uniform(1.8, 2.6));
  return {
    width,
    height,
    x: mix(0.8 * facePixels, width - 0.8 * facePixels, random.next()),
    y: mix(0.85 * facePixels, height - 0.85 * facePixels, random.next()),
  };
}

const toLinear = (v: number) => v * v * (0.68 + 0.32 * v);
const fromHue = (hue: number, saturation: number, value: number): Rgb => {
  const channel = (n: number) => {
    const k = (n + hue * 6) % 6;
    return value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [toLinear(channel(5)), toLinear(channel(3)), toLinear(channel(1))];
};

function sampleLight(random: Random, hard: boolean): FaceParameters["light"] {
  const direction = (azimuth: number, elevation: number): Direction => [
    sin(azimuth) * cos(elevation),
    -sin(elevation),
    cos(azimuth) * cos(elevation),
  ];
  const sideways = hard ? 60 : 38;
  const key = direction(
    clamp(sideways * bell(random), -100, 100) * RADIANS,
    clamp(28 + 20 * bell(random), -20, 75) * RADIANS,
  );
  const warm = bell(random),
    white = (amount: number, temperature: number): Rgb => [
      amount * (1 + 0.07 * temperature),
      amount,
      amount * (1 - 0.1 * temperature),
    ];
  const ratio = random.uniform(hard ? 0.12 : 0.25, hard ? 0.7 : 1.1);
  const colored = random.chance(hard ? 0.14 : 0.05);
  const keyColor = colored ? mixRgb(white(1, warm), fromHue(random.next(), 0.6, 1.1), 0.45) : white(1, warm);
  return {
    key,
    keyColor: keyColor.map((v) => v * 0.95) as unknown as Rgb,
    soft: random.chance(0.35) ? random.uniform(0.4, 1.4) : random.uniform(1.5, 5),
    fill: direction(random.uniform(-80, 80) * RADIANS, random.uniform(-20, 40) * RADIANS),
    fillColor: white(0.45 * ratio * random.next(), bell(random)),
    sky: white(0.5 * ratio, 0.8 * bell(random) - 0.2),
    ground: white(0.32 * ratio * random.uniform(0.5, 1.3), 0.8 * bell(random) + 0.5),
  };
}

function mixRgb(a: Rgb, b: Rgb, u: number): Rgb {
  return [mix(a[0], b[0], u), mix(a[1], b[1], u), mix(a[2], b[2], u)];
}

function sampleHair(random: Random, male: boolean, old: number) {
  const long = random.chance(male ? 0.06 : 0.7), receding = male ? old * random.next() : 0;
  const fringe = random.chance(male ? 0.3 : 0.38);
  return {
    bald: male && random.chance(0.06 + 0.2 * old),
    line: 5 * bell(random) - 16 * receding,
    peak: clamp(0.5 + 0.5 * bell(random) + (male ? 0.4 : 0), 0, 1.8) + 1.5 * receding,
    thickness: random.chance(male ? 0.55 : 0.15) ? random.uniform(1.5, 7) : random.uniform(6, 20),
    fringe: fringe ? random.uniform(8, 44) : 0,
    part: random.uniform(-1, 1),
    curl: random.chance(0.3) ? random.next() : 0.15 * random.next(),
    length: long ? random.uniform(30, 210) : 0,
    front: random.uniform(0.78, 1.5),
    shine: random.next(),
  };
}

const HAT_KINDS = ["wool", "peak", "brim", "scarf"] as const;
const OCCLUDER_KINDS = ["hand", "microphone", "board", "cup", "ball"] as const;

function sampleThings(random: Random, hard: boolean): Pick<FaceParameters, "glasses" | "hat" | "occluders"> {
  const color = (): Rgb => fromHue(random.next(), random.uniform(0, 0.8), random.uniform(0.04, 0.9));
  const dark = random.chance(hard ? 0.09 : 0.035), clear = random.chance(0.17), metal = random.chance(0.4);
  const glasses: Glasses | undefined = dark || clear
    ? {
      width: random.uniform(22, dark ? 31 : 28),
      height: random.uniform(dark ? 18 : 14, dark ? 25 : 22),
      apart: random.uniform(-1, 2.5),
      drop: random.uniform(-1, 6),
      square: random.next(),
      thick: metal ? random.uniform(0.2, 0.8) : random.uniform(0.9, 2.4),
      color: metal
        ? mixRgb([0.5, 0.48, 0.45], [0.5, 0.36, 0.14], random.next())
        : random.chance(0.7)
        ? [0.015, 0.013, 0.012]
        : color(),
      tint: dark
        ? mixRgb([0.03, 0.03, 0.035], [0.25, 0.18, 0.1], random.next() * random.next())
        : mixRgb([0.97, 0.97, 0.97], [0.8, 0.82, 0.8], random.next()),
      mirror: dark ? random.uniform(0.1, 0.8) : random.chance(0.35) ? random.uniform(0.1, 0.6) : 0.05,
    }
    : undefined;
  const hat: Hat | undefined = random.chance(hard ? 0.16 : 0.09)
    ? {
      kind: HAT_KINDS[random.integer(HAT_KINDS.length)]!,
      line: random.uniform(-8, 16),
      tilt: random.uniform(-0.08, 0.08),
      color: color(),
    }
    : undefined;
  const occluders: Occluder[] = [];
  const count = random.chance(hard ? 0.5 : 0.07) ? random.chance(0.15) ? 2 : 1 : 0;
  for (let k = 0; k < count; k++) {
    const kind = random.chance(0.45) ? "hand" : OCCLUDER_KINDS[random.integer(OCCLUDER_KINDS.length)]!;
    const spots = kind === "microphone" || kind === "cup"
      ? [57, 66, 8, 55, 59]
      : [2, 4, 5, 6, 8, 10, 11, 12, 14, 48, 54, 57, 31, 35, 17, 26, 36, 45];
    const near = spots[random.integer(spots.length)]!;
    const upwards = -90 + 45 * bell(random);
    occluders.push({
      kind,
      near,
      offset: kind === "microphone" || kind === "cup"
        ? [random.uniform(-16, 16), random.uniform(14, 38), random.uniform(16, 40)]
        : [random.uniform(-24, 24), random.uniform(-14, 30), random.uniform(4, 14)],
      angle: (kind === "hand" ? upwards : random.uniform(0, 360)) * RADIANS,
      size: random.uniform(0.75, 1.1),
      curl: random.next(),
      tone: random.next(),
      color: color(),
    });
  }
  return { ...glasses && { glasses }, ...hat && { hat }, occluders };
}

/**
 * Draws everything that face `index` of the sequence `seed` is made from.
 *
 * @throws {RangeError} for an index that is not a whole number from 0.
 */
export function sampleFace(seed: number, index: number, difficulty: Difficulty = "common"): FaceParameters {
  if (!Number.isInteger(index) || index < 0) {
    throw new RangeError(`Cannot draw a synthetic face as its index must be a whole number from 0: ${index}`);
  }
  const hard = difficulty === "challenging";
  const stream = (name: string) => createRandom(seed, "synthetic-face", index, hard ? 1 : 0, name);
  const shape = sampleShape(stream("shape"), hard), pose = samplePose(stream("pose"), hard);

  const random = stream("look");
  const group = random.next();
  const melanin = group < 0.58
    ? random.uniform(0, 0.28)
    : group < 0.82
    ? random.uniform(0.2, 0.6)
    : random.uniform(0.5, 1);
  const male = random.chance(0.55), old = random.chance(0.35) ? random.next() : 0;
  const hairTone = random.next(), gray = old > 0.5 || random.chance(0.05) ? random.next() : 0;
  const dark: Rgb = [0.012, 0.009, 0.008],
    brown: Rgb = [0.09, 0.045, 0.022],
    blond: Rgb = [0.42, 0.28, 0.14],
    red: Rgb = [0.26, 0.085, 0.03];
  const darkBias = melanin > 0.35 ? 0.3 : 1;
  let color = mixRgb(dark, brown, random.next());
  if (hairTone < 0.25 * darkBias) color = mixRgb(brown, blond, random.next());
  else if (hairTone < 0.32 * darkBias) color = mixRgb(brown, red, random.next());
  color = mixRgb(color, [0.5, 0.49, 0.47], 0.8 * gray);
  const irisTone = random.next();
  const iris: Rgb = melanin < 0.35 && irisTone < 0.5
    ? mixRgb([0.1, 0.16, 0.24], [0.13, 0.17, 0.09], random.next())
    : mixRgb([0.035, 0.017, 0.009], [0.12, 0.062, 0.025], random.next());
  const makeUp = male ? 0 : random.chance(0.5) ? random.next() : 0;
  const beardy = male && random.chance(0.35);
  const lipstick = fromHue(random.uniform(-0.04, 0.03) + 1, random.uniform(0.5, 0.85), random.uniform(0.5, 0.85));
  const rosy = random.uniform(0, 1);
  const natural: Rgb = [
    mix(0.98, 0.86, rosy),
    mix(mix(0.66, 0.46, rosy), 0.74, melanin),
    mix(mix(0.7, 0.5, rosy), 0.78, melanin),
  ];

  const photo = stream("photo"), lighting = stream("light"), scene = stream("scene");
  const facePixels = exp(mix(4.75, 6.3, photo.next())) * (hard ? 0.75 : 1);
  const grayscale = photo.chance(0.07);
  return {
    difficulty,
    shape,
    pose,
    camera: {
      distance: exp(mix(6.15, 7.7, random.next())),
      facePixels,
      ...framing(photo, facePixels),
    },
    gaze: [
      clamp(0.18 * bell(random) - 0.25 * sin(pose.yaw) * random.next(), -0.5, 0.5),
      clamp(0.08 * bell(random), -0.25, 0.25),
    ],
    skin: {
      melanin,
      redness: bell(random),
      freckles: melanin < 0.35 && random.chance(0.2) ? random.next() : 0,
      blush: random.uniform(0.2, 1) + makeUp * 0.4,
      wrinkles: old,
      shine: random.uniform(0.15, 1),
      underEyes: random.next(),
      stubble: male ? random.chance(0.5) ? random.uniform(0.1, 0.8) : 0.08 : 0,
      beard: beardy && random.chance(0.5) ? random.uniform(0.5, 1) : 0,
      mustache: beardy && random.chance(0.75) ? random.uniform(0.5, 1) : 0,
      goatee: beardy && random.chance(0.55) ? random.uniform(0.5, 1) : 0,
      lipColor: makeUp > 0.35 ? mixRgb(natural, lipstick, 0.75) : natural,
      makeUp,
    },
    hair: {
      ...sampleHair(stream("hair"), male, old),
      color,
      browDensity: random.uniform(0.4, 0.98),
      browWidth: male ? random.uniform(0.8, 1.35) : random.uniform(0.55, 1.05),
    },
    eyes: { iris, pupil: random.uniform(0.13, 0.26) },
    light: sampleLight(lighting, hard),
    ...sampleThings(stream("things"), hard),
    cloth: fromHue(random.next(), random.uniform(0, 0.7), random.uniform(0.08, 0.95)),
    background: {
      kind: scene.next(),
      first: fromHue(scene.next(), 0.6 * scene.next() * scene.next(), scene.uniform(0.03, 0.95)),
      second: fromHue(scene.next(), 0.7 * scene.next() * scene.next(), scene.uniform(0.03, 0.95)),
    },
    photo: {
      exposure: exp((hard ? 0.45 : 0.24) * bell(photo) + 0.95 * melanin) * (hard && photo.chance(0.3) ? 0.45 : 1),
      gamma: exp(0.13 * bell(photo)),
      contrast: photo.uniform(-0.1, 0.9),
      saturation: grayscale ? 0 : clamp(1.02 + 0.22 * bell(photo), 0.35, 1.7),
      tint: grayscale && photo.chance(0.4)
        ? [1.06, 1, 0.85]
        : [1 + 0.05 * bell(photo), 1 + 0.03 * bell(photo), 1 + 0.06 * bell(photo)],
      blur: photo.chance(hard ? 0.45 : 0.25) ? photo.uniform(0.3, hard ? 2.2 : 1.4) : 0,
      noise: photo.chance(0.4) ? photo.uniform(0, hard ? 13 : 7) : photo.uniform(0, 2),
      jpeg: photo.chance(0.5) ? photo.next() : 0,
    },
    texture: random.integer(2147483647),
  };
}
