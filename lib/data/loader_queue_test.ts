import assert from "node:assert/strict";
import { batchLength, createQueue, isReady, release, resetQueue, stop, work } from "./loader_queue.ts";
import { createSlot } from "./loader_sample.ts";

const queueOf = (slots: number) => createQueue(Array.from({ length: slots }, () => createSlot(3, 2, 1)), 8, 3);
const faces = Int32Array.from([7, 6, 5, 4, 3, 2, 1, 0]);

Deno.test("work() makes each sample of the epoch once, in its row of its batch's slot, and tells of each batch", () => {
  const queue = queueOf(3), made: number[][] = [];
  let ready = 0;
  resetQueue(queue, 0, faces);
  work(queue, (index, slot, row) => made.push([index, queue.slots.indexOf(slot), row]), () => ready++);
  assert.deepEqual(made, [[7, 0, 0], [6, 0, 1], [5, 0, 2], [4, 1, 0], [3, 1, 1], [2, 1, 2], [1, 2, 0], [0, 2, 1]]);
  assert.equal(ready, 3);
  assert.deepEqual([0, 1, 2, 3].map((batch) => isReady(queue, batch)), [true, true, true, false]);
  assert.deepEqual([0, 1, 2].map((batch) => batchLength(queue, batch)), [3, 3, 2]);
});

Deno.test("work() begins at the batch that resetQueue() names, and makes nothing of those before", () => {
  const queue = queueOf(2), made: number[] = [];
  resetQueue(queue, 1, faces);
  work(queue, (index) => made.push(index), () => {});
  assert.deepEqual(made, [4, 3, 2, 1, 0]);
  assert.deepEqual([0, 1, 2].map((batch) => isReady(queue, batch)), [false, true, true]);
  // A batch size that would carry the count over 32 bits.
  const huge = { ...queue, batchSize: 2 ** 40 };
  resetQueue(huge, 1, faces);
  work(huge, () => assert.fail("there is no second batch"), () => {});
});

Deno.test("work() leaves a stopped queue without making a sample", () => {
  const queue = queueOf(3);
  resetQueue(queue, 0, faces);
  stop(queue);
  work(queue, () => assert.fail("made a sample"), () => {});
  resetQueue(queue, 0, faces);
  let made = 0;
  work(queue, () => made++, () => {});
  assert.equal(made, 8);
});

Deno.test("work() waits for the picture of the next face, and no longer than until it is stopped", () => {
  const ready = new Int32Array(new SharedArrayBuffer(4 * 8)).fill(1);
  const waiting = { ...queueOf(3), ready };
  ready[5] = 0;
  resetQueue(waiting, 0, faces);
  const url = URL.createObjectURL(
    new Blob([`onmessage = ({ data: { control, ready } }) => {
      Atomics.wait(ready, 0, 0, 200);
      if (control) Atomics.store(control, 0, 1);
      else Atomics.store(ready, 5, 1);
      close();
    };`]),
  );
  const later = (data: { control?: Int32Array; ready: Int32Array }) =>
    new Worker(url, { type: "module" }).postMessage(data);
  const made: number[] = [];
  later({ control: waiting.control, ready });
  work(waiting, (index) => made.push(index), () => {});
  assert.deepEqual(made, [7, 6]);
  resetQueue(waiting, 0, faces);
  later({ ready });
  work(waiting, (index) => made.push(index), () => {});
  assert.deepEqual(made, [7, 6, ...faces]);
  URL.revokeObjectURL(url);
});

Deno.test("release() lets one batch after the other go, and ignores any other", () => {
  const queue = queueOf(1);
  resetQueue(queue, 0, faces);
  const released = () => Atomics.load(queue.control, 2);
  release(queue, 1);
  assert.equal(released(), 0);
  release(queue, 0);
  release(queue, 0);
  assert.equal(released(), 1);
});
