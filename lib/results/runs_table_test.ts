import assert from "node:assert/strict";
import type { RunRecord } from "./read_run.ts";
import { runsTable } from "./runs_table.ts";
import { exampleConfig, exampleResult } from "./testdata/example_runs.ts";

const finished = (): RunRecord => ({
  path: "results/a",
  name: "a/acr/seed-1",
  state: "finished",
  reason: "",
  config: exampleConfig({ seed: 1 }),
  result: exampleResult({ seed: 1, nme: 0.0512 }),
});

Deno.test("runsTable() shows each run with its error, and a reason only where one is not finished", () => {
  const table = runsTable([finished()]);
  assert.deepEqual(table.columns.map(({ key }) => key), [
    ...["run", "state", "dataset", "network", "loss", "epochs", "nme", "time"],
  ]);
  assert.equal(table.caption, "1 run");
  const [line] = table.toCsv().trimEnd().split("\n").slice(1);
  assert.match(line!, /^a\/acr\/seed-1,finished,synthetic,mobilenet_v2,acr,5,0\.0512,/);
  assert.match(table.toText(), /5\.12/);
});

Deno.test("runsTable() has a row for a run that cannot be read", () => {
  const broken: RunRecord = { path: "x", name: "x", state: "broken", reason: "It has no config.json" };
  const table = runsTable([finished(), broken]);
  assert.equal(table.columns.at(-1)!.key, "reason");
  assert.match(table.toText(), /broken .*It has no config.json/);
});
