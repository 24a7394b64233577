import assert from "node:assert/strict";
import { atan2, bump, cos, exp, log, pow, sin, smoothstep } from "./math.ts";

function near(actual: number, expected: number, tolerance: number) {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} against ${expected}`,
  );
}

Deno.test("sin() and cos() agree with the engine's to 1e-9", () => {
  for (let x = -20; x <= 20; x += 0.0371) {
    near(sin(x), Math.sin(x), 1e-9);
    near(cos(x), Math.cos(x), 1e-9);
  }
});

Deno.test("exp(), log() and pow() agree with the engine's", () => {
  for (let x = -30; x <= 30; x += 0.0713) near(exp(x) / Math.exp(x), 1, 1e-8);
  for (let x = 0.001; x < 1000; x *= 1.07) near(log(x), Math.log(x), 1e-9);
  for (const [x, y] of [[0.5, 2.2], [3, -1.5], [0.01, 0.4545]] as const) near(pow(x, y), x ** y, 1e-8);
  assert.equal(pow(0, 2), 0);
  assert.equal(pow(0, 0), 1);
  assert.equal(exp(1e9), exp(88));
});

Deno.test("atan2() agrees with the engine's in every quadrant", () => {
  for (let angle = -3.14; angle < 3.15; angle += 0.0171) {
    near(atan2(3 * Math.sin(angle), 3 * Math.cos(angle)), angle > Math.PI ? angle - 2 * Math.PI : angle, 1e-8);
  }
  assert.equal(atan2(0, 0), 0);
});

Deno.test("smoothstep() runs both ways and bump() vanishes outside its support", () => {
  assert.equal(smoothstep(0, 2, 1), 0.5);
  assert.equal(smoothstep(2, 0, 0), 1);
  assert.equal(smoothstep(2, 0, 3), 0);
  assert.equal(bump(0), 1);
  assert.equal(bump(1), 0);
  assert.equal(bump(-7), 0);
});
