import type { AugmentChoices } from "./options.ts";

/**
 * The named augmentations, each as the options that spell it out.
 *
 * - `none`: the faces as they are.
 * - `basic`: flip and moderate geometry and color; costs least.
 * - `acr`: what the ACR authors' own work of that time names: flip with relabeling, rotation by up to 0.5 rad, gamma,
 *   salt-and-pepper noise, median blur (ours 3 x 3), and random filled rectangles of 10 to 50 px at 224. How often, how many and how
 *   strong is not published: those numbers are ours.
 * - `strong`: everything, for small sets and hard test faces.
 */
export const PRESETS = {
  none: {},
  basic: {
    flip: true,
    rotation: { degrees: 15 },
    scale: { min: 0.92, max: 1.08 },
    shift: { amount: 0.03 },
    saturation: { min: 0.7, max: 1.3 },
    contrast: { min: 0.8, max: 1.2 },
    brightness: { amount: 0.1 },
  },
  acr: {
    flip: true,
    rotation: { degrees: 28.6479 },
    occluders: { probability: 0.5, count: 3, min: 10 / 224, max: 50 / 224, shape: "rectangle", texture: "flat" },
    blur: { probability: 0.3, kind: "median", min: 1, max: 1 },
    gamma: { probability: 0.5, min: 0.5, max: 2 },
    saltAndPepper: { probability: 0.3, max: 0.02 },
  },
  strong: {
    flip: true,
    rotation: { degrees: 30 },
    shear: { probability: 0.5, amount: 0.1 },
    scale: { min: 0.85, max: 1.15 },
    shift: { amount: 0.05 },
    occluders: { probability: 0.5, count: 3, min: 0.05, max: 0.4 },
    cutout: { probability: 0.2 },
    blur: { probability: 0.3, kind: "any", min: 0.5, max: 2 },
    hue: { degrees: 15 },
    saturation: { min: 0.5, max: 1.5 },
    grayscale: { probability: 0.1 },
    contrast: { min: 0.7, max: 1.3 },
    brightness: { amount: 0.2 },
    gamma: { min: 0.6, max: 1.7 },
    noise: { probability: 0.3, max: 0.05 },
    saltAndPepper: { probability: 0.1, max: 0.02 },
    jpeg: { probability: 0.2, min: 25, max: 90 },
  },
} as const satisfies Record<string, AugmentChoices>;

/** One of {@linkcode PRESET_NAMES}. */
export type PresetName = keyof typeof PRESETS;

/** The names of the presets. */
export const PRESET_NAMES: readonly PresetName[] = Object.keys(PRESETS) as PresetName[];
