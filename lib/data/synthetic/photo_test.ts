import assert from "node:assert/strict";
import { compress } from "./jpeg.ts";
import { blur } from "./photo.ts";

Deno.test("blur() spreads a dot as a bell curve of the given widths and keeps its light", () => {
  const width = 41, height = 31, image = new Float32Array(3 * width * height);
  image[3 * (15 * width + 20) + 1] = 1;
  blur(image, width, height, 2, 1);
  let sum = 0, xx = 0, yy = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = image[3 * (y * width + x) + 1]!;
      sum += value;
      xx += value * (x - 20) ** 2;
      yy += value * (y - 15) ** 2;
    }
  }
  assert.ok(Math.abs(sum - 1) < 1e-5);
  // The curve is cut at 2.4 deviations, which takes off a few percent.
  assert.ok(Math.abs(Math.sqrt(xx) - 2) < 0.12 && Math.abs(Math.sqrt(yy) - 1) < 0.08);
  assert.ok(image.every((value, i) => i % 3 === 1 || value === 0));
});

Deno.test("compress() leaves flat pictures alone, changes fine detail, and more so when stronger", () => {
  const flat = new Float32Array(3 * 20 * 12).fill(128);
  compress(flat, 20, 12, 1);
  assert.ok(flat.every((value) => Math.abs(value - 128) < 1e-3));
  const error = (strength: number) => {
    const image = Float32Array.from(
      { length: 3 * 24 * 24 },
      (_, i) => 128 + 60 * Math.sin(Math.floor(i / 3) ** 2 * 0.37),
    );
    const before = image.slice();
    compress(image, 24, 24, strength);
    return image.reduce((sum, value, i) => sum + Math.abs(value - before[i]!), 0) / image.length;
  };
  assert.ok(error(0) > 0.5 && error(0) < 8 && error(1) > 1.5 * error(0), `${error(0)} and ${error(1)}`);
});
