import assert from "node:assert/strict";
import { Drawing } from "./drawing.ts";
import { type Job, splitSeed } from "./job.ts";

const SIZE = 16;

function jobOf(count: number): Job {
  return {
    seed: splitSeed(1, "train"),
    size: SIZE,
    margin: 0,
    hard: new Uint8Array(count),
    images: new Uint8Array(new SharedArrayBuffer(count * SIZE * SIZE * 3)),
    landmarks: new Float32Array(new SharedArrayBuffer(count * 136 * 4)),
    visible: new Uint8Array(new SharedArrayBuffer(count * 68)),
    transforms: new Float32Array(new SharedArrayBuffer(count * 4 * 4)),
  };
}

Deno.test("Drawing makes the same bytes in this thread and in others, labels first or not, in any order", async () => {
  const drawn: Job[] = [];
  for (const [threads, labelsFirst] of [[0, false], [2, false], [2, true]] as const) {
    const drawing = new Drawing(jobOf(12), { threads, labelsFirst });
    drawing.prefer(Int32Array.of(11, 3));
    await drawing.drawn;
    await drawing.labelled;
    assert.ok(drawing.ready.every((ready) => ready === 1));
    drawn.push(drawing.job);
  }
  assert.deepEqual(drawn[1], drawn[0]);
  assert.deepEqual(drawn[2], drawn[0]);
});

Deno.test("Drawing fails with one sentence when a thread does, whoever waits, and whenever", async () => {
  const job = { ...jobOf(12), visible: new Uint8Array(new SharedArrayBuffer(1)) };
  for (const threads of [0, 2]) {
    const drawing = new Drawing(job, { threads, labelsFirst: threads > 0 });
    const message = threads > 0 ? /^Error: Cannot draw synthetic faces as a worker failed: .*offset/ : /offset/;
    await assert.rejects(drawing.drawn, message);
    await new Promise((resolve) => setTimeout(resolve));
    await assert.rejects(drawing.drawn, message);
    drawing.close();
    await assert.rejects(drawing.drawn, message);
  }
});

Deno.test("Drawing gives up what is not drawn when it is closed", async () => {
  for (const threads of [0, 2]) {
    const drawing = new Drawing(jobOf(3000), { threads, labelsFirst: true });
    drawing.close();
    await assert.rejects(drawing.drawn, {
      message: /^Cannot draw synthetic faces as drawing was given up: \d+ of 3000 are drawn$/,
    });
    await assert.rejects(drawing.labelled);
    drawing.close();
  }
});
