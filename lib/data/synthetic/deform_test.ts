import assert from "node:assert/strict";
import { deform, type Shape } from "./deform.ts";
import { EXPRESSION_MODES, EXPRESSION_NAMES, IDENTITY_MODES, IDENTITY_NAMES, type Mode } from "./modes.ts";
import { TEMPLATE } from "./template.ts";

const neutral: Shape = {
  identity: IDENTITY_NAMES.map(() => 0),
  quirks: [],
  expression: EXPRESSION_NAMES.map(() => 0),
  jaw: 0,
  jawAside: 0,
  noseAside: 0,
  blink: [0, 0],
};

Deno.test("deform() gives the mean head for no coefficients, but for lids kept off the eyeballs", () => {
  const { position } = deform(neutral);
  for (let i = 0; i < position.length; i++) {
    if (i % 3 === 2) assert.ok(position[i]! >= TEMPLATE.mean[i]! && position[i]! < TEMPLATE.mean[i]! + 4);
    else assert.equal(position[i], TEMPLATE.mean[i]);
  }
});

Deno.test("deform() moves vertices by every mode: alike on both halves for even modes, oppositely for odd ones", () => {
  const base = deform(neutral).position;
  const check = (name: string, mode: Mode, shape: Shape) => {
    const { position } = deform(shape);
    let most = 0;
    for (let i = 0; i < TEMPLATE.count; i++) {
      const j = TEMPLATE.mirror[i]!, sign = mode.odd ? -1 : 1;
      const at = (v: number, axis: number) => position[3 * v + axis]! - base[3 * v + axis]!;
      most = Math.max(most, Math.hypot(at(i, 0), at(i, 1), at(i, 2)));
      if (i === j) continue;
      // z near the eyes also answers to the eyeballs, which are not moved by odd modes alike.
      assert.ok(Math.abs(at(i, 0) + sign * at(j, 0)) < 1e-5, name);
      assert.ok(Math.abs(at(i, 1) - sign * at(j, 1)) < 1e-5, name);
    }
    assert.ok(most > 0.25 && most < 25, `${name} moves ${most} mm`);
  };
  IDENTITY_NAMES.forEach((name, k) =>
    check(name, IDENTITY_MODES[name], { ...neutral, identity: neutral.identity.map((_, i) => i === k ? 1 : 0) })
  );
  EXPRESSION_NAMES.forEach((name, k) =>
    check(name, EXPRESSION_MODES[name], { ...neutral, expression: neutral.expression.map((_, i) => i === k ? 1 : 0) })
  );
});

Deno.test("deform() opens the jaw without moving the upper face, and shifts it and the nose aside", () => {
  const base = deform(neutral).position, v = (m: number) => 3 * TEMPLATE.landmarks[m]!;
  const open = deform({ ...neutral, jaw: 0.3 }).position;
  for (const m of [27, 30, 33, 36, 45, 62]) assert.ok(Math.abs(open[v(m) + 1]! - base[v(m) + 1]!) < 0.01);
  assert.ok(open[v(66) + 1]! > base[v(66) + 1]! + 15);
  const corner = open[v(60) + 1]! - base[v(60) + 1]!, lower = open[v(66) + 1]! - base[v(66) + 1]!;
  assert.ok(corner > 0.3 * lower && corner < 0.7 * lower);
  const aside = deform({ ...neutral, jawAside: 5 }).position, nose = deform({ ...neutral, noseAside: 3 }).position;
  assert.ok(aside[v(57)]! - base[v(57)]! > 4 && Math.abs(aside[v(36)]! - base[v(36)]!) < 0.1);
  assert.ok(nose[v(30)]! - base[v(30)]! > 2.5 && Math.abs(nose[v(57)]! - base[v(57)]!) < 0.1);
});

Deno.test("deform() bulges the head about the center of a quirk only", () => {
  const base = deform(neutral).position;
  const { position } = deform({ ...neutral, quirks: [{ s: 60, t: 60, radius: 20, x: 0, y: 2, z: 0 }] });
  for (let i = 0; i < TEMPLATE.count; i++) {
    const far = Math.hypot(TEMPLATE.chart[2 * i]! - 60, TEMPLATE.chart[2 * i + 1]! - 60) >= 20;
    const moved = position[3 * i + 1]! - base[3 * i + 1]!;
    if (far) assert.equal(moved, 0);
    else assert.ok(moved >= 0 && moved <= 2);
  }
});

Deno.test("deform() keeps every vertex near an eye off the eyeball", () => {
  for (const blink of [0, 0.5, 1]) {
    const { position, eyes } = deform({ ...neutral, blink: [blink, blink] });
    for (const [k, loop] of TEMPLATE.eyes.entries()) {
      const [x, y, z] = eyes[k]!;
      for (const vertex of loop) {
        const distance = Math.hypot(
          position[3 * vertex]! - x,
          position[3 * vertex + 1]! - y,
          position[3 * vertex + 2]! - z,
        );
        assert.ok(distance > 12.2, `blink ${blink}: ${distance} mm from the eye's center`);
      }
    }
  }
});
