import assert from "node:assert/strict";
import { mayRequeue, readWarning } from "./requeue.ts";

Deno.test("mayRequeue() lets a preempted task start again without limit", () => {
  for (const preemptions of [0, 3, 1000]) {
    assert.equal(mayRequeue("preempted", { preemptions, timeouts: 3 }), true);
  }
});

Deno.test("mayRequeue() lets a task whose time was up start again three times", () => {
  const allowed = [0, 1, 2, 3, 4].map((timeouts) => mayRequeue("timed-out", { preemptions: 9, timeouts }));
  assert.deepEqual(allowed, [true, true, true, false, false]);
});

Deno.test("mayRequeue() never repeats an error, nor what somebody stopped", () => {
  assert.equal(mayRequeue("failed", { preemptions: 0, timeouts: 0 }), false);
  assert.equal(mayRequeue("stopped", { preemptions: 0, timeouts: 0 }), false);
});

Deno.test("readWarning() tells preemption from time-out by the time that is left", () => {
  // Slurm warns up to a minute before the 120 seconds that were asked for.
  for (const left of [0, 60, 120, 180]) assert.equal(readWarning(left), "timed-out");
  for (const left of [300, 86_400, Infinity]) assert.equal(readWarning(left), "preempted");
  assert.equal(readWarning(undefined), "timed-out");
});
