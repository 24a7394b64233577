import assert from "node:assert/strict";
import { join } from "node:path";
import { appendMetrics, readMetrics, rewindMetrics } from "./metrics_file.ts";

async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(join(folder, "metrics.jsonl"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const line = (epoch: number) => JSON.stringify({ epoch, step: epoch * 10, loss: 1 / (epoch + 3) }) + "\n";

Deno.test("readMetrics() is empty before the first epoch", () =>
  withFile(async (path) => assert.deepEqual(await readMetrics(path), [])));

Deno.test("readMetrics() passes over a torn last line", () =>
  withFile(async (path) => {
    for (const torn of ["", "{", line(2).slice(0, -1), '{"epoch":2,"lo', "\0\0\0"]) {
      await Deno.writeTextFile(path, line(0) + line(1) + torn);
      assert.deepEqual((await readMetrics(path)).map(({ epoch }) => epoch), [0, 1]);
    }
  }));

Deno.test("readMetrics() names file and line of a whole line that is no record", () =>
  withFile(async (path) => {
    for (const bad of ["{", "", "3", "null", "[]", '{"epoch":"one"}']) {
      await Deno.writeTextFile(path, `${line(0)}${bad}\n${line(1)}`);
      await assert.rejects(readMetrics(path), /metrics\.jsonl' as line 2 is not a JSON object with an epoch: '/);
    }
  }));

Deno.test("appendMetrics() cuts off a torn line of any length before it adds its own", () =>
  withFile(async (path) => {
    for (const torn of ["", "{", '{"epoch":1', "x".repeat(4096), "é".repeat(10_000)]) {
      await Deno.writeTextFile(path, line(0) + torn);
      await appendMetrics(path, { epoch: 1, step: 10, loss: 0.25 });
      assert.equal(await Deno.readTextFile(path), line(0) + line(1));
    }
    await Deno.writeTextFile(path, "torn from the first byte");
    await appendMetrics(path, { epoch: 0, step: 0, loss: 1 / 3 });
    assert.equal(await Deno.readTextFile(path), line(0));
  }));

Deno.test("rewindMetrics() drops later epochs and a torn line and keeps the others byte for byte", () =>
  withFile(async (path) => {
    assert.deepEqual(await rewindMetrics(path, 3), []);
    await Deno.writeTextFile(path, line(0) + line(1) + line(2) + line(3) + '{"epo');
    assert.deepEqual((await rewindMetrics(path, 3)).map(({ epoch }) => epoch), [0, 1, 2]);
    assert.equal(await Deno.readTextFile(path), line(0) + line(1) + line(2));
    const { ino } = await Deno.stat(path);
    await rewindMetrics(path, 3);
    assert.equal((await Deno.stat(path)).ino, ino, "an untouched file is not written again");
    await rewindMetrics(path, 0);
    assert.equal(await Deno.readTextFile(path), "");
  }));
