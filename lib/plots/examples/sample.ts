import { scheme68 } from "@/data/schemes.ts";
import { createRandom } from "@/random.ts";
import { pictureUrl } from "../picture.ts";

/** Side of the sample's pictures and frame of its shapes, in pixels. */
export const SIDE = 160;

export const lines = scheme68.lines;

// Sine and cosine as polynomials: engines round Math.sin differently, and the gallery's files should not depend on it.
const sin = (t: number) => {
  const u = t - 2 * Math.PI * Math.round(t / (2 * Math.PI)), q = u * u;
  return u * (1 - q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72 * (1 - q / 110 * (1 - q / 156 * (1 - q / 210)))))));
};
const cos = (t: number) => sin(t + Math.PI / 2);

/** A face of 68 landmarks drawn from a few numbers, each standard normal. */
function face(b: readonly number[]): number[] {
  const [width = 0, height = 0, yaw = 0, smile = 0, open = 0, brows = 0, roll = 0, lids = 0] = b;
  const points: [number, number][] = [];
  const ring = (cx: number, cy: number, rx: number, ry: number, from: number, to: number, count: number) => {
    for (let i = 0; i < count; i++) {
      const t = Math.PI * (from + (to - from) * i / (count - 1)) / 180;
      points.push([cx + rx * cos(t), cy - ry * sin(t)]);
    }
  };
  ring(0, 0, 60, 68, 188, 352, 17);
  for (const side of [-1, 1]) {
    for (let i = 0; i < 5; i++) {
      const u = side < 0 ? i / 4 : 1 - i / 4;
      points.push([side * (48 - 34 * u), -34 - 3 * brows - 9 * 4 * u * (1 - u) * 0.8]);
    }
  }
  for (let i = 0; i < 4; i++) points.push([0, -18 + 10 * i]);
  for (let i = 0; i < 5; i++) points.push([-12 + 6 * i, 19 + (i === 2 ? 3 : i % 2 ? 1.5 : 0)]);
  const lid = 5 + 0.8 * lids;
  for (const side of [-1, 1]) {
    const x = 28 * side;
    points.push([x - 11, -15], [x - 4, -15 - lid], [x + 4, -15 - lid], [x + 11, -15], [x + 4, -15 + 0.8 * lid], [
      x - 4,
      -15 + 0.8 * lid,
    ]);
  }
  const mouth = 22 + 2.5 * smile, gap = Math.max(0.5, 2 + 2.2 * open);
  ring(0, 38, mouth, 6 + gap / 2, 180, 0, 7);
  ring(0, 38, mouth, 8 + gap, -30, -150, 5);
  ring(0, 38, mouth - 4, gap / 2 + 0.5, 180, 0, 5);
  ring(0, 38, mouth - 4, gap, -45, -135, 3);
  const tilt = 0.06 * roll;
  return points.flatMap(([x, y], m) => {
    const lift = m >= 48 ? -0.004 * smile * x * x : 0;
    const depth = m < 17 ? -20 : m >= 27 && m < 36 ? 22 : 6;
    const px = x * (1 + 0.035 * width) + 0.14 * yaw * depth, py = (y + lift) * (1 + 0.03 * height);
    return [SIDE / 2 + px * cos(tilt) - py * sin(tilt), SIDE / 2 + 6 + px * sin(tilt) + py * cos(tilt)];
  });
}

/** Shapes `[count, 136]` of the seed, with a little noise in every coordinate. */
export function sampleShapes(count: number, seed = 1, noise = 0.7): Float32Array {
  const shapes = new Float32Array(count * 136);
  for (let i = 0; i < count; i++) {
    const random = createRandom(seed, "shape", i);
    const b = Array.from({ length: 8 }, () => random.normal());
    face(b).forEach((value, j) => shapes[136 * i + j] = value + noise * random.normal());
  }
  return shapes;
}

/** Row `index` of `[count, 136]`. */
export function row(shapes: ArrayLike<number>, index: number): number[] {
  return Array.prototype.slice.call(shapes, 136 * index, 136 * (index + 1)) as number[];
}

/** A prediction: the shape with an error of so many pixels in each coordinate. */
export function predict(shape: ArrayLike<number>, error: number, seed: number): number[] {
  const random = createRandom(seed, "prediction");
  return Array.from(shape, (value) => value + error * random.normal());
}

/** A drawn face under the shape, as the `picture` of a plot: no photograph. */
export async function samplePicture(shape: ArrayLike<number>): Promise<{ url: string; size: number }> {
  const pixels = new Uint8Array(SIDE * SIDE * 3);
  const inside = (x: number, y: number, cx: number, cy: number, rx: number, ry: number) =>
    ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2;
  const mid = (a: number, b: number, axis: 0 | 1) => (shape[2 * a + axis]! + shape[2 * b + axis]!) / 2;
  const [cx, cy] = [mid(0, 16, 0), mid(27, 8, 1) - 8];
  const rx = (shape[32]! - shape[0]!) / 2, ry = (shape[17]! - shape[55]!) * 0.95;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const light = 1 - 0.35 * (x / SIDE);
      let color = [90 + 60 * y / SIDE, 120 + 30 * x / SIDE, 130];
      const skin = inside(x, y, cx, cy, rx, ry * (y < cy ? 1.05 : 1));
      if (skin < 1) color = [214, 166, 140].map((c) => c * light * (1 - 0.25 * skin * skin));
      for (const [a, b] of [[36, 39], [42, 45]] as const) {
        const eye = inside(x, y, mid(a, b, 0), mid(a, b, 1), 11, 5);
        const pupil = inside(x, y, mid(a, b, 0), mid(a, b, 1), 4, 4);
        if (eye < 1) color = pupil < 1 ? [50, 40, 35] : [235, 230, 225];
      }
      const lips = inside(
        x,
        y,
        mid(48, 54, 0),
        mid(51, 57, 1),
        (shape[108]! - shape[96]!) / 2,
        (shape[115]! - shape[103]!) / 2,
      );
      if (lips < 1) color = [170 * light, 80 * light, 80 * light];
      pixels.set(color.map(Math.round), 3 * (y * SIDE + x));
    }
  }
  return { url: await pictureUrl(pixels, SIDE, { quality: 80 }), size: SIDE };
}
