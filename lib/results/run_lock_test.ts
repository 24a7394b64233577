import assert from "node:assert/strict";
import { join } from "node:path";
import { withFolder } from "@/testing.ts";
import { LOCK_FILE, RunClaim, RunInUseError, type RunOwner, runOwner, STALE_AFTER } from "./run_lock.ts";

/** Leaves a lock as another process would. */
async function leaveLock(folder: string, changes: Partial<RunOwner>, age = 0): Promise<void> {
  const claim = await RunClaim.take(folder);
  const owner = { ...claim.owner, token: "abc", ...changes };
  await claim.release();
  await Deno.writeTextFile(join(folder, LOCK_FILE), JSON.stringify(owner));
  const time = new Date(Date.now() - age);
  await Deno.utime(join(folder, LOCK_FILE), time, time);
}

async function deadPid(): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await child.status;
  return child.pid;
}

Deno.test("RunClaim.take() holds the folder until it is released", () =>
  withFolder(async (folder) => {
    const first = await RunClaim.take(folder);
    await assert.rejects(RunClaim.take(folder), RunInUseError);
    assert.equal((await runOwner(folder))?.alive, true);
    await first.release();
    assert.equal(await runOwner(folder), undefined);
    await (await RunClaim.take(folder)).release();
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("RunClaim.take() says which run it is where nothing can be written", () =>
  withFolder(async (folder) => {
    await assert.rejects(
      RunClaim.take(join(folder, "gone")),
      /^Error: Cannot work on run '.*gone' as nothing can be written there: /,
    );
  }));

Deno.test("RunClaim.take() takes over from a process of this machine that has died, however lately it beat", () =>
  withFolder(async (folder) => {
    await leaveLock(folder, { pid: await deadPid() });
    assert.equal((await runOwner(folder))?.alive, false);
    await (await RunClaim.take(folder)).release();
  }));

Deno.test(
  "RunClaim.take() does not take a reused pid for the owner",
  { ignore: Deno.build.os !== "linux" },
  () =>
    withFolder(async (folder) => {
      await leaveLock(folder, { pid: Deno.pid, born: "1" });
      await (await RunClaim.take(folder)).release();
    }),
);

Deno.test("RunClaim.take() believes an owner elsewhere while its heartbeat is fresh", () =>
  withFolder(async (folder) => {
    await leaveLock(folder, { host: "node-7", place: "elsewhere", pid: 4242 }, STALE_AFTER / 2);
    await assert.rejects(RunClaim.take(folder), /another process is at work there: pid 4242 on node-7, since /);
    await leaveStale(folder, STALE_AFTER + 1000);
    await (await RunClaim.take(folder)).release();
    // A time far ahead is a changed clock, not a fresh heartbeat.
    await leaveLock(folder, { host: "node-7", place: "elsewhere" }, -STALE_AFTER - 60_000);
    await (await RunClaim.take(folder)).release();
  }));

async function leaveStale(folder: string, age: number): Promise<void> {
  const time = new Date(Date.now() - age);
  await Deno.utime(join(folder, LOCK_FILE), time, time);
}

Deno.test("RunClaim.take() waits out, then replaces, a lock file that says nothing", () =>
  withFolder(async (folder) => {
    for (const text of ["", "{", "null", '{"token":"../../x","pid":1}', "\0".repeat(100_000)]) {
      await Deno.writeTextFile(join(folder, LOCK_FILE), text);
      await assert.rejects(RunClaim.take(folder), RunInUseError);
      await leaveStale(folder, STALE_AFTER + 1000);
      await (await RunClaim.take(folder)).release();
    }
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("RunClaim.take() replaces a dead claim to a dead lock", () =>
  withFolder(async (folder) => {
    const pid = await deadPid();
    await leaveLock(folder, { pid, token: "def" });
    await Deno.rename(join(folder, LOCK_FILE), join(folder, `${LOCK_FILE}.abc`));
    await Deno.writeTextFile(
      join(folder, LOCK_FILE),
      (await Deno.readTextFile(join(folder, `${LOCK_FILE}.abc`))).replace("def", "abc"),
    );
    const claim = await RunClaim.take(folder);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), [LOCK_FILE]);
    await claim.release();
  }));

Deno.test("RunClaim.take() gives a dead lock to one of many that see it at once", () =>
  withFolder(async (folder) => {
    const pid = await deadPid();
    for (let round = 0; round < 20; round++) {
      await leaveLock(folder, { pid });
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => RunClaim.take(folder)));
      const claims = results.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
      const errors = results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
      assert.equal(claims.length, 1);
      assert(errors.every((error) => error instanceof RunInUseError), String(errors));
      await claims[0]!.check();
      await claims[0]!.release();
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    }
  }));

Deno.test("RunClaim.check() tells a process that it was taken for dead, and release() leaves the other's lock", () =>
  withFolder(async (folder) => {
    const claim = await RunClaim.take(folder);
    await Deno.remove(join(folder, LOCK_FILE));
    const other = await RunClaim.take(folder);
    await claim.beat();
    await assert.rejects(claim.check(), /another process has taken it over: pid \d+/);
    await claim.release();
    await other.check();
    await other.release();
  }));

Deno.test("RunClaim.beat() shows life by the file's time and keeps what it says", () =>
  withFolder(async (folder) => {
    const claim = await RunClaim.take(folder);
    await leaveStale(folder, 60_000);
    const before = await Deno.readTextFile(join(folder, LOCK_FILE));
    await claim.beat();
    const { mtime } = await Deno.stat(join(folder, LOCK_FILE));
    assert(Date.now() - mtime!.getTime() < 30_000);
    assert.equal(await Deno.readTextFile(join(folder, LOCK_FILE)), before);
    await claim.release();
  }));
