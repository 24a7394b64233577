import assert from "node:assert/strict";
import { sha256 } from "@/files.ts";
import { createRandom } from "@/random.ts";
import { Blur } from "./augment/blur.ts";
import { type ColorMatrix, recolor } from "./augment/color.ts";
import { pixelLoops, SOURCE_HASH } from "./pixels.ts";
import { warpImage } from "./warp.ts";
import { type Affine, invert } from "./warp_matrix.ts";

function noise(bytes: number, seed: number): Uint8Array {
  const random = createRandom(seed, "pixels");
  return Uint8Array.from({ length: bytes }, () => random.integer(256));
}

Deno.test("SOURCE_HASH is that of pixels.wat: the compiled code is not older than its source", async () => {
  const source = await Deno.readFile(new URL("./pixels.wat", import.meta.url));
  assert.equal(sha256(source), SOURCE_HASH, "compile pixels.wat again, as pixels.ts says");
});

Deno.test("pixelLoops() grows its memory as asked", () => {
  assert.ok(pixelLoops(1).memory.length >= 1);
  assert.ok(pixelLoops(3_000_001).memory.length >= 3_000_001);
});

Deno.test("warpImage() with its edge drawn out does, to the bit, what the same sums in JavaScript do", () => {
  const random = createRandom(0, "warps");
  for (
    const [width, height, outWidth, outHeight] of [[2, 2, 3, 5], [17, 9, 8, 20], [64, 64, 64, 64], [
      31,
      90,
      1,
      1,
    ]] as const
  ) {
    const source = noise(width * height * 3, width);
    for (let k = 0; k < 20; k++) {
      const matrix: Affine = [
        ...[random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(-width, width)] as const,
        ...[random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(-height, height)] as const,
      ];
      if (Math.abs(matrix[0] * matrix[4] - matrix[1] * matrix[3]) < 0.05) continue;
      const out = new Uint8Array(outWidth * outHeight * 3);
      warpImage(source, matrix, out, { width, height, outWidth, outHeight });
      assert.deepEqual(out, plainWarp(source, width, height, matrix, outWidth, outHeight), `${matrix}`);
    }
  }
});

Deno.test("Blur.apply() by median of radius 1 is the middle of nine, its edge drawn out", () => {
  for (const size of [2, 5, 16, 33]) {
    const pixels = noise(size * size * 3, size);
    const at = (x: number, y: number, k: number) =>
      pixels[(Math.min(size - 1, Math.max(0, y)) * size + Math.min(size - 1, Math.max(0, x))) * 3 + k]!;
    const expected = pixels.map((_, i) => {
      const k = i % 3, x = Math.floor(i / 3) % size, y = Math.floor(i / 3 / size);
      const near = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => at(x + dx, y + dy, k)));
      return near.sort((a, b) => a - b)[4]!;
    });
    const blurred = pixels.slice();
    new Blur(size).apply(blurred, "median", 1);
    assert.deepEqual(blurred, expected, `${size}`);
  }
});

Deno.test("recolor() by a matrix and a table does, to the bit, what the same sums in JavaScript do", () => {
  const random = createRandom(0, "colors");
  for (let k = 0; k < 20; k++) {
    const reach = k < 10 ? 1.5 : 60;
    const matrix = Array.from({ length: 9 }, () => random.uniform(-reach, reach)) as unknown as ColorMatrix;
    const table = noise(256, k), pixels = noise(3 * 41, k);
    const rows = matrix.map((value) => Math.round(value * 16384));
    const expected = pixels.map((_, i) => {
      const pixel = i - i % 3, row = i % 3 * 3;
      const sum = [0, 1, 2].reduce((total, j) => total + rows[row + j]! * pixels[pixel + j]!, 8192);
      return table[Math.min(255, Math.max(0, sum >> 14))]!;
    });
    recolor(pixels, matrix, table);
    assert.deepEqual(pixels, expected);
  }
});

/** The definition: coordinates in 1/65536 pixel, weights in 1/256, one rounding. */
function plainWarp(source: Uint8Array, width: number, height: number, matrix: Affine, columns: number, rows: number) {
  const [a, b, c, d, e, f] = invert(matrix), one = 65536;
  const out = new Uint8Array(columns * rows * 3);
  const axis = (start: number, step: number, index: number, length: number) => {
    const place = Math.min(Math.max(start + index * step, 0), (length - 1) * one);
    const first = Math.min(place >> 16, length - 2);
    return [first, (place - first * one) >> 8] as const;
  };
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [left, right] = axis(Math.round((b * y + c) * one) + 128, Math.round(a * one), x, width);
      const [top, bottom] = axis(Math.round((e * y + f) * one) + 128, Math.round(d * one), x, height);
      for (let k = 0; k < 3; k++) {
        const at = (dx: number, dy: number) => source[((top + dy) * width + left + dx) * 3 + k]!;
        const above = at(0, 0) * (256 - right) + at(1, 0) * right, below = at(0, 1) * (256 - right) + at(1, 1) * right;
        out[(y * columns + x) * 3 + k] = (above * (256 - bottom) + below * bottom + 32768) >> 16;
      }
    }
  }
  return out;
}
