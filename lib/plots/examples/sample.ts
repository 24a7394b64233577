import { scheme68 } from "@/data/schemes.ts";
import { createRandom } from "@/random.ts";
import { renderFace, sampleFace } from "@/data/synthetic/mod.ts";
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

/** A rendered face: its picture and its true landmarks, `[136]` in the picture's pixels. */
export async function sampleFacePicture(
  index: number,
): Promise<{ picture: { url: string; size: number }; truth: number[] }> {
  const { image, landmarks } = renderFace(sampleFace(11, index), SIDE);
  return { picture: { url: await pictureUrl(image, SIDE), size: SIDE }, truth: Array.from(landmarks) };
}

/** A made-up prediction: in each coordinate off by a normal error of this fraction of the inter-ocular distance. */
export function predict(truth: readonly number[], error: number, seed: number): number[] {
  const random = createRandom(seed, "prediction");
  const eyes = Math.hypot(truth[90]! - truth[72]!, truth[91]! - truth[73]!);
  return truth.map((value) => value + error * eyes * random.normal());
}
