import assert from "node:assert/strict";
import { errorLine } from "./errors.ts";

Deno.test("errorLine() is the last line that reads as an error, else the last line, else nothing", () => {
  assert.equal(
    errorLine("Blocking waiting for file lock\nCannot read 'x': 3\n    at f (x.ts:1:1)\n"),
    "Cannot read 'x': 3",
  );
  assert.equal(
    errorLine("Epoch 1\nerror: Uncaught (in promise) TypeError: no\n  at x"),
    "error: Uncaught (in promise) TypeError: no",
  );
  assert.equal(errorLine("RangeError: too large\n"), "RangeError: too large");
  assert.equal(errorLine("Errors of the faces\nKilled\n"), "Killed");
  assert.equal(errorLine("\n"), "");
});
