import assert from "node:assert/strict";
import { differences } from "./differences.ts";

Deno.test("differences() ignores the order of keys, not that of arrays", () => {
  assert.deepEqual(differences({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }), []);
  assert.deepEqual(differences([1, 2], [2, 1]), [{ key: "", left: [1, 2], right: [2, 1] }]);
});

Deno.test("differences() names each leaf by its dotted key, sorted, and tells missing from null", () => {
  assert.deepEqual(
    differences({ b: null, a: { x: 1, y: 2 }, same: "s" }, { b: 0, a: { x: 1, z: null }, same: "s", toString: 1 }),
    [
      { key: "a.y", left: 2, right: undefined },
      { key: "a.z", left: undefined, right: null },
      { key: "b", left: null, right: 0 },
      { key: "toString", left: undefined, right: 1 },
    ],
  );
  assert.deepEqual(differences({ a: { b: 1 } }, { a: 1 }), [{ key: "a", left: { b: 1 }, right: 1 }]);
});
