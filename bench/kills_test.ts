import assert from "node:assert/strict";
import { killOften } from "./kills.ts";

/** `KILLS=200` kills more often. */
const KILLS = Number(Deno.env.get("KILLS") ?? 2);

Deno.test("killOften() finds no file half-written and every number as undisturbed, whatever it kills", async () => {
  const { killed, finished } = await killOften({ kills: KILLS });
  assert.equal(Object.values(killed).reduce((sum, count) => sum + count), KILLS);
  assert.ok(finished >= 1);
});
