import { createRandom, type Random } from "@/random.ts";
import { bell, fromHue, mixRgb, RADIANS } from "./chance.ts";
import { clamp, cos, exp, mix, sin } from "./math.ts";
import type { Difficulty, Direction, FaceParameters, Rgb } from "./parameters.ts";
import { samplePose, sampleShape } from "./sample_shape.ts";
import { sampleHair, sampleThings } from "./sample_things.ts";

/** A picture of one to three face widths, with the face somewhere in it and seldom cut by its edge. */
function framing(random: Random, facePixels: number) {
  const width = Math.round(facePixels * random.uniform(1.7, 3)),
    height = Math.round(facePixels * random.uniform(2.15, 3));
  return {
    width,
    height,
    x: mix(0.8 * facePixels, width - 0.8 * facePixels, random.next()),
    y: mix(1.2 * facePixels, height - 0.85 * facePixels, random.next()),
  };
}

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
      exposure: exp((hard ? 0.45 : 0.24) * bell(photo) + 0.95 * melanin) * (hard && photo.chance(0.3) ? 0.55 : 1),
      gamma: exp(0.13 * bell(photo)),
      contrast: photo.uniform(-0.1, 0.9),
      saturation: grayscale ? 0 : clamp(1.02 + 0.22 * bell(photo), 0.35, 1.7),
      tint: grayscale && photo.chance(0.4)
        ? [1.06, 1, 0.85]
        : [1 + 0.05 * bell(photo), 1 + 0.03 * bell(photo), 1 + 0.06 * bell(photo)],
      blur: photo.chance(hard ? 0.45 : 0.25) ? photo.uniform(0.3, hard ? 1.7 : 1.2) : 0,
      noise: photo.chance(0.4) ? photo.uniform(0, hard ? 13 : 7) : photo.uniform(0, 2),
      jpeg: photo.chance(0.3) ? photo.next() : 0,
    },
    texture: random.integer(2147483647),
  };
}
