import { BROW, LOWER_LID, LOWER_LIP_EDGE, UPPER_LID, UPPER_LIP_EDGE } from "./chart_curves.ts";
import { bump, clamp, exp, log, mix, smoothstep } from "./math.ts";
import { EXPRESSION_NAMES } from "./modes.ts";
import { CLOUDS, GRAIN, sample, WHITE } from "./noise.ts";
import type { FaceParameters, Rgb } from "./parameters.ts";

/** What a point of a surface is like, before light falls on it. */
export interface Look {
  /** Reflectance of linear light. */
  r: number;
  g: number;
  b: number;
  /** Strength of the mirror-like part. */
  gloss: number;
  /** Added to the normal: fine relief. */
  bumpX: number;
  bumpY: number;
  /** Share of the surroundings that the point sees. */
  occlusion: number;
}

const hill = (u: number, v: number) => {
  const d = u * u + v * v;
  return d < 1 ? (1 - d) * (1 - d) : 0;
};

/** About `e^-x`, for shading: exact at 0, positive everywhere. */
const fade = (x: number) => x > 0 ? 1 / (1 + x + 0.5 * x * x) : 1 - x;

/** Reflectance of pale and of dark skin, as logarithms of linear light. */
const PALE = [0.82, 0.55, 0.43].map(log), DARK = [0.105, 0.045, 0.024].map(log);

/** The skin of one person: tone, blemishes, folds, lips, lids, brows and beard, by place on the chart. */
export class Skin {
  /** Reflectance without any detail. */
  readonly tone: Rgb;
  readonly #parameters: FaceParameters;
  readonly #smile: number;
  readonly #crease: number;
  readonly #dx: number;
  readonly #dy: number;

  constructor(parameters: FaceParameters) {
    this.#parameters = parameters;
    const { melanin, redness } = parameters.skin;
    const tone = (c: number) => exp(mix(PALE[c]!, DARK[c]!, melanin));
    this.tone = [tone(0) * (1 + 0.03 * redness), tone(1) * (1 - 0.05 * redness), tone(2) * (1 - 0.06 * redness)];
    this.#smile = clamp(parameters.shape.expression[EXPRESSION_NAMES.indexOf("smile")] ?? 0, 0, 1.2);
    this.#crease = 0.55 * (Math.floor(parameters.texture / 65536) % 16) / 15;
    this.#dx = parameters.texture % 256;
    this.#dy = Math.floor(parameters.texture / 256) % 256;
  }

