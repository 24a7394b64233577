import assert from "node:assert/strict";
import { EXCLUSIONS, STOCK_EXCLUSIONS } from "./exclusions.ts";
import type { SpecResult } from "./suite.ts";
import { judge } from "./verdict.ts";

const spec = (name: string, status: SpecResult["status"]): SpecResult => ({ name, status, messages: [] });

Deno.test("judge() counts a listed spec that fails as excluded, and any other that fails as failed", () => {
  const results = [
    spec("add a", "passed"),
    spec("add b", "failed"),
    spec("sort a", "failed"),
    spec("sort b", "passed"),
    spec("sort c", "pending"),
  ];
  const { failed, ...counts } = judge(results, [{ reason: "no kernel", specs: ["sort"] }]);
  assert.deepEqual(counts, { passed: 2, excluded: 1, pending: 1, stale: [] });
  assert.deepEqual(failed.map(({ name }) => name), ["add b"]);
});

Deno.test("judge() tells which exclusions are not needed any more, but for those that vary by machine", () => {
  const results = [spec("add a", "passed"), spec("sort a", "failed")];
  const { stale } = judge(results, [
    { reason: "no kernel", specs: ["add", "sort"] },
    { reason: "rounding", specs: ["tan"], varies: true },
  ]);
  assert.deepEqual(stale, ["add"]);
});

Deno.test("EXCLUSIONS is no longer than stock tfjs-node's list and gives each name once, with a reason", () => {
  const names = EXCLUSIONS.flatMap(({ specs }) => specs);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length <= STOCK_EXCLUSIONS, `${names.length} exclusions`);
  for (const { reason } of EXCLUSIONS) assert.match(reason, /\w+ \w+/);
});
