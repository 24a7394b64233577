import assert from "node:assert/strict";
import { DARK_GROUND, dashes, inks, palette } from "./theme.ts";

type Triple = readonly [number, number, number];

function linear(hex: string): Triple {
  const channel = (i: number) => {
    const value = parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(0), channel(1), channel(2)];
}

const times = (rows: readonly Triple[], v: Triple) =>
  rows.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as unknown as Triple;

function contrast(a: string, b: string): number {
  const [dark, light] = [a, b].map((hex) => times([[0.2126, 0.7152, 0.0722]], linear(hex))[0]).sort((p, q) => p - q);
  return (light! + 0.05) / (dark! + 0.05);
}

// Machado, Oliveira, Fernandes 2009, table 1, severity 1.0, on linear RGB.
const views: Record<string, readonly Triple[]> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
};

// CIE L*a*b*, D65.
function lab(rgb: Triple): Triple {
  const clipped = rgb.map((value) => Math.min(1, Math.max(0, value))) as unknown as Triple;
  const [x, y, z] = times([
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.072175],
    [0.0193339, 0.119192, 0.9503041],
  ], clipped);
  const f = (value: number) => value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116;
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

Deno.test("palette has a contrast of 3 to 1 with white and with a dark notebook", () => {
  for (const color of palette) {
    assert.ok(contrast(color, "#ffffff") >= 3, color);
    assert.ok(contrast(color, DARK_GROUND) >= 3, color);
  }
});

Deno.test("palette keeps any two colors apart for eyes without red or green cones", () => {
  for (const [name, matrix] of Object.entries(views)) {
    for (const [i, a] of palette.entries()) {
      for (const b of palette.slice(i + 1)) {
        const [p, q] = [lab(times(matrix, linear(a))), lab(times(matrix, linear(b)))];
        const distance = Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
        assert.ok(distance >= 20, `${a} and ${b} under ${name}: ${distance.toFixed(1)}`);
      }
    }
  }
});

Deno.test("inks are legible on their grounds", () => {
  assert.ok(contrast(inks.auto, "#ffffff") >= 4.3 && contrast(inks.auto, DARK_GROUND) >= 4.3);
  assert.ok(contrast(inks.light, "#ffffff") >= 7 && contrast(inks.dark, DARK_GROUND) >= 7);
});

Deno.test("dashes has one for each color", () => assert.equal(dashes.length, palette.length));
