import assert from "node:assert/strict";
import { Crew } from "./crew.ts";
import type { Job } from "./job.ts";

Deno.test("Crew.work() fails with the reason of a worker that fails, and ends when it is dismissed", async () => {
  const job: Job = {
    seed: 1,
    size: 32,
    margin: 0,
    hard: new Uint8Array(new SharedArrayBuffer(40)),
    images: new Uint8Array(new SharedArrayBuffer(1)), // no face fits
    landmarks: new Float32Array(new SharedArrayBuffer(40 * 136 * 4)),
    visible: new Uint8Array(new SharedArrayBuffer(40 * 68)),
    transforms: new Float32Array(new SharedArrayBuffer(40 * 4 * 4)),
    ready: new Int32Array(new SharedArrayBuffer(40 * 4)),
  };
  const crew = new Crew(job, 2);
  await crew.work("place", [...job.hard.keys()]);
  assert.ok(job.landmarks.every((value) => value !== 0));
  await assert.rejects(crew.work("draw", [0, 1, 2]), {
    message: /^Cannot draw synthetic faces as a worker failed: .*RangeError/,
  });
  crew.dismiss();
});
