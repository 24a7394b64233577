import type { Shape } from "./deform.ts";

/** `common` faces are as most photographs show them; `challenging` ones are turned, hidden, badly lit or out of focus. */
export type Difficulty = "common" | "challenging";

/** Red, green and blue, linear, 0 to 1. */
export type Rgb = readonly [r: number, g: number, b: number];
/** Towards a light: right, down, towards the camera. */
export type Direction = readonly [x: number, y: number, z: number];

/** Something between the camera and the face. */
export interface Occluder {
  /** What it is. */
  readonly kind: "hand" | "microphone" | "board" | "cup" | "ball";
  /** The landmark near which it is, and how far from it, in millimeters (right, down, towards the camera). */
  readonly near: number;
  /** How far from that landmark, in millimeters: right, down, towards the camera. */
  readonly offset: readonly [number, number, number];
  /** Direction in the picture, in radians; 0 points right. */
  readonly angle: number;
  /** 1 is natural size. */
  readonly size: number;
  /** How bent the fingers are, 0 to 1. */
  readonly curl: number;
  /** A free choice in [0, 1): proportions, sleeve or bare arm. */
  readonly tone: number;
  /** Its color. */
  readonly color: Rgb;
}

/** A pair of glasses. */
export interface Glasses {
  /** Half width and half height of a lens, in millimeters. */
  readonly width: number;
  /** Height of a lens, in millimeters. */
  readonly height: number;
  /** Lenses this much further apart and lower than the eyes. */
  readonly apart: number;
  /** How far below the eyes they sit, in millimeters. */
  readonly drop: number;
  /** 0 oval, 1 rectangular. */
  readonly square: number;
  /** Radius of the rim; below 0.35 there is none. */
  readonly thick: number;
  /** Its color. */
  readonly color: Rgb;
  /** Light that a lens lets through; dark in sunglasses. */
  readonly tint: Rgb;
  /** How much the lenses reflect, 0 to 1. */
  readonly mirror: number;
}

/** Something on the head. */
export interface Hat {
  /** What it is. */
  readonly kind: "wool" | "peak" | "brim" | "scarf";
  /** How much lower than usual it sits, in millimeters, and its slope. */
  readonly line: number;
  /** Slope of its lower edge. */
  readonly tilt: number;
  /** Its color. */
  readonly color: Rgb;
}

/** Everything that one synthetic face is made from: plain numbers, so that it can be stored, edited and drawn again. */
export interface FaceParameters {
  /** `common` or `challenging`: what the rest was drawn for. */
  readonly difficulty: Difficulty;
  /** The head's form and expression. */
  readonly shape: Shape;
  /** Radians: yaw turns the face to the picture's right, pitch downwards, roll clockwise. */
  readonly pose: { readonly yaw: number; readonly pitch: number; readonly roll: number };
  /** Where the picture is taken from. */
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
  /** Look of the skin; numbers are 0 to 1. */
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
  /** Hair and brows. */
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
  /** Glasses; left out for none. */
  readonly glasses?: Glasses;
  /** A hat; left out for none. */
  readonly hat?: Hat;
  /** Things in front of the face. */
  readonly occluders: readonly Occluder[];
  /** Color of the iris, and size of the pupil. */
  readonly eyes: { readonly iris: Rgb; readonly pupil: number };
  /** Lamps and surroundings. */
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
  /** Color of the clothes. */
  readonly cloth: Rgb;
  /** Pattern behind the head, with its two colors. */
  readonly background: { readonly kind: number; readonly first: Rgb; readonly second: Rgb };
  /** What camera and file do to the picture. */
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
    /** 0 none, 1 the coarsest compression. */
    readonly jpeg: number;
  };
  /** Chooses every texture. */
  readonly texture: number;
}
