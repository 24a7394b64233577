import type { Random } from "@/random.ts";
import type { Operations } from "./operations.ts";

const SHAPES = ["rectangle", "ellipse"] as const;
const TEXTURES = ["flat", "gradient", "noise", "patch"] as const;

/**
 * Covers parts of square RGB pixels `[size, size, 3]` in place. Centers lie anywhere in the picture, so occluders may run
 * over its edge, as hands and hair do.
 */
export function occlude(
  pixels: Uint8Array,
  size: number,
  { count, min, max, shape, texture }: Omit<Operations["occluders"], "probability">,
  random: Random,
): void {
  const many = 1 + random.integer(count);
  for (let k = 0; k < many; k++) {
    const width = Math.max(1, Math.round(random.uniform(min, max) * size));
    const height = Math.max(1, Math.round(random.uniform(min, max) * size));
    const outline = shape === "any" ? SHAPES[random.integer(SHAPES.length)]! : shape;
    const paint = texture === "any" ? TEXTURES[random.integer(TEXTURES.length)]! : texture;
    cover(pixels, size, width, height, outline === "ellipse", paint, random);
  }
}

/** Blanks one gray square of `side` pixels, its center anywhere in the picture. */
export function cutout(pixels: Uint8Array, size: number, side: number, random: Random): void {
  const left = Math.floor(random.uniform(0, size) - side / 2), top = Math.floor(random.uniform(0, size) - side / 2);
  const from = Math.max(0, left), to = Math.min(size, left + side);
  for (let y = Math.max(0, top); y < Math.min(size, top + side); y++) {
    if (from < to) pixels.fill(128, (y * size + from) * 3, (y * size + to) * 3);
  }
}

function cover(
  pixels: Uint8Array,
  size: number,
  width: number,
  height: number,
  round: boolean,
  texture: (typeof TEXTURES)[number],
  random: Random,
): void {
  const left = Math.floor(random.uniform(0, size) - width / 2), top = Math.floor(random.uniform(0, size) - height / 2);
  const color = () => [random.integer(256), random.integer(256), random.integer(256)] as const;
  const [r, g, b] = color(), [endR, endG, endB] = texture === "gradient" ? color() : [r, g, b];
  const grain = texture === "noise" ? random.uniform(20, 90) : 0;
  let state = random.integer(2 ** 32) | 0;
  // A patch comes from a copy: its place may overlap the occluder's.
  const copy = texture === "patch" ? pixels.slice() : undefined;
  const fromX = random.integer(size), fromY = random.integer(size);
  const clamp = (value: number) => value < 0 ? 0 : value > 255 ? 255 : value;

  for (let y = Math.max(0, top); y < Math.min(size, top + height); y++) {
    let from = left, to = left + width;
    if (round) {
      const v = (y - top + 0.5) / height * 2 - 1;
      const half = width / 2 * Math.sqrt(Math.max(0, 1 - v * v));
      from = Math.round(left + width / 2 - half), to = Math.round(left + width / 2 + half);
    }
    const along = (y - top) / height;
    for (let x = Math.max(0, from); x < Math.min(size, to); x++) {
      const at = (y * size + x) * 3;
      if (copy) {
        const source = (((fromY + y - top) % size) * size + (fromX + x - left) % size) * 3;
        pixels[at] = copy[source]!, pixels[at + 1] = copy[source + 1]!, pixels[at + 2] = copy[source + 2]!;
        continue;
      }
      let offset = 0;
      if (grain) {
        state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
        offset = ((state >>> 16 & 255) / 255 - 0.5) * 2 * grain;
      }
      pixels[at] = clamp(r + along * (endR - r) + offset);
      pixels[at + 1] = clamp(g + along * (endG - g) + offset);
      pixels[at + 2] = clamp(b + along * (endB - b) + offset);
    }
  }
}
