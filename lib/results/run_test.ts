import assert from "node:assert/strict";
import { join } from "node:path";
import { readNpy } from "@/data/npy.ts";
import { fromFileUrl, projectRoot } from "@/paths.ts";
import { withFolder } from "@/testing.ts";
import { parseFaceErrors } from "./face_errors.ts";
import { listRuns, openRun, RunConflictError, RunInUseError, runPath } from "./run.ts";
import { readRun } from "./read_run.ts";
import { exampleErrors, exampleRequest, exampleResult } from "./testdata/example_runs.ts";

Deno.test("openRun() freezes the configuration, with git commit, versions and machine", () =>
  withFolder(async (root) => {
    const request = exampleRequest();
    const path = runPath(root, request);
    await using run = await openRun(path, request, { device: "GPU 0", libraries: { tensorflow: "2.21.0" } });
    assert.equal(run.resumed, false);
    const config = JSON.parse(await Deno.readTextFile(join(path, "config.json")));
    assert.deepEqual(config, JSON.parse(JSON.stringify(run.config)));
    const { environment, version, ...asked } = config;
    assert.equal(version, 1);
    assert.deepEqual(asked, JSON.parse(JSON.stringify(request)));
    assert.equal(environment.machine.device, "GPU 0");
    assert.equal(environment.libraries.tensorflow, "2.21.0");
    assert.equal(environment.libraries.deno, Deno.version.deno);
    assert.match(environment.libraries["@tensorflow/tfjs"], /^\d+\.\d+\.\d+$/);
    assert.match(environment.lock, /^[0-9a-f]{64}$/);
  }));

Deno.test("openRun() opens a run again when only time and place differ, and finds what it wrote", () =>
  withFolder(async (root) => {
    const request = exampleRequest();
    const path = runPath(root, request);
    {
      await using run = await openRun(path, request, { device: "CPU" });
      await run.appendMetrics({ epoch: 0, step: 10, loss: 1.5, validationNme: NaN });
    }
    const before = await Deno.readTextFile(join(path, "config.json"));
    await using run = await openRun(path, { ...request }, { device: "GPU" });
    assert.equal(run.resumed, true);
    assert.deepEqual(await run.metrics(), [{ epoch: 0, step: 10, loss: 1.5, validationNme: null }]);
    await assert.rejects(run.appendMetrics({ epoch: 0, step: 10, loss: 1 }), /the epoch must follow 0: 0$/);
    await run.appendMetrics({ epoch: 1, step: 20, loss: 1 });
    assert.equal(await Deno.readTextFile(join(path, "config.json")), before);
  }));

Deno.test("openRun() refuses another configuration, lists the keys that differ and leaves the run as it was", () =>
  withFolder(async (root) => {
    const request = exampleRequest({ lossOptions: { lambda: 1 } });
    const path = runPath(root, request);
    await (await openRun(path, request)).close();
    const before = await Deno.readTextFile(join(path, "config.json"));
    const other = exampleRequest({ lossOptions: { lambda: 2, form: "paper" }, epochs: 7, hash: "other" });
    await assert.rejects(openRun(path, other), (error: unknown) => {
      assert(error instanceof RunConflictError);
      assert.deepEqual(error.differing.map(({ key }) => key), [
        "data.test.hash",
        "data.train.hash",
        "settings.epochs",
        "settings.loss.options.form",
        "settings.loss.options.lambda",
      ]);
      assert.match(error.message, /settings\.epochs \(5 there, 7 asked\)/);
      assert.match(error.message, /settings\.loss\.options\.form \(nothing there, "paper" asked\)/);
      return true;
    });
    assert.equal(await Deno.readTextFile(join(path, "config.json")), before);
    await (await openRun(path, request)).close();
  }));

Deno.test("openRun() says where it cannot create the folder, and keeps the file that lies there", () =>
  withFolder(async (root) => {
    await Deno.writeTextFile(join(root, "synthetic-mnv2"), "mine");
    const request = exampleRequest();
    await assert.rejects(openRun(runPath(root, request), request), /^Error: Cannot create run directory '.*seed-1': /);
    assert.equal(await Deno.readTextFile(join(root, "synthetic-mnv2")), "mine");
  }));

Deno.test("openRun() refuses a run whose config.json is damaged, names the file and releases the run", () =>
  withFolder(async (root) => {
    const request = exampleRequest();
    const path = runPath(root, request);
    await Deno.mkdir(path, { recursive: true });
    for (const [text, expected] of [["{", /not JSON/], ["[]", /'version' is not 1: nothing/]] as const) {
      await Deno.writeTextFile(join(path, "config.json"), text);
      await assert.rejects(openRun(path, request), expected);
    }
    await Deno.remove(join(path, "config.json"));
    await (await openRun(path, request)).close();
  }));

Deno.test("Run.writeResult() and the writers before it make a finished run that reads back equal", () =>
  withFolder(async (root) => {
    const request = exampleRequest({ seed: 3 });
    const path = runPath(root, request);
    const run = await openRun(path, request);
    assert.equal((await readRun(path, root)).state, "running");
    await run.writeFailure("Loss is NaN at step 3");
    await run.writePredictions(Float32Array.from({ length: 120 }, (_, i) => i / 8), 20);
    await run.writeErrors(exampleErrors({ seed: 3 }));
    await run.writeResult(exampleResult({ seed: 3 }));
    await run.close();
    await run.close();

    const record = await readRun(path, root);
    assert.equal(record.state, "finished");
    assert.equal(record.name, "synthetic-mnv2/acr/seed-3");
    assert.deepEqual(record.result, exampleResult({ seed: 3 }));
    const { shape, data } = await readNpy(join(path, "predictions.npy"));
    assert.deepEqual([...shape, data[119]], [20, 6, 119 / 8]);
    const errors = parseFaceErrors(await Deno.readTextFile(join(path, "errors.csv")), "errors.csv");
    assert.deepEqual(errors, exampleErrors({ seed: 3 }));
    const left = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
    assert.deepEqual(left, ["config.json", "errors.csv", "predictions.npy", "result.json"]);
  }));

