import assert from "node:assert/strict";
import { expandJobId, parseStates, POLL_EVERY, pollQueue, readSlurmState } from "./slurm_queue.ts";
import { withFakeSlurm } from "./testdata/fake_slurm.ts";

Deno.test("expandJobId() expands the elements of an array", () => {
  assert.deepEqual(expandJobId("123_[4-9%2]"), ["123_4", "123_5", "123_6", "123_7", "123_8", "123_9"]);
  assert.deepEqual(expandJobId("123_[1,3-4,7]"), ["123_1", "123_3", "123_4", "123_7"]);
  assert.deepEqual(expandJobId("123_[0-8:4]"), ["123_0", "123_4", "123_8"]);
  assert.deepEqual(expandJobId("123_4"), ["123_4"]);
  assert.deepEqual(expandJobId("123"), ["123"]);
});

Deno.test("expandJobId() answers damaged ids with nothing", () => {
  for (const id of ["", "abc", "123_", "123_[", "123_[x]", "12_[0-999999999]", "123_4.batch"]) {
    assert.deepEqual(expandJobId(id), [], id);
  }
});

Deno.test("parseStates() passes over steps and keeps the first word of a state", () => {
  const text = `123_0|COMPLETED
123_0.batch|FAILED
123_0.0|FAILED
123_1|CANCELLED by 1000
123_[2-3%1]|PENDING

damaged line
124_0|
`;
  assert.deepEqual([...parseStates(text)], [
    ["123_0", "COMPLETED"],
    ["123_1", "CANCELLED"],
    ["123_2", "PENDING"],
    ["123_3", "PENDING"],
  ]);
});

Deno.test("readSlurmState() knows every state of Slurm's manual", () => {
  const by = (state: string) => readSlurmState(state).state;
  assert.equal(by("PENDING"), "waiting");
  assert.equal(by("REQUEUED"), "waiting");
  assert.equal(by("COMPLETING"), "running");
  assert.equal(by("SUSPENDED"), "running");
  assert.equal(by("COMPLETED"), "ended");
  assert.equal(by("CANCELLED"), "cancelled");
  assert.equal(by("TIMEOUT"), "timed-out");
  assert.equal(by("PREEMPTED"), "gone");
  for (const state of ["FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL"]) {
    assert.deepEqual(readSlurmState(state), { state: "failed", reason: state });
  }
  assert.equal(readSlurmState(undefined).state, "gone");
});

Deno.test("pollQueue() asks sacct once a minute, whoever asks, and again when the clock was set back", async () => {
  await withFakeSlurm(async ({ folder, calls, set }) => {
    await set("sacct", "7_[0-1]|PENDING");
    const first = await pollQueue(folder, ["7"], 1e12);
    assert.equal(first.source, "sacct");
    assert.equal(first.stateOf("7_1"), "PENDING");
    assert.equal(first.stateOf("constructor"), undefined);
    await set("sacct", "7_0|RUNNING");
    const soon = await pollQueue(folder, ["7", "8"], 1e12 + POLL_EVERY - 1);
    assert.equal(soon.stateOf("7_0"), "PENDING");
    assert.equal(soon.time, 1e12);
    assert.equal(soon.asked("8"), false, "a job submitted since was not part of the question");
    assert.deepEqual(await calls(), ["sacct --parsable2 --noheader --format=JobID,State --jobs=7"]);
    const later = await pollQueue(folder, ["7", "8"], 1e12 + POLL_EVERY);
    assert.equal(later.stateOf("7_0"), "RUNNING");
    assert.equal(later.asked("8"), true);
    await set("sacct", "7_0|COMPLETED");
    assert.equal((await pollQueue(folder, ["7"], 9e11)).stateOf("7_0"), "COMPLETED");
    assert.equal((await calls()).length, 3);
  });
});

Deno.test("pollQueue() asks squeue where sacct fails or knows nothing, and says when nobody answers", async () => {
  await withFakeSlurm(async ({ folder, set }) => {
    await set("sacct", "", 1);
    await set("squeue", "7_0|RUNNING\n7_1|PENDING");
    const answer = await pollQueue(folder, ["7"], 1e12);
    assert.deepEqual([answer.source, answer.stateOf("7_0"), answer.stateOf("7_2")], ["squeue", "RUNNING", undefined]);
    await set("sacct", "", 0);
    await set("squeue", "", 1);
    const nobody = await pollQueue(folder, ["7"], 2e12);
    assert.deepEqual([nobody.source, nobody.stateOf("7_0")], ["", undefined]);
  });
});

Deno.test("pollQueue() makes a damaged cache anew", async () => {
  await withFakeSlurm(async ({ folder, set }) => {
    await set("sacct", "7_0|RUNNING");
    for (const damage of ["", "{", "null", '{"time":1e12,"jobs":[]}']) {
      await Deno.writeTextFile(`${folder}/queue.json`, damage);
      assert.equal((await pollQueue(folder, ["7"], 1e12)).stateOf("7_0"), "RUNNING");
    }
  });
});
