import assert from "node:assert/strict";
import { createRandom } from "@/random.ts";
import { Blur } from "./blur.ts";
import { composeColors, hueMatrix, recolor, saturationMatrix, toneTable } from "./color.ts";
import { JpegArtifacts } from "./jpeg.ts";
import { gaussianNoise, saltAndPepper } from "./noise.ts";
import { cutout, occlude } from "./occluders.ts";
import { difference, testPicture } from "./test_picture.ts";
// From SciPy 1.17.1 (gaussian_filter(sigma=1.2, radius=4), uniform_filter(5), median_filter(3 | 5), all mode="nearest"),
// Pillow 13.0.0 (ImageEnhance.Color(1.6), convert("L"), JPEG with quality 15 | 60 and subsampling 2 of the 22 x 22 picture)
// and NumPy 2.4.6 (YIQ matrices for 40 degrees; clip((v - 0.5) 1.3 + 0.6)^1.5), of testPicture(10) unless said.
import golden from "./filters_golden.json" with { type: "json" };

const PLAIN = Uint8Array.from({ length: 256 }, (_, level) => level);

Deno.test("Blur agrees with SciPy's Gaussian, box and median filters", () => {
  const blur = new Blur(10);
  for (
    const [kind, strength, expected, tolerance] of [
      ["gaussian", 1.2, golden.gaussian, 0.6],
      ["box", 2, golden.box, 0.56],
      ["median", 1, golden.median3, 0],
      ["median", 1.5, golden.median5, 0],
    ] as const
  ) {
    const pixels = testPicture(10);
    blur.apply(pixels, kind, strength);
    const { max } = difference(pixels, expected);
    assert.ok(max <= tolerance, `${kind} ${strength} is ${max} off`);
  }
});

Deno.test("Blur keeps a flat picture as it is, with every filter and strength", () => {
  const blur = new Blur(9);
  for (const kind of ["gaussian", "box", "median"] as const) {
    for (const strength of [0.1, 1, 3.7, 8]) {
      for (const level of [0, 77, 255]) {
        const pixels = new Uint8Array(243).fill(level);
        blur.apply(pixels, kind, strength);
        assert.ok(pixels.every((value) => value === level), `${kind} ${strength} ${level}`);
      }
    }
  }
});

Deno.test("recolor() with saturationMatrix() agrees with Pillow, with hueMatrix() with YIQ", () => {
  for (
    const [matrix, expected, tolerance] of [
      // Pillow rounds its gray before it blends, and cuts what it blends.
      [saturationMatrix(1.6), golden.saturation, 1],
      [saturationMatrix(0), golden.gray, 1],
      [hueMatrix(40), golden.hue, 0.6],
    ] as const
  ) {
    const pixels = testPicture(10);
    recolor(pixels, matrix, PLAIN);
    const { max } = difference(pixels, expected);
    assert.ok(max <= tolerance, `${matrix} is ${max} off`);
  }
});

Deno.test("recolor() leaves gray alone under any hue and saturation, and everything under a full turn", () => {
  const gray = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
  const pixels = gray.slice();
  recolor(pixels, composeColors(hueMatrix(77), saturationMatrix(2.5)), PLAIN);
  assert.ok(difference(pixels, gray).max <= 1);
  const turned = testPicture(10);
  recolor(turned, composeColors(hueMatrix(250), hueMatrix(110)), PLAIN);
  assert.deepEqual(turned, testPicture(10));
});

