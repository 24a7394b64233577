import { chartOf, LANDMARK_POINTS } from "./anatomy.ts";
import type { ShadowMap } from "./light.ts";
import { bump, clamp, exp, log, mix, smoothstep } from "./math.ts";
import { Material, type Mesh } from "./mesh.ts";
import { EXPRESSION_NAMES } from "./modes.ts";
import { CLOUDS, GRAIN, sample, WHITE } from "./noise.ts";
import type { FaceParameters, Rgb } from "./parameters.ts";

/** A curve `t(s)` on the chart through landmarks, looked up in steps of a quarter millimeter. */
class ChartCurve {
  readonly low: number;
  readonly high: number;
  readonly #table: Float32Array;

  constructor(points: readonly (readonly [number, number])[]) {
    this.low = points[0]![0];
    this.high = points[points.length - 1]![0];
    const steps = Math.ceil((this.high - this.low) * 4);
    this.#table = new Float32Array(steps + 2);
    for (let k = 0; k <= steps; k++) {
      const s = this.low + (this.high - this.low) * k / steps;
      let i = 0;
      while (i + 2 < points.length && points[i + 1]![0] < s) i++;
      // Cubic Hermite pieces with finite-difference slopes.
      const p1 = points[i]!, p2 = points[i + 1]!, p0 = points[i - 1] ?? p1, p3 = points[i + 2] ?? p2;
      const h = p2[0] - p1[0], u = (s - p1[0]) / h;
      const m1 = (p2[1] - p0[1]) / (p2[0] - p0[0]) * h, m2 = (p3[1] - p1[1]) / (p3[0] - p1[0]) * h;
      const a = u * u, b = a * u;
      this.#table[k] = (2 * b - 3 * a + 1) * p1[1] + (b - 2 * a + u) * m1 + (3 * a - 2 * b) * p2[1] + (b - a) * m2;
    }
    this.#table[steps + 1] = this.#table[steps]!;
  }

  at(s: number): number {
    const u = clamp(
      (s - this.low) * 4 * (this.#table.length - 2) / Math.ceil((this.high - this.low) * 4),
      0,
      this.#table.length - 2,
    );
    const i = Math.floor(u);
    return this.#table[i]! + (this.#table[i + 1]! - this.#table[i]!) * (u - i);
  }
}

const through = (...landmarks: number[]) => new ChartCurve(landmarks.map((m) => chartOf(LANDMARK_POINTS[m]!)));
const mirrored = (landmarks: number[]) => {
  const half = landmarks.map((m) => chartOf(LANDMARK_POINTS[m]!));
  return new ChartCurve([...half.slice(1).reverse().map(([s, t]): [number, number] => [-s, t]), ...half]);
};
const UPPER_LIP_EDGE = mirrored([51, 52, 53, 54]);
const LOWER_LIP_EDGE = mirrored([57, 56, 55, 54]);
const UPPER_LID = through(42, 43, 44, 45);
const LOWER_LID = through(42, 47, 46, 45);
const BROW = through(22, 23, 24, 25, 26);

const hill = (u: number, v: number) => {
  const d = u * u + v * v;
  return d < 1 ? (1 - d) * (1 - d) : 0;
};

/** About `e^-x`, for shading: exact at 0, positive everywhere. */
const fade = (x: number) => x > 0 ? 1 / (1 + x + 0.5 * x * x) : 1 - x;

/** Reflectance of pale and of dark skin, as logarithms of linear light. */
const PALE = [0.82, 0.55, 0.43].map(log), DARK = [0.105, 0.045, 0.024].map(log);

/** Colors every visible point of one face. */
export class Surface {
  readonly #parameters: FaceParameters;
  readonly #shadows: ShadowMap;
  readonly #skin: Rgb;
  readonly #cameraZ: number;
  readonly #smile: number;
  readonly #crease: number;
  readonly #dx: number;
  readonly #dy: number;
  /** Albedo, gloss and bump of the point at hand. */
  #r = 0;
  #g = 0;
  #b = 0;
  #gloss = 0;
  #bumpX = 0;
  #bumpY = 0;
  #occlusion = 1;
  constructor(parameters: FaceParameters, shadows: ShadowMap, cameraZ: number) {
    this.#parameters = parameters;
    this.#shadows = shadows;
    this.#cameraZ = cameraZ;
    const { melanin, redness } = parameters.skin;
    const tone = (c: number) => exp(mix(PALE[c]!, DARK[c]!, melanin));
    this.#skin = [tone(0) * (1 + 0.03 * redness), tone(1) * (1 - 0.05 * redness), tone(2) * (1 - 0.06 * redness)];
    this.#smile = clamp(parameters.shape.expression[EXPRESSION_NAMES.indexOf("smile")] ?? 0, 0, 1.2);
    this.#crease = 0.55 * (Math.floor(parameters.texture / 65536) % 16) / 15;
    this.#dx = parameters.texture % 256;
    this.#dy = Math.floor(parameters.texture / 256) % 256;
  }

