import assert from "node:assert/strict";
import golden from "./evaluation_golden.json" with { type: "json" };
import { normalSurvival } from "./normal.ts";

Deno.test("normalSurvival() equals scipy.stats.norm.sf to 12 digits, also far out", () => {
  for (const [z, probability] of golden.normal as [number, number][]) {
    assert.ok(Math.abs(normalSurvival(z) / probability - 1) < 1e-12, `${z}: ${normalSurvival(z)} ${probability}`);
  }
  assert.equal(normalSurvival(50), 0);
  assert.equal(normalSurvival(-50), 1);
});
