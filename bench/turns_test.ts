import assert from "node:assert/strict";
import { type Contender, takeTurns, turnsTable } from "./turns.ts";

function contender(what: string, group: string, seconds: number[], log: string[], items?: number): Contender {
  return {
    what,
    group,
    ours: what === "ours",
    ...(items === undefined ? {} : { items }),
    turn(round) {
      log.push(`${what} ${group} ${round}`);
      return Promise.resolve(seconds[round]!);
    },
  };
}

Deno.test("takeTurns() goes round by round, leaves the first round out, and compares within a group", async () => {
  const log: string[] = [];
  const rows = await takeTurns([
    contender("ours", "1", [9, 2, 4], log, 8),
    contender("theirs", "1", [9, 2, 3], log, 4),
    contender("ours", "2", [9, 1, 1], log, 8),
    contender("alone", "3", [9, 1, 1], log, 8),
  ], 2);
  assert.deepEqual(log.slice(0, 5), ["ours 1 0", "theirs 1 0", "ours 2 0", "alone 3 0", "ours 1 1"]);
  assert.deepEqual(rows.map(({ values }) => values), [[4, 2], [2, 8 / 6], [8, 8], [8, 8]]);
  assert.deepEqual(rows.map(({ ours }) => ours), [
    undefined,
    { median: 1.75, low: 1.5, high: 2 },
    undefined,
    undefined,
  ]);
});

Deno.test("takeTurns() keeps seconds where nothing is counted: ours is faster where a peer takes longer", async () => {
  const rows = await takeTurns([contender("ours", "", [9, 2], []), contender("theirs", "", [9, 3], [])], 1);
  assert.deepEqual(rows.map(({ values }) => values), [[2], [3]]);
  assert.equal(rows[1]!.ours?.median, 1.5);
});

Deno.test("turnsTable() prints medians, spread and ratios as Markdown", () => {
  const table = turnsTable(
    [
      { what: "ours", group: "1", values: [100, 120, 110], ours: undefined },
      { what: "theirs", group: "1", values: [2, 4, 3], ours: { median: 1.5, low: 1.25, high: 2 } },
    ],
    "images/s",
    "workers",
  );
  assert.deepEqual(table.split("\n"), [
    "| what | workers | images/s | ours is |",
    "| --- | ---: | ---: | ---: |",
    "| ours | 1 | 110 (100-120) |  |",
    "| theirs | 1 | 3.00 (2.00-4.00) | 1.50x (1.25-2.00) |",
  ]);
});
