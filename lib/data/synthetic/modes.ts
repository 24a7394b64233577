import { bump, clamp, smoothstep } from "./math.ts";
import { type Displacement, front, hill, lip, LOWER_LIP, type Place, UPPER_LIP } from "./place.ts";

/**
 * One way in which heads differ: a displacement of every vertex, in millimeters, for a coefficient of 1. `even` modes
 * move both halves alike (mirrored), `odd` ones oppositely.
 */
export interface Mode {
  readonly odd?: boolean;
  readonly move: (place: Place) => Displacement;
}

/** Identity: coefficients are standard normal. */
export const IDENTITY_MODES = {
  faceWidth: { move: (p) => [0.042 * p.x, 0, 0.01 * p.z] },
  lowerFace: { move: (p) => [0, 0.045 * Math.max(0, p.y - 44) * front(p), 0] },
  midFace: { move: (p) => [0, 0.04 * clamp(p.y, 0, 48) * front(p) + 0.02 * Math.max(0, p.y - 48), 0] },
  depth: { move: (p) => [0, 0, 0.05 * (p.z + 40)] },
  faceBreadth: { move: (p) => [2.6 * smoothstep(34, 70, p.x), 0, 0] },
  jawWidth: { move: (p) => [0.06 * p.x * smoothstep(30, 85, p.y), 0, 0] },
  jawAngle: { move: (p) => [0, 3.2 * hill(p, 52, 78, 40), -1.2 * hill(p, 52, 78, 40)] },
  chinLength: { move: (p) => [0, 3.2 * smoothstep(78, 112, p.y) * smoothstep(50, 10, p.x), 0] },
  chinForward: { move: (p) => [0, 0, 2.6 * smoothstep(78, 104, p.y) * smoothstep(52, 8, p.x)] },
  chinWidth: { move: (p) => [0.085 * p.x * smoothstep(78, 106, p.y), 0, 0] },
  chinPoint: { move: (p) => [-1.8 * hill(p, 18, 108, 24), 1.2 * hill(p, 0, 112, 20), 0] },
  cheekFull: { move: (p) => [2.2 * hill(p, 50, 52, 38), 0, 2.6 * hill(p, 40, 48, 32)] },
  cheekBone: { move: (p) => [1.8 * hill(p, 60, 20, 30), 0, 2.2 * hill(p, 46, 20, 28)] },
  noseLength: { move: (p) => [0, 2.4 * hill(p, 0, 40, 26, 30), 0] },
  noseWidth: { move: (p) => [2 * hill(p, 17, 41, 18, 18) + 0.9 * hill(p, 10, 22, 14, 22), 0, 0] },
  noseForward: { move: (p) => [0, 0, 2.8 * hill(p, 0, 34, 22, 26)] },
  noseBridge: { move: (p) => [0, 0, 2.3 * hill(p, 0, 8, 16, 24)] },
  noseTipUp: { move: (p) => [0, -2.1 * hill(p, 0, 38, 15, 14), 0.8 * hill(p, 0, 38, 15, 14)] },
  noseBulb: { move: (p) => [1.3 * hill(p, 7, 38, 9, 12), 0, 0.6 * hill(p, 6, 38, 10, 12)] },
  eyeSpacing: { move: (p) => [1.3 * hill(p, 31, 0, 26, 26), 0, 0] },
  eyeHeight: { move: (p) => [0, 1.4 * hill(p, 31, 0, 26, 24), 0] },
  eyeOpening: { move: (p) => [0, -0.11 * p.upperLid + 0.05 * p.lowerLid, 0] },
  eyeWidth: { move: (p) => [1.4 * hill(p, 46, 0, 12) - 1.1 * hill(p, 18, 2, 10), 0, 0] },
  eyeTilt: {
    move: (p) => [0, -0.085 * (p.x - 28) * bump(clamp((p.x - 31) / 26, -1, 1)) * bump(clamp(p.y / 20, -1, 1)), 0],
  },
  lidShape: { move: (p) => [0, 0.07 * (p.x - 30) / 6 * p.upperLid, 0] },
  eyeDepth: { move: (p) => [0, 0, -1.3 * hill(p, 31, -2, 24, 22)] },
  browHeight: { move: (p) => [0, -2.2 * hill(p, 35, -21, 42, 20), 0] },
  browArch: { move: (p) => [0, -1.8 * hill(p, 40, -22, 17, 17), 0] },
  browTilt: {
    move: (
      p,
    ) => [0, -0.075 * (p.x - 33) * bump(clamp((p.x - 33) / 36, -1, 1)) * bump(clamp((p.y + 18) / 19, -1, 1)), 0],
  },
  browInner: { move: (p) => [2.8 * hill(p, 13, -17, 17), 0, 0] },
  browInnerHeight: { move: (p) => [0, 2.4 * hill(p, 13, -17, 18), 0] },
  browOuter: { move: (p) => [2.2 * hill(p, 58, -13, 17), 2.9 * hill(p, 58, -13, 18), 0] },
  browRidge: { move: (p) => [0, 0, 1.9 * hill(p, 22, -18, 34, 16)] },
  forehead: { move: (p) => [0, 0.06 * Math.min(0, p.y + 30), 2 * hill(p, 0, -60, 60, 40)] },
  mouthWidth: { move: (p) => [2.2 * hill(p, 25, 67, 22, 24), 0, -0.8 * hill(p, 26, 67, 14)] },
  mouthHeight: { move: (p) => [0, 1.5 * hill(p, 0, 68, 46, 24), 0] },
  upperLip: {
    move: (
      p,
    ) => [
      0,
      -1.15 * bump(clamp((p.y - 62) / 7, -1, 1)) * smoothstep(25, 14, p.x) * (p.t < 67.6 ? 1 : 0),
      0.9 * hill(p, 0, 63, 22, 9),
    ],
  },
  lowerLip: {
    move: (
      p,
    ) => [
      0,
      1.5 * bump(clamp((p.y - 76) / 8.2, -1, 1)) * smoothstep(25, 12, p.x) * (p.t > 67.6 ? 1 : 0),
      1.1 * hill(p, 0, 74, 20, 10),
    ],
  },
  cupidsBow: { move: (p) => [0, 0.8 * hill(p, 0, 61.5, 3.5, 6) - 0.6 * hill(p, 6, 61, 5, 6), 0] },
  mouthForward: { move: (p) => [0, 0, 2.2 * hill(p, 0, 68, 34, 26)] },
  mouthCorner: { move: (p) => [0, -1.3 * hill(p, 26, 67, 15), 0] },
  lipCorner: { move: (p) => [1.2 * hill(p, 22, 67.4, 4, 5), 0, 0] },
  headWidth: { move: (p) => [0.05 * p.x * smoothstep(-20, -75, p.z), 0, 0] },
  skewBrows: { odd: true, move: (p) => [0, 1 * hill(p, 33, -23, 40, 20), 0] },
  skewMouth: { odd: true, move: (p) => [0, 1 * hill(p, 26, 68, 34, 26), 0] },
  skewJaw: { odd: true, move: (p) => [0, 1.1 * hill(p, 40, 90, 40), 0] },
} satisfies Record<string, Mode>;