  /** Writes the look of the skin at `(s, t)`; `variant` 0 is the face, 1 an ear, 2 the neck. */
  at(s: number, t: number, hollow: number, variant: number, look: Look): void {
    const { skin, hair } = this.#parameters, dx = this.#dx, dy = this.#dy;
    const ax = s < 0 ? -s : s;
    const blotch = sample(CLOUDS, s * 1.3 + dx, t * 1.3 + dy), fine = sample(GRAIN, s * 4.3 + dy, t * 4.3 + dx);
    let red = 0.03 * blotch, dark = 0.035 * sample(CLOUDS, s * 0.5 + dy, t * 0.5 + dx) + 0.025 * fine;
    let gloss = 0.16 * skin.shine, occlusion = 1 - clamp(1.5 * hollow, -0.05, 0.6);
    look.bumpX = 0.05 * fine;
    look.bumpY = 0.05 * sample(GRAIN, s * 4.3 + dx + 77, t * 4.3 + dy + 31);
    let r = this.tone[0], g = this.tone[1], b = this.tone[2];
    if (variant === 0) {
      red += 0.1 * skin.blush * hill((ax - 48) / 32, (t - 36) / 26) + 0.09 * hill(ax / 17, (t - 38) / 16) +
        0.04 * hill(ax / 24, (t - 104) / 16);
      dark += (0.05 + 0.16 * skin.underEyes) * hill((ax - 30) / 20, (t - 9) / 9) +
        0.09 * hill((ax - 22) / 12, (t + 4) / 9);
      gloss *= 1 + 0.9 * hill(ax / 12, (t - 26) / 30) + 0.6 * hill(ax / 40, (t + 42) / 26) +
        0.5 * hill((ax - 46) / 18, (t - 22) / 14);
      // Nostrils and the crease beside the nose.
      const nostril = hill((ax - 7.6) / 4.6, (t - 45.6) / 2.1);
      occlusion *= 1 - 0.92 * Math.min(1, 1.9 * nostril);
      if (ax > 9 && ax < 24 && t > 32 && t < 50) {
        // The groove around the wing of the nose, above and behind it.
        const u = (ax - 12.6) / 5.4, v = (t - 42) / 6.6, away = Math.sqrt(u * u + v * v);
        dark += 0.3 * bump(clamp((away - 1) / 0.34, -1, 1)) * smoothstep(-0.2, 0.5, u - 0.5 * v) *
          smoothstep(0.95, 0.5, v);
      }
      // Nasolabial fold, deeper in a smile; forehead lines; crow's feet.
      if (t > 42 && t < 76) {
        const fold = (ax - (18.5 + 0.42 * (t - 44))) / 2.6;
        dark += (0.05 + 0.2 * skin.wrinkles + 0.26 * this.#smile) * bump(clamp(fold, -1, 1)) *
          bump(clamp((t - 58) / 17, -1, 1));
      }
      if (skin.wrinkles > 0) {
        if (t < -32) {
          const wave = (t + 0.02 * ax * ax * 0.1 + 1.2 * sample(CLOUDS, s * 0.9 + dx, dy)) / 9;
          const line = wave - Math.floor(wave);
          dark += 0.12 * skin.wrinkles * bump((line - 0.5) * 5) * smoothstep(60, 30, ax);
        }
        if (ax > 46 && ax < 74 && t > -14 && t < 16) {
          const wave = (t - (ax - 48) * 0.12 * t / 8) / 5, line = wave - Math.floor(wave);
          dark += 0.11 * skin.wrinkles * bump((line - 0.5) * 4) * bump((ax - 60) / 14);
        }
      }
      if (skin.freckles > 0) {
        const spot = sample(WHITE, s * 1.1 + dx + 13, t * 1.1 + dy + 57);
        if (spot > 0.8) dark += skin.freckles * 1.6 * (spot - 0.8) * (hill(ax / 75, (t - 25) / 50) + 0.15);
      }
      // Lips.
      if (ax < UPPER_LIP_EDGE.high + 1 && t > 54 && t < 84) {
        const inside = Math.min(t - UPPER_LIP_EDGE.at(s), LOWER_LIP_EDGE.at(s) - t);
        const lip = smoothstep(-0.7, 0.9, inside) *
          smoothstep(UPPER_LIP_EDGE.high + 0.8, UPPER_LIP_EDGE.high - 1.5, ax);
        if (lip > 0) {
          const [lr, lg, lb] = skin.lipColor, lines = 0.06 * sample(GRAIN, s * 5 + dx, t * 0.8 + dy);
          const blend = skin.makeUp > 0.35 ? 0.8 * lip : lip;
          r = mix(r, skin.makeUp > 0.35 ? mix(r, lr, 0.75) : r * lr, blend);
          g = mix(g, skin.makeUp > 0.35 ? mix(g, lg, 0.75) : g * lg, blend);
          b = mix(b, skin.makeUp > 0.35 ? mix(b, lb, 0.75) : b * lb, blend);
          dark += lip * (lines + 0.04);
          red *= 1 - lip;
          gloss += lip * (0.25 + 0.5 * skin.makeUp);
          const seam = Math.abs(t - 67.7);
          occlusion *= 1 - 0.75 * lip * hill(seam / 3.8, ax / 40);
        }
      }
      // Lid crease, lashes' roots, make-up.
      if (ax > UPPER_LID.low - 6 && ax < UPPER_LID.high + 8 && t > -16 && t < 12) {
        const above = UPPER_LID.at(ax) - t, below = t - LOWER_LID.at(ax);
        const ends = smoothstep(UPPER_LID.low - 2, UPPER_LID.low + 3, ax) *
          smoothstep(UPPER_LID.high + 4, UPPER_LID.high - 1, ax);
        if (above > -1) {
          dark += ends *
            (this.#crease * bump(clamp((above - 4.4) / 1.6, -1, 1)) +
              (1.6 + 1.6 * skin.makeUp) * bump(clamp(above / (1.5 + 1.1 * skin.makeUp), 0, 1)));
          dark += ends * 0.6 * skin.makeUp * bump(clamp(above / 9, 0, 1));
        }
        if (below > -1) {
          dark += ends * (0.25 + 0.9 * skin.makeUp) * bump(clamp(below / 1.3, 0, 1)) +
            ends * 0.1 * bump(clamp((below - 4) / 2, -1, 1));
        }
        const inner = hill((ax - UPPER_LID.low + 1) / 3.5, (t - 2) / 3);
        red += 0.2 * inner;
      }
      r *= 1 + 0.3 * red;
      g *= 1 - 0.9 * red;
      b *= 1 - 0.8 * red;
      const shade = fade(dark);
      r *= shade * (1 + 0.1 * dark);
      g *= shade;
      b *= shade;
      const hairs = this.#facialHair(s, ax, t);
      if (hairs > 0) {
        r = mix(r, hair.color[0], hairs);
        g = mix(g, hair.color[1], hairs);
        b = mix(b, hair.color[2], hairs);
        gloss *= 1 - 0.6 * hairs;
      }
    } else {
      const shade = fade(dark);
      r *= shade * (1 + 0.25 * red + (variant === 1 ? 0.08 : 0));
      g *= shade * (1 - 0.7 * red - (variant === 1 ? 0.06 : 0));
      b *= shade * (1 - 0.6 * red - (variant === 1 ? 0.06 : 0));
      if (variant === 2) occlusion *= 0.8;
    }
    look.r = r;
    look.g = g;
    look.b = b;
    look.gloss = gloss;
    look.occlusion = clamp(occlusion, 0.05, 1);
  }

  /** How much of the skin is covered by hairs: brows, stubble, beards. */
  #facialHair(s: number, ax: number, t: number): number {
    const { skin, hair } = this.#parameters, dx = this.#dx, dy = this.#dy;
    let cover = 0;
    if (t < -4 && t > -40 && ax > BROW.low - 5 && ax < BROW.high + 6) {
      const u = (ax - BROW.low) / (BROW.high - BROW.low);
      const width = hair.browWidth * (6.2 - 3.4 * clamp(u, 0, 1) * clamp(u, 0, 1)) * smoothstep(1.14, 0.9, u) *
        smoothstep(-0.12, 0.08, u);
      // Landmarks run along the upper third of the brow.
      const v = (t - BROW.at(ax)) / (width + 0.01) - 0.22;
      const lean = (u < 0.3 ? 0.5 : 1.6) * (s < 0 ? -1 : 1);
      const strands = sample(GRAIN, (s + t * lean) * 6.3 + dx, (t - s * (s < 0 ? -0.3 : 0.3)) * 1.3 + dy);
      const edge = 1 - Math.abs(v) * 1.35 + 0.2 * strands;
      if (width > 0.2) cover = hair.browDensity * smoothstep(-0.1, 0.8, edge) * clamp(0.82 + 0.16 * strands, 0, 1);
    }
    if (t > 44 && (skin.stubble > 0 || skin.beard > 0 || skin.mustache > 0 || skin.goatee > 0)) {
      const lips = ax < UPPER_LIP_EDGE.high ? Math.min(t - UPPER_LIP_EDGE.at(s), LOWER_LIP_EDGE.at(s) - t) : -3;
      const strands = sample(GRAIN, s * 7.3 + dx + 91, t * 1.9 + dy + 17),
        lock = sample(CLOUDS, s * 2.2 + dx, t * 1.6 + dy);
      const wander = 2.5 * sample(CLOUDS, s * 0.8 + dx, dy) + 1.3 * strands;
      const mustache = smoothstep(33, 22, ax + wander * 0.5) * smoothstep(49, 54, t + 0.5 * strands) *
        smoothstep(78, 68, t);
      const chin = smoothstep(36, 22, ax + wander) * smoothstep(79, 87, t + 0.3 * strands);
      const cheekLine = 66 - 0.42 * (ax - 30) + wander;
      const jaw = smoothstep(cheekLine - 5, cheekLine + 8, t) * smoothstep(16, 32, ax + wander) *
        smoothstep(124, 98, ax + wander);
      const below = smoothstep(112, 118, t) * 0.8;
      const area = Math.max(mustache, chin, jaw, below);
      const grown = Math.max(
        skin.mustache * mustache,
        skin.goatee * Math.max(chin, mustache * skin.mustache),
        skin.beard * Math.max(jaw, chin, below),
      );
      const free = smoothstep(-0.3, -1.8, lips + 0.5 * strands);
      const dots = 0.5 + 0.5 * clamp(sample(WHITE, s * 3.7 + dx, t * 3.7 + dy) + 0.2 * strands, 0, 1);
      cover = Math.max(
        cover,
        free * 0.95 * smoothstep(0.08, 0.75, grown * (1 + 0.22 * strands + 0.15 * lock)),
        free * 0.4 * skin.stubble * area * dots,
      );
    }
    return cover;
  }
}