  /**
   * Linear color of a point.
   *
   * @param a,b,c attributes of the mesh there.
   * @param x,y,z position in millimeters, turned with the head.
   * @param out three numbers to write.
   */
  shade(
    mesh: Mesh,
    a: number,
    b: number,
    c: number,
    nx: number,
    ny: number,
    nz: number,
    x: number,
    y: number,
    z: number,
    out: Float64Array,
  ): void {
    let vx = -x, vy = 45 - y, vz = this.#cameraZ - z;
    const distance = 1 / Math.sqrt(vx * vx + vy * vy + vz * vz);
    vx *= distance;
    vy *= distance;
    vz *= distance;
    if (mesh.open && nx * vx + ny * vy + nz * vz < 0) {
      nx = -nx;
      ny = -ny;
      nz = -nz;
    }
    this.#gloss = 0;
    this.#bumpX = 0;
    this.#bumpY = 0;
    this.#occlusion = 1;
    let scatter = 0, sharp = false;
    switch (mesh.material) {
      case Material.skin:
        this.#skinAt(a, b, c, mesh.variant);
        scatter = 1;
        break;
      case Material.lidRim:
        this.#lidRimAt(a, b);
        scatter = 0.6;
        break;
      case Material.eye:
        this.#eyeAt(a, b, c);
        sharp = true;
        break;
      case Material.teeth:
        this.#teethAt(a, b, mesh.variant);
        break;
      case Material.mouth:
        this.#mouthAt(a);
        break;
      case Material.tongue:
        this.#set(0.45, 0.13, 0.12, 0.5);
        this.#occlusion = 0.55;
        break;
      case Material.cloth:
        this.#clothAt(a, b, mesh.variant);
        break;
      case Material.hair:
        this.#hairAt(a, b, mesh.variant);
        break;
      case Material.frame: {
        const [r, g, b] = this.#parameters.glasses!.color;
        this.#set(r, g, b, 0.7);
        break;
      }
      case Material.hand: {
        const spot = 1 + 0.06 * sample(CLOUDS, a * 30 + this.#dx, b * 30 + 13 * mesh.variant);
        this.#set(this.#skin[0] * spot, this.#skin[1] * spot * 0.94, this.#skin[2] * spot * 0.93, 0.12);
        this.#occlusion = 0.85;
        scatter = 1;
        break;
      }
      case Material.object:
        this.#objectAt(a, b, mesh);
        break;
      default:
        this.#set(0.5, 0.5, 0.5, 0);
    }
    if (this.#bumpX !== 0 || this.#bumpY !== 0) {
      nx += this.#bumpX;
      ny += this.#bumpY;
      const length = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
      nx *= length;
      ny *= length;
      nz *= length;
    }
    const { key, keyColor, fill, fillColor, sky, ground } = this.#parameters.light;
    const facing = nx * key[0] + ny * key[1] + nz * key[2];
    // Where the surface turns away from the light its own slope shades it; the map of shadows is coarse there.
    const trust = smoothstep(-0.12, 0.28, facing);
    const lit = trust > 0 ? 1 - trust * (1 - this.#shadows.at(x, y, z, nx, ny, nz)) : 1;
    const other = Math.max(0, nx * fill[0] + ny * fill[1] + nz * fill[2]);
    const up = 0.5 - 0.5 * ny, occlusion = this.#occlusion;
    // Light leaks around the terminator in skin, red most.
    const wrapR = 0.3 * scatter, wrapG = 0.19 * scatter, wrapB = 0.15 * scatter;
    const keyR = Math.max(0, (facing + wrapR) / (1 + wrapR)) * (lit + 0.05 * scatter * (1 - lit));
    const keyG = Math.max(0, (facing + wrapG) / (1 + wrapG)) * lit;
    const keyB = Math.max(0, (facing + wrapB) / (1 + wrapB)) * lit;
    const shade = 0.35 + 0.65 * occlusion;
    out[0] = this.#r * (keyR * keyColor[0] * shade + (other * fillColor[0] + mix(ground[0], sky[0], up)) * occlusion);
    out[1] = this.#g * (keyG * keyColor[1] * shade + (other * fillColor[1] + mix(ground[1], sky[1], up)) * occlusion);
    out[2] = this.#b * (keyB * keyColor[2] * shade + (other * fillColor[2] + mix(ground[2], sky[2], up)) * occlusion);
    if (this.#gloss > 0) {
      let hx = key[0] + vx, hy = key[1] + vy, hz = key[2] + vz;
      const length = 1 / Math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9);
      hx *= length;
      hy *= length;
      hz *= length;
      const h = Math.max(0, nx * hx + ny * hy + nz * hz);
      const h2 = h * h, h4 = h2 * h2, h8 = h4 * h4, h16 = h8 * h8, h32 = h16 * h16;
      const facingUs = Math.max(0, nx * vx + ny * vy + nz * vz), graze = 1 - facingUs;
      const fresnel = 0.28 + 0.72 * graze * graze * graze * graze;
      const h128 = h32 * h32 * h32 * h32, lobe = sharp ? 5 * h128 * h128 : 0.5 * h8 + 0.9 * h32;
      const strength = this.#gloss * lobe * lit * fresnel;
      const rim = this.#gloss * graze * graze * graze * 0.25 * occlusion;
      out[0] = out[0]! + strength * keyColor[0] + rim * sky[0];
      out[1] = out[1]! + strength * keyColor[1] + rim * sky[1];
      out[2] = out[2]! + strength * keyColor[2] + rim * sky[2];
    }
  }

  #set(r: number, g: number, b: number, gloss: number): void {
    this.#r = r;
    this.#g = g;
    this.#b = b;
    this.#gloss = gloss;
  }

