import type { ShadowMap } from "./light.ts";
import { clamp, mix, smoothstep } from "./math.ts";
import { Material, type Mesh } from "./mesh.ts";
import { CLOUDS, GRAIN, sample, WHITE } from "./noise.ts";
import type { FaceParameters } from "./parameters.ts";
import { type Look, Skin } from "./skin.ts";

/** Colors every visible point of one face. */
export class Surface {
  readonly #parameters: FaceParameters;
  readonly #shadows: ShadowMap;
  readonly #skin: Skin;
  readonly #cameraZ: number;
  readonly #dx: number;
  readonly #dy: number;
  /** Of the point at hand. */
  readonly #look: Look = { r: 0, g: 0, b: 0, gloss: 0, bumpX: 0, bumpY: 0, occlusion: 1 };

  /** @param cameraZ distance of the lens from the origin. */
  constructor(parameters: FaceParameters, shadows: ShadowMap, cameraZ: number) {
    this.#parameters = parameters;
    this.#shadows = shadows;
    this.#cameraZ = cameraZ;
    this.#skin = new Skin(parameters);
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
    const look = this.#look;
    look.gloss = 0;
    look.bumpX = 0;
    look.bumpY = 0;
    look.occlusion = 1;
    let scatter = 0, sharp = false;
    switch (mesh.material) {
      case Material.skin:
        this.#skin.at(a, b, c, mesh.variant, look);
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
        this.#look.occlusion = 0.55;
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
        this.#set(this.#skin.tone[0] * spot, this.#skin.tone[1] * spot * 0.94, this.#skin.tone[2] * spot * 0.93, 0.12);
        this.#look.occlusion = 0.85;
        scatter = 1;
        break;
      }
      case Material.object:
        this.#objectAt(a, b, mesh);
        break;
      default:
        this.#set(0.5, 0.5, 0.5, 0);
    }
    if (this.#look.bumpX !== 0 || this.#look.bumpY !== 0) {
      nx += this.#look.bumpX;
      ny += this.#look.bumpY;
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
    const up = 0.5 - 0.5 * ny, occlusion = this.#look.occlusion;
    // Light leaks around the terminator in skin, red most.
    const wrapR = 0.3 * scatter, wrapG = 0.19 * scatter, wrapB = 0.15 * scatter;
    const keyR = Math.max(0, (facing + wrapR) / (1 + wrapR)) * (lit + 0.05 * scatter * (1 - lit));
    const keyG = Math.max(0, (facing + wrapG) / (1 + wrapG)) * lit;
    const keyB = Math.max(0, (facing + wrapB) / (1 + wrapB)) * lit;
    const shade = 0.35 + 0.65 * occlusion;
    out[0] = this.#look.r *
      (keyR * keyColor[0] * shade + (other * fillColor[0] + mix(ground[0], sky[0], up)) * occlusion);
    out[1] = this.#look.g *
      (keyG * keyColor[1] * shade + (other * fillColor[1] + mix(ground[1], sky[1], up)) * occlusion);
    out[2] = this.#look.b *
      (keyB * keyColor[2] * shade + (other * fillColor[2] + mix(ground[2], sky[2], up)) * occlusion);
    if (this.#look.gloss > 0) {
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
      const strength = this.#look.gloss * lobe * lit * fresnel;
      const rim = this.#look.gloss * graze * graze * graze * 0.25 * occlusion;
      out[0] = out[0]! + strength * keyColor[0] + rim * sky[0];
      out[1] = out[1]! + strength * keyColor[1] + rim * sky[1];
      out[2] = out[2]! + strength * keyColor[2] + rim * sky[2];
    }
  }

  #set(r: number, g: number, b: number, gloss: number): void {
    this.#look.r = r;
    this.#look.g = g;
    this.#look.b = b;
    this.#look.gloss = gloss;
  }

  #lidRimAt(depth: number, upper: number): void {
    const lash = upper * (0.75 - 0.45 * depth) + 0.2 * (1 - upper) + this.#parameters.skin.makeUp * 0.3 * (1 - depth);
    const keep = clamp(1 - lash, 0, 1);
    this.#set(
      this.#skin.tone[0] * 0.85 * keep + 0.01,
      this.#skin.tone[1] * 0.62 * keep + 0.008,
      this.#skin.tone[2] * 0.6 * keep + 0.008,
      0.3 * keep,
    );
    this.#look.occlusion = 0.75;
  }

  #eyeAt(a: number, b: number, c: number): void {
    const { iris, pupil } = this.#parameters.eyes;
    const radius = Math.sqrt(a * a + b * b);
    const upperLidShadow = 1 - 0.5 * smoothstep(-0.12, -0.5, b) - 0.2 * smoothstep(0.2, 0.6, b);
    this.#look.occlusion = upperLidShadow * (1 - 0.35 * smoothstep(0.5, 0.95, Math.abs(a)));
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
      this.#look.bumpX = 0.35 * a;
      this.#look.bumpY = 0.35 * b;
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
    this.#look.occlusion = 0.8 - 0.45 * back;
  }

  #mouthAt(depth: number): void {
    const wet = 1 - smoothstep(0, 0.6, depth);
    this.#set(
      mix(0.07, this.#skin.tone[0] * 0.75, wet),
      mix(0.012, this.#skin.tone[1] * 0.42, wet),
      mix(0.012, this.#skin.tone[2] * 0.42, wet),
      0.3 * wet,
    );
    this.#look.occlusion = mix(0.18, 0.6, wet);
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
    this.#look.bumpX = 0.28 * strand + 0.3 * lock;
    this.#look.bumpY = 0.2 * lock;
    this.#look.occlusion = clamp(0.75 + 0.2 * lock, 0.3, 1);
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
