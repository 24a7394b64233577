import assert from "node:assert/strict";
import { join } from "node:path";
import type { RunRecord } from "./read_run.ts";
import { selectRuns } from "./select.ts";

const names = [
  "300w-mnv2/acr/seed-1",
  "300w-mnv2/acr/seed-2",
  "300w-mnv2/acr,epochs=5/seed-1",
  "300w-mnv2/l2/seed-1",
  "300w-efnb0/acr/seed-1",
  "losses/a+b/seed-10",
];
const runs = names.map((name): RunRecord => ({ path: join("results", name), name, state: "interrupted", reason: "" }));
const select = (...selections: string[]) =>
  selectRuns(runs, selections, "results").map(({ name }) => names.indexOf(name));

Deno.test("selectRuns() takes whole parts of a path, as typed or as a shell completes it", () => {
  assert.deepEqual(select(), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(select("300w-mnv2"), [0, 1, 2, 3]);
  assert.deepEqual(select("300w-mnv2/acr"), [0, 1], "not acr,epochs=5");
  assert.deepEqual(select("300w-mnv2/acr/"), [0, 1]);
  assert.deepEqual(select("./results/300w-mnv2/acr/seed-2"), [1]);
  assert.deepEqual(select("results"), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(select("losses", "300w-efnb0"), [4, 5], "in the runs' order, each once");
});

Deno.test("selectRuns() takes globs: * within a name, ** across, {a,b} for either", () => {
  assert.deepEqual(select("*/acr"), [0, 1, 4]);
  assert.deepEqual(select("300w-*/{acr,l2}/seed-1"), [0, 3, 4]);
  assert.deepEqual(select("*/acr,epochs=5"), [2]);
  assert.deepEqual(select("**/seed-1"), [0, 2, 3, 4], "not seed-10");
  assert.deepEqual(select("**/seed-1?"), [5]);
  assert.deepEqual(select("losses/a+b"), [5], "a plus is a plus");
});

Deno.test("selectRuns() says what there is where nothing was selected", () => {
  assert.throws(() => select("300w-mnv3"), /none lies there, only 300w-mnv2, .*: '300w-mnv3'$/);
  assert.throws(() => select("x/y/zzzzzzzzzzzzzz"), /only 300w-mnv2, 300w-mnv2\/acr, .*losses\/a\+b: 'x\/y\/z+'$/);
  assert.throws(() => select("../elsewhere"), /Cannot select runs as none lies there/);
  assert.throws(() => select("a{b"), /a '\{' is never closed: 'a\{b'$/);
  assert.throws(() => selectRuns([], ["x"], "results"), /as there are none in 'results': 'x'$/);
});