  #skinAt(s: number, t: number, hollow: number, variant: number): void {
    const { skin, hair } = this.#parameters, dx = this.#dx, dy = this.#dy;
    const ax = s < 0 ? -s : s;
    const blotch = sample(CLOUDS, s * 1.3 + dx, t * 1.3 + dy), fine = sample(GRAIN, s * 4.3 + dy, t * 4.3 + dx);
    let red = 0.03 * blotch, dark = 0.035 * sample(CLOUDS, s * 0.5 + dy, t * 0.5 + dx) + 0.025 * fine;
    let gloss = 0.16 * skin.shine, occlusion = 1 - clamp(1.5 * hollow, -0.05, 0.6);
    this.#bumpX = 0.05 * fine;
    this.#bumpY = 0.05 * sample(GRAIN, s * 4.3 + dx + 77, t * 4.3 + dy + 31);
    let r = this.#skin[0], g = this.#skin[1], b = this.#skin[2];
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
      dark += 0.4 * hill((ax - 17.6) / 3, (t - 41.5) / 7) + 0.14 * hill((ax - 12.5) / 5, (t - 35) / 3);
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
    this.#set(r, g, b, gloss);
    this.#occlusion = clamp(occlusion, 0.05, 1);
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

  #lidRimAt(depth: number, upper: number): void {
    const lash = upper * (0.75 - 0.45 * depth) + 0.2 * (1 - upper) + this.#parameters.skin.makeUp * 0.3 * (1 - depth);
    const keep = clamp(1 - lash, 0, 1);
    this.#set(
      this.#skin[0] * 0.85 * keep + 0.01,
      this.#skin[1] * 0.62 * keep + 0.008,
      this.#skin[2] * 0.6 * keep + 0.008,
      0.3 * keep,
    );
    this.#occlusion = 0.75;
  }

  #eyeAt(a: number, b: number, c: number): void {
    const { iris, pupil } = this.#parameters.eyes;
    const radius = Math.sqrt(a * a + b * b);
    const upperLidShadow = 1 - 0.5 * smoothstep(-0.12, -0.5, b) - 0.2 * smoothstep(0.2, 0.6, b);
    this.#occlusion = upperLidShadow * (1 - 0.35 * smoothstep(0.5, 0.95, Math.abs(a)));
    if (c > 0 && radius < 0.5) {
      const ray = sample(GRAIN, 40 * a / (radius + 0.02) * 0.35 + this.#dx, 40 * b / (radius + 0.02) * 0.35 + this.#dy);
      const inner = smoothstep(pupil - 0.02, pupil + 0.02, radius), limbus = smoothstep(0.49, 0.4, radius);
      const glow = (0.75 + 0.25 * ray) * (1.25 - 1.2 * smoothstep(0.15, 0.5, radius)) * inner * mix(0.22, 1, limbus) *
        1.25;
      const white = smoothstep(0.455, 0.5, radius);
      this.#set(
        mix(iris[0] * glow, 0.55, white),
        mix(iris[1] * glow, 0.5, white),
        mix(iris[2] * glow, 0.48, white),
        1.1,
      );
      // The cornea stands out of the eyeball: its normals lean more.
      this.#bumpX = 0.35 * a;
      this.#bumpY = 0.35 * b;
    } else {
      const vein = 0.06 * sample(CLOUDS, a * 60 + this.#dx, b * 60 + this.#dy), edge = smoothstep(0.6, 1, radius);
      this.#set(0.66, 0.6 - 0.12 * edge - vein, 0.57 - 0.14 * edge - vein, 0.5);
    }
  }

  #teethAt(u: number, v: number, variant: number): void {
    const count = variant === 0 ? 10 : 12, place = u * count, gap = Math.abs(place - Math.floor(place) - 0.5) * 2;
    const between = smoothstep(0.86, 1, gap),
      gum = variant === 0 ? smoothstep(0.36, 0.22, v + 0.12 * gap * gap) : smoothstep(0.64, 0.8, v - 0.12 * gap * gap);
    const back = smoothstep(0.25, 0.5, Math.abs(u - 0.5));
    const bright = (1 - 0.6 * between) * (1 - 0.6 * back) * (variant === 0 ? 1 : 0.72);
    this.#set(mix(0.72 * bright, 0.5, gum), mix(0.66 * bright, 0.2, gum), mix(0.53 * bright, 0.19, gum), 0.55);
    this.#occlusion = 0.8 - 0.45 * back;
  }

  #mouthAt(depth: number): void {
    const wet = 1 - smoothstep(0, 0.6, depth);
    this.#set(
      mix(0.07, this.#skin[0] * 0.75, wet),
      mix(0.012, this.#skin[1] * 0.42, wet),
      mix(0.012, this.#skin[2] * 0.42, wet),
      0.3 * wet,
    );
    this.#occlusion = mix(0.18, 0.6, wet);
  }

  #clothAt(u: number, v: number, variant: number): void {
    const { cloth, hat } = this.#parameters, [r, g, b] = variant === 1 && hat ? hat.color : cloth;
    const knit = variant === 1 && hat?.kind === "wool" ? 0.25 * sample(GRAIN, u * 2.6, v * 0.6) : 0;
    const fold = 1 + knit + 0.16 * sample(CLOUDS, u * 0.4 + this.#dx, v * 0.25 + this.#dy) +
      0.06 * sample(GRAIN, u * 3, v * 3);
    this.#set(r * fold, g * fold, b * fold, 0);
  }

  #hairAt(s: number, t: number, variant: number): void {
    const { color: [r, g, b], curl, part, shine } = this.#parameters.hair, dx = this.#dx, dy = this.#dy;
    // Strands run down in what hangs, and down and aside on the head.
    const lean = variant === 1 ? 0.12 * sample(CLOUDS, t * 0.5 + dx, s * 0.2) : 0.35 * part;
    const across = (s + lean * t) * 2.2 + dx + 6 * curl * sample(CLOUDS, s * 1.5 + dy, t * 1.5 + dx);
    const strand = sample(GRAIN, across, t * 0.16 + dy), lock = sample(CLOUDS, across * 0.55, t * (0.14 + curl) + dx);
    const value = clamp(0.8 + 0.24 * strand + 0.3 * lock, 0.15, 2);
    this.#set(r * value, g * value, b * value, 0.22 * shine * clamp(1 + 0.5 * strand, 0, 2));
    this.#bumpX = 0.28 * strand + 0.3 * lock;
    this.#bumpY = 0.2 * lock;
    this.#occlusion = clamp(0.75 + 0.2 * lock, 0.3, 1);
  }

  #objectAt(u: number, v: number, mesh: Mesh): void {
    const [r, g, b] = mesh.color ?? [0.5, 0.5, 0.5], kind = this.#parameters.texture % 3;
    let value = 1 + 0.08 * sample(GRAIN, u * 40 + this.#dx, v * 40);
    if (mesh.variant === 1) value = 0.5 + 0.5 * sample(WHITE, u * 3, v * 3);
    else if (kind === 1) value *= sample(CLOUDS, u * 3 + this.#dx, v * 3 + this.#dy) > 0.2 ? 1 : 0.35;
    else if (kind === 2) value *= Math.floor(v * 0.13) % 2 === 0 ? 1 : 0.5;
    this.#set(r * value, g * value, b * value, kind === 0 ? 0.3 : 0.05);
  }

  /** Looks through a lens that covers `share` of the pixel at `to`; `color` is scratch. */
  lens(
    light: Float32Array,
    to: number,
    share: number,
    nx: number,
    ny: number,
    nz: number,
    x: number,
    y: number,
    z: number,
    color: Float64Array,
  ): void {
    const { glasses, light: { key, keyColor, sky, ground } } = this.#parameters;
    if (!glasses) return;
    if (nz < 0) {
      nx = -nx;
      ny = -ny;
      nz = -nz;
    }
    let vx = -x, vy = 45 - y, vz = this.#cameraZ - z;
    const distance = 1 / Math.sqrt(vx * vx + vy * vy + vz * vz);
    vx *= distance;
    vy *= distance;
    vz *= distance;
    const facing = nx * vx + ny * vy + nz * vz;
    const rx = 2 * facing * nx - vx, ry = 2 * facing * ny - vy, rz = 2 * facing * nz - vz;
    // The world as a lens mirrors it: sky, ground, the light and a window or two.
    const up = smoothstep(0.35, -0.35, ry + 0.12 * sample(CLOUDS, rx * 60 + this.#dx, ry * 60 + this.#dy));
    const along = Math.max(0, rx * key[0] + ry * key[1] + rz * key[2]), a2 = along * along, a4 = a2 * a2, a8 = a4 * a4;
    const graze = 1 - Math.min(1, Math.abs(facing)), mirror = glasses.mirror * (0.25 + 0.75 * graze);
    color[0] = mix(ground[0], 1.6 * sky[0], up);
    color[1] = mix(ground[1], 1.6 * sky[1], up);
    color[2] = mix(ground[2], 1.6 * sky[2], up);
    for (let c = 0; c < 3; c++) {
      const seen = light[to + c]! * glasses.tint[c]! + mirror * (color[c]! + 1.5 * keyColor[c]! * a8 * a8);
      light[to + c] = mix(light[to + c]!, seen, share);
    }
  }
}