Deno.test("Run.writeFailure() records why a run stopped, with what else is known, until it is opened again", () =>
  withFolder(async (root) => {
    const request = exampleRequest();
    const path = runPath(root, request);
    const run = await openRun(path, request);
    await run.writeFailure("Loss is NaN at step 3", { step: 3, faces: ["a", "b"] });
    await run.close();
    assert.deepEqual(JSON.parse(await Deno.readTextFile(join(path, "failure.json"))).details, {
      step: 3,
      faces: ["a", "b"],
    });
    const { state, reason } = await readRun(path, root);
    assert.deepEqual([state, reason], ["failed", "Loss is NaN at step 3"]);
    await (await openRun(path, request)).close();
    assert.equal((await readRun(path, root)).state, "interrupted");
  }));

Deno.test("Run.writeResult() refuses a result that could not be read back", () =>
  withFolder(async (root) => {
    const request = exampleRequest();
    await using run = await openRun(runPath(root, request), request);
    const { subsets: _, ...rest } = exampleResult();
    await assert.rejects(run.writeResult(rest as never), /its 'subsets.full' is not an object: nothing/);
    await assert.rejects(run.writePredictions(new Float32Array(7), 2), /7 numbers are not rows of 2 faces/);
    assert.equal((await readRun(run.path, root)).state, "running");
  }));

Deno.test("Run.rewindMetrics() drops the epochs after the checkpoint", () =>
  withFolder(async (root) => {
    const request = exampleRequest();
    await using run = await openRun(runPath(root, request), request);
    for (let epoch = 0; epoch < 4; epoch++) await run.appendMetrics({ epoch, step: epoch, loss: epoch });
    assert.deepEqual((await run.rewindMetrics(2)).map(({ epoch }) => epoch), [0, 1]);
    await run.appendMetrics({ epoch: 2, step: 2, loss: 20 });
    assert.deepEqual((await run.metrics()).map(({ loss }) => loss), [0, 1, 20]);
  }));

Deno.test("openRun() refuses a run that another process works on, with its pid and host", () =>
  withFolder(async (root) => {
    const request = exampleRequest();
    const path = runPath(root, request);
    await using run = await openRun(path, request);
    await assert.rejects(openRun(path, request), (error: unknown) => {
      assert(error instanceof RunInUseError);
      assert(error.message.includes(`at work there: pid ${Deno.pid} on ${Deno.hostname()}, since `), error.message);
      return true;
    });
    await run.appendMetrics({ epoch: 0, step: 1, loss: 1 });
  }));

Deno.test("openRun() lets 16 processes write at once, 6 runs of their own and turns on one, and nothing is lost", () =>
  withFolder(async (root) => {
    const script = fromFileUrl(new URL("./testdata/write_runs.ts", import.meta.url));
    const children = Array.from({ length: 16 }, (_, worker) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", script, root, String(worker + 1), "6", "4"],
        cwd: projectRoot,
        stderr: "piped",
        stdout: "null",
      }).output());
    for (const { success, stderr } of await Promise.all(children)) {
      assert(success, new TextDecoder().decode(stderr));
    }
    const runs = await listRuns(root);
    const finished = runs.filter(({ state }) => state === "finished");
    assert.equal(finished.length, 16 * 6);
    for (const { path } of finished) {
      const lines = (await Deno.readTextFile(join(path, "metrics.jsonl"))).trimEnd().split("\n");
      assert.equal(lines.length, 5);
    }
    // Every turn on the shared run left its line, in order: no two processes ever held it at once.
    const shared = runs.find(({ name }) => name === "shared/acr/seed-0")!;
    const lines = (await Deno.readTextFile(join(shared.path, "metrics.jsonl"))).trimEnd().split("\n");
    const records = lines.map((line) => JSON.parse(line));
    assert.deepEqual(records.map(({ epoch }) => epoch), Array.from({ length: 64 }, (_, i) => i));
    for (let worker = 1; worker <= 16; worker++) {
      assert.equal(records.filter(({ loss }) => loss === worker).length, 4);
    }
    assert.equal(shared.state, "interrupted");
    const stray = [...Deno.readDirSync(shared.path)].map(({ name }) => name).filter((name) => /tmp|json\./.test(name));
    assert.deepEqual(stray, []);
  }));

Deno.test("openRun() removes what a killed process left half-written, but no lock that another may be making", () =>
  withFolder(async (root) => {
    const request = exampleRequest();
    const path = runPath(root, request);
    const run = await openRun(path, request);
    const lock = JSON.parse(await Deno.readTextFile(join(path, "running.json")));
    await run.close();
    const dead = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
    await dead.status;
    await Deno.writeTextFile(join(path, "running.json.tmp-3-4"), JSON.stringify({ ...lock, pid: dead.pid }));
    const old = new Date(Date.now() - 3_600_000);
    for (const name of ["result.json.tmp-12-0a1b2c3d", "running.json.tmp-1-2", "running.json.aa", "mine.tmp-notes"]) {
      await Deno.writeTextFile(join(path, name), "{");
      if (name === "running.json.aa") await Deno.utime(join(path, name), old, old);
    }
    await (await openRun(path, request)).close();
    const left = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
    assert.deepEqual(left, ["config.json", "mine.tmp-notes", "running.json.tmp-1-2"]);
  }));