Deno.test("composeColors() applies its first argument first", () => {
  const [a, b] = [testPicture(10), testPicture(10)];
  recolor(a, composeColors(saturationMatrix(0.5), hueMatrix(30)), PLAIN);
  recolor(b, saturationMatrix(0.5), PLAIN);
  recolor(b, hueMatrix(30), PLAIN);
  assert.ok(difference(a, b).max <= 2);
  const red = composeColors([0, 0, 0, 0, 0, 0, 1, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(red, [1, 0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("toneTable() does contrast, brightness and gamma in this order, and nothing by default", () => {
  const table = new Uint8Array(256);
  toneTable({ contrast: 1.3, brightness: 0.1, gamma: 1.5 }, table);
  assert.ok(difference(table, golden.tone).max <= 0.56);
  toneTable({}, table);
  assert.deepEqual(table, PLAIN);
});

Deno.test("JpegArtifacts leaves what Pillow's JPEG leaves, at low and middle quality", () => {
  const jpeg = new JpegArtifacts(22);
  for (const [quality, expected] of [[15, golden.jpeg15], [60, golden.jpeg60]] as const) {
    const pixels = testPicture(22);
    jpeg.apply(pixels, quality);
    const ours = difference(pixels, expected), loss = difference(testPicture(22), expected);
    // A coefficient at a rounding border may fall either way, and then shifts one whole block by a few levels.
    const close = expected.filter((value, i) => Math.abs(pixels[i]! - value) <= 1).length / expected.length;
    assert.ok(close > 0.85, `${quality}: ${close} of the levels agree`);
    assert.ok(ours.mean < loss.mean / 8, `${quality}: ${ours.mean} off Pillow, ${loss.mean} off the source`);
  }
});

Deno.test("JpegArtifacts at quality 100 keeps a smooth gray picture within two levels", () => {
  const gray = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => Math.floor(i / 3) % 32 * 4 + Math.floor(i / 96) * 2);
  const pixels = gray.slice();
  new JpegArtifacts(32).apply(pixels, 100);
  assert.ok(difference(pixels, gray).max <= 2);
});

Deno.test("gaussianNoise() has the mean and deviation asked for, independent channels, and is cut at the ends", () => {
  const pixels = new Uint8Array(3 * 40000).fill(128);
  gaussianNoise(pixels, 0.05, 12345);
  let sum = 0, squares = 0, product = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    product += (pixels[i]! - 128) * (pixels[i + 1]! - 128);
    for (let k = 0; k < 3; k++) sum += pixels[i + k]! - 128, squares += (pixels[i + k]! - 128) ** 2;
  }
  const deviation = Math.sqrt(squares / pixels.length);
  assert.ok(Math.abs(sum / pixels.length) < 0.15, `mean ${sum / pixels.length}`);
  assert.ok(Math.abs(deviation - 12.75) < 0.15, `deviation ${deviation}`);
  assert.ok(Math.abs(product / 40000) < 0.02 * 162, `covariance ${product / 40000}`);
  const again = new Uint8Array(3 * 40000).fill(128);
  gaussianNoise(again, 0.05, 12346);
  assert.notDeepEqual(again, pixels);
  const black = new Uint8Array(300);
  gaussianNoise(black, 0.1, 1);
  assert.ok(black.some((value) => value > 0) && black.every((value) => value < 120));
});

Deno.test("saltAndPepper() turns so many pixels black or white in all three channels", () => {
  const pixels = new Uint8Array(3 * 10000).fill(100);
  const random = createRandom(1);
  saltAndPepper(pixels, 500, (below) => random.integer(below));
  let black = 0, white = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    assert.ok(pixels[i] === pixels[i + 1] && pixels[i] === pixels[i + 2]);
    if (pixels[i] === 0) black++;
    else if (pixels[i] === 255) white++;
    else assert.equal(pixels[i], 100);
  }
  assert.ok(black > 200 && white > 200 && black + white <= 500 && black + white > 460, `${black} and ${white}`);
});

Deno.test("cutout() blanks one square of the side given, cut at the picture's edge", () => {
  for (let seed = 0; seed < 20; seed++) {
    const pixels = new Uint8Array(3 * 400).fill(9);
    cutout(pixels, 20, 6, createRandom(seed));
    const marks = Array.from({ length: 400 }, (_, i) => pixels[3 * i] === 128 ? i : -1).filter((i) => i >= 0);
    const xs = marks.map((i) => i % 20), ys = marks.map((i) => Math.floor(i / 20));
    const width = Math.max(...xs) - Math.min(...xs) + 1, height = Math.max(...ys) - Math.min(...ys) + 1;
    assert.equal(marks.length, width * height);
    assert.ok(width >= 3 && width <= 6 && height >= 3 && height <= 6);
  }
});

Deno.test("occlude() covers a share of the picture that fits its sizes, with every shape and texture", () => {
  for (const shape of ["rectangle", "ellipse", "any"] as const) {
    for (const texture of ["flat", "gradient", "noise", "patch", "any"] as const) {
      let changed = 0;
      for (let seed = 0; seed < 40; seed++) {
        const pixels = testPicture(40), before = pixels.slice();
        occlude(pixels, 40, { count: 1, min: 0.25, max: 0.25, shape, texture }, createRandom(seed));
        let here = 0;
        for (let i = 0; i < pixels.length; i += 3) {
          if (pixels[i] !== before[i] || pixels[i + 1] !== before[i + 1] || pixels[i + 2] !== before[i + 2]) here++;
        }
        assert.ok(here <= 100, `${shape} ${texture} covers ${here} of 1600 pixels: at most 10 x 10`);
        changed += here / 40;
      }
      assert.ok(changed > 45, `${shape} ${texture} covers ${changed} pixels on average`);
    }
  }
});

Deno.test("occlude() with flat rectangles leaves one color, with ellipses less of it", () => {
  const share = (shape: "rectangle" | "ellipse") => {
    let total = 0;
    for (let seed = 0; seed < 30; seed++) {
      const pixels = new Uint8Array(3 * 3600).fill(1);
      occlude(pixels, 60, { count: 1, min: 0.3, max: 0.3, shape, texture: "flat" }, createRandom(seed));
      const colors = new Set<string>();
      for (let i = 0; i < pixels.length; i += 3) {
        const color = pixels.subarray(i, i + 3).join();
        if (color !== "1,1,1") total++, colors.add(color);
      }
      assert.equal(colors.size, 1);
    }
    return total;
  };
  const ratio = share("ellipse") / share("rectangle");
  assert.ok(Math.abs(ratio - Math.PI / 4) < 0.08, `${ratio}`);
});
