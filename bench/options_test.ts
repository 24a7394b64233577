import assert from "node:assert/strict";
import { someOf, wholeNumber, wholeNumbers } from "./options.ts";

Deno.test("wholeNumbers() reads a list, and refuses what is no whole number or too small", () => {
  assert.deepEqual(wholeNumbers("16,32"), [16, 32]);
  assert.deepEqual(wholeNumbers("0,2", 0), [0, 2]);
  for (const wrong of ["", "16,", "0", "1.5", "-1", "1e3", "many"]) {
    assert.throws(() => wholeNumbers(wrong), /expected whole numbers of 1 or more/, wrong);
  }
});

Deno.test("wholeNumber() reads one number and refuses a list", () => {
  assert.equal(wholeNumber("5"), 5);
  assert.throws(() => wholeNumber("5,6"), /expected one whole number: '5,6'/);
});

Deno.test("someOf() takes names that exist and lists them for one that does not", () => {
  const read = someOf(["ours", "keras"]);
  assert.deepEqual(read("keras,ours"), ["keras", "ours"]);
  assert.throws(() => read("ours,karas"), /expected some of ours, keras: 'ours,karas'/);
});
