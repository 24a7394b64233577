import assert from "node:assert/strict";
import { createRandom } from "@/random.ts";
import { warpImage } from "./warp.ts";
import {
  about,
  type Affine,
  compose,
  IDENTITY,
  mirroring,
  movePoints,
  rotation,
  scaling,
  shearing,
  translation,
} from "./warp_matrix.ts";
// SciPy 1.17.1: map_coordinates(source, inverse map of the pixel grid, order=1, mode="nearest" | "grid-constant", cval=90).
import golden from "./warp_golden.json" with { type: "json" };

const pattern = (bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => (i * 37) % 251);

function warped(source: Uint8Array, size: number, map: Affine, border: "edge" | number = "edge"): Uint8Array {
  const out = new Uint8Array(source.length);
  warpImage(source, map, out, { width: size, height: size, border });
  return out;
}

Deno.test("warpImage() agrees with SciPy within one gray level, for both borders", () => {
  const source = pattern(7 * 6 * 3), out = new Uint8Array(8 * 5 * 3);
  const map: Affine = [0.9, -0.35, 1.2, 0.3, 1.1, -1.6];
  const size = { width: 7, height: 6, outWidth: 8, outHeight: 5 };
  for (const [border, expected] of [["edge", golden.edge], [90, golden.flat]] as const) {
    warpImage(source, map, out, { ...size, border });
    // Rounding: half a level of the result, and 1/512 pixel of a pattern whose neighbors differ by up to 250 levels.
    expected.forEach((value, i) => assert.ok(Math.abs(out[i]! - value) <= 1, `${border} ${i}: ${out[i]} for ${value}`));
    const mean = expected.reduce((sum, value, i) => sum + Math.abs(out[i]! - value), 0) / expected.length;
    assert.ok(mean < 0.35, `mean difference ${mean}`);
  }
});

Deno.test("warpImage() copies and mirrors exactly, and mirrors twice to the same bytes", () => {
  const source = pattern(9 * 9 * 3);
  assert.deepEqual(warped(source, 9, IDENTITY), source);
  const flipped = warped(source, 9, mirroring(9));
  for (let y = 0; y < 9; y++) {
    for (let x = 0; x < 9; x++) {
      for (let k = 0; k < 3; k++) assert.equal(flipped[(y * 9 + x) * 3 + k], source[(y * 9 + 8 - x) * 3 + k]);
    }
  }
  assert.deepEqual(warped(flipped, 9, mirroring(9)), source);
});

Deno.test("warpImage() moves by whole pixels exactly, drawing out the edge or filling", () => {
  const source = pattern(5 * 5 * 3);
  const at = (image: Uint8Array, x: number, y: number) => [...image.subarray((y * 5 + x) * 3, (y * 5 + x) * 3 + 3)];
  const map = translation(2, -1);
  const edge = warped(source, 5, map), flat = warped(source, 5, map, 7);
  for (let y = 0; y < 5; y++) {
    for (let x = 0; x < 5; x++) {
      const u = x - 2, v = y + 1;
      assert.deepEqual(at(edge, x, y), at(source, Math.max(0, u), Math.min(4, v)));
      assert.deepEqual(at(flat, x, y), u >= 0 && v < 5 ? at(source, u, v) : [7, 7, 7]);
    }
  }
  // A mirror image that is also shifted must not take the exact mirror's short cut.
  assert.notDeepEqual(warped(source, 5, compose(mirroring(5), translation(1, 0))), warped(source, 5, mirroring(5)));
});

Deno.test("warpImage() carries colored dots to where movePoints() carries their centers, within 0.1 px", () => {
  const size = 224;
  const random = createRandom(5, "dots");
  let worst = 0;
  for (let trial = 0; trial < 12; trial++) {
    // Soft round dots, each of one channel, on black; 45 px apart, so that no window below sees two.
    const points = new Float32Array(18), source = new Uint8Array(size * size * 3);
    for (let m = 0; m < 9; m++) {
      points[2 * m] = 66 + 45 * (m % 3) + random.uniform(-3, 3);
      points[2 * m + 1] = 66 + 45 * Math.floor(m / 3) + random.uniform(-3, 3);
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const square = (x - points[2 * m]!) ** 2 + (y - points[2 * m + 1]!) ** 2;
          if (square < 100) source[(y * size + x) * 3 + m % 3] = Math.round(255 * Math.exp(-square / 10));
        }
      }
    }
    let map = compose(rotation(random.uniform(-0.6, 0.6)), shearing(random.uniform(-0.2, 0.2)));
    map = about(111.5, 111.5, compose(map, scaling(random.uniform(0.8, 1.2), random.uniform(0.8, 1.2))));
    if (trial % 2) map = compose(mirroring(size), map);
    const moved = movePoints(map, points), out = warped(source, size, map);
    for (let m = 0; m < 9; m++) {
      // The center of mass of the dot's channel near the expected place.
      let mass = 0, sumX = 0, sumY = 0;
      for (let y = Math.round(moved[2 * m + 1]!) - 14; y <= Math.round(moved[2 * m + 1]!) + 14; y++) {
        for (let x = Math.round(moved[2 * m]!) - 14; x <= Math.round(moved[2 * m]!) + 14; x++) {
          const value = out[(y * size + x) * 3 + m % 3] ?? 0;
          mass += value, sumX += value * x, sumY += value * y;
        }
      }
      assert.ok(mass > 2000, "a dot is lost");
      worst = Math.max(worst, Math.hypot(sumX / mass - moved[2 * m]!, sumY / mass - moved[2 * m + 1]!));
    }
  }
  assert.ok(worst < 0.1, `found ${worst} px off`);
});

Deno.test("warpImage() refuses singular and absurd maps, tiny pictures and wrong lengths in a sentence", () => {
  const source = pattern(27);
  assert.throws(() => warped(source, 3, [0, 0, 0, 0, 1, 0]), /Cannot invert the affine map as it is singular/);
  assert.throws(() => warped(source, 3, scaling(1e-5)), {
    name: "RangeError",
    message: /reaches more than 32000 pixels/,
  });
  assert.throws(() => warped(source, 3, [NaN, 0, 0, 0, 1, 0]), RangeError);
  assert.throws(() => warped(pattern(3), 1, IDENTITY), /not at least 2 x 2 pixels: 1 x 1/);
  assert.throws(() => warped(pattern(30), 3, IDENTITY), { name: "TypeError", message: /: 30 and 30 bytes$/ });
});
