import type { Random } from "@/random.ts";
import { bell, fromHue, mixRgb, RADIANS } from "./chance.ts";
import { clamp } from "./math.ts";
import type { FaceParameters, Glasses, Hat, Occluder, Rgb } from "./parameters.ts";

/** How the hair is worn. */
export function sampleHair(random: Random, male: boolean, old: number) {
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
/** Landmarks at the sides of the face: -1 at the left of the picture, 1 at its right. */
const SIDE_OF: Readonly<Record<number, number>> = {
  2: -1,
  4: -1,
  5: -0.7,
  6: -0.4,
  10: 0.4,
  11: 0.7,
  12: 1,
  14: 1,
  48: -0.5,
  54: 0.5,
  31: -0.3,
  35: 0.3,
  17: -1,
  26: 1,
  36: -0.8,
  45: 0.8,
};
const OCCLUDER_KINDS = ["hand", "microphone", "board", "cup", "ball"] as const;

/** What is worn on the face and held before it. */
export function sampleThings(random: Random, hard: boolean): Pick<FaceParameters, "glasses" | "hat" | "occluders"> {
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
    // Hands reach in from outside: most from below, those at a side from that side.
    const side = SIDE_OF[near] ?? 0;
    const inwards = -90 - 50 * side + 28 * bell(random);
    occluders.push({
      kind,
      near,
      offset: kind === "microphone" || kind === "cup"
        ? [random.uniform(-16, 16), random.uniform(14, 38), random.uniform(16, 40)]
        : [random.uniform(-16, 16) + 14 * side, random.uniform(-8, 26), random.uniform(2, 10)],
      angle: (kind === "hand" ? inwards : random.uniform(0, 360)) * RADIANS,
      size: kind === "board" || kind === "ball" ? random.uniform(0.4, 0.85) : random.uniform(0.8, 1.1),
      curl: random.next(),
      tone: random.next(),
      color: color(),
    });
  }
  return { ...glasses && { glasses }, ...hat && { hat }, occluders };
}