/** Expression: coefficients mostly in [0, 1]; `jaw` is apart, as it turns (see {@linkcode JAW_HINGE}). */
export const EXPRESSION_MODES = {
  smile: {
    move: (p) => [
      6.5 * hill(p, 25.5, 67, 24, 22) + 2.2 * hill(p, 45, 45, 26) + 1.4 * hill(p, 17, 42, 14),
      -7 * hill(p, 26, 67, 24, 24) - 3.4 * hill(p, 40, 34, 26, 30) - 1.6 * lip(p, UPPER_LIP, 12) -
      0.9 * hill(p, 17, 43, 14) + 1 * hill(p, 0, 80, 16, 14) - 0.1 * p.lowerLid,
      -6 * hill(p, 26, 67, 22, 22) + 3.2 * hill(p, 40, 36, 24, 26) - 2.2 * hill(p, 0, 68, 26, 16),
    ],
  },
  teeth: {
    move: (p) => [
      0,
      -3.8 * lip(p, UPPER_LIP, 11) * smoothstep(26, 8, p.x) + 3.6 * lip(p, LOWER_LIP, 16) * smoothstep(26, 6, p.x),
      -1.2 * hill(p, 0, 68, 22, 10),
    ],
  },
  frown: {
    move: (
      p,
    ) => [
      1 * hill(p, 25, 68, 20),
      5.2 * hill(p, 26, 69, 20, 18) - 1.8 * lip(p, LOWER_LIP, 20) - 2 * hill(p, 0, 92, 22, 16),
      1.2 * hill(p, 0, 92, 20, 14),
    ],
  },
  pucker: {
    move: (p) => [
      -9 * hill(p, 26, 67, 26, 24) * smoothstep(0, 22, p.x),
      -1 * lip(p, UPPER_LIP, 9) + 1 * lip(p, LOWER_LIP, 12),
      6.5 * hill(p, 0, 68, 30, 20),
    ],
  },
  stretch: { move: (p) => [4.5 * hill(p, 26, 68, 24), 1.6 * hill(p, 26, 68, 20), -3 * hill(p, 26, 68, 22)] },
  press: {
    move: (p) => [
      0,
      2.6 * bump(clamp((p.y - 61.5) / 6.3, -1, 1)) * smoothstep(26, 16, p.x) * (p.t < 67.6 ? 1 : 0) -
      4 * bump(clamp((p.y - 78) / 10.2, -1, 1)) * smoothstep(26, 14, p.x) * (p.t > 67.6 ? 1 : 0),
      -2.4 * hill(p, 0, 69, 24, 10),
    ],
  },
  sneer: {
    move: (
      p,
    ) => [
      0.8 * hill(p, 17, 42, 16),
      -3 * hill(p, 15, 43, 16, 14) - 3 * lip(p, UPPER_LIP, 14),
      0.8 * hill(p, 20, 42, 14),
    ],
  },
  lowerLipDown: { move: (p) => [0, 4.6 * lip(p, LOWER_LIP, 20), 0.6 * lip(p, LOWER_LIP, 16)] },
  puff: { move: (p) => [7 * hill(p, 45, 62, 34), 0, 7 * hill(p, 36, 62, 26)] },
  browUp: { move: (p) => [0, -6.2 * hill(p, 32, -20, 46, 21) - 0.1 * p.upperLid, 0] },
  browInnerUp: { move: (p) => [-0.6 * hill(p, 12, -19, 18), -4.6 * hill(p, 11, -17, 20, 18), 0] },
  browDown: { move: (p) => [-2.6 * hill(p, 14, -17, 22), 5 * hill(p, 19, -18, 29, 14), 1 * hill(p, 10, -15, 16)] },
  browOneSide: { odd: true, move: (p) => [0, 3.2 * hill(p, 32, -22, 36, 20), 0] },
  squint: { move: (p) => [0, -0.3 * p.lowerLid + 0.16 * p.upperLid - 1 * hill(p, 35, 18, 24, 14), 0] },
  wide: { move: (p) => [0, -0.28 * p.upperLid + 0.06 * p.lowerLid, 0] },
  cornerUpOneSide: { odd: true, move: (p) => [2 * hill(p, 26, 67, 22), -3 * hill(p, 27, 67, 24), 0] },
} satisfies Record<string, Mode>;

export type IdentityName = keyof typeof IDENTITY_MODES;
export type ExpressionName = keyof typeof EXPRESSION_MODES;
export const IDENTITY_NAMES = Object.keys(IDENTITY_MODES) as IdentityName[];
export const EXPRESSION_NAMES = Object.keys(EXPRESSION_MODES) as ExpressionName[];
