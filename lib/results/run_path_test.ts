import assert from "node:assert/strict";
import { join, resolve, sep } from "node:path";
import { runPath, variantName } from "./run_path.ts";

Deno.test("variantName() is the loss alone when nothing was changed", () => {
  assert.equal(variantName("acr"), "acr");
});

Deno.test("variantName() lists changed settings by name, whatever their order", () => {
  assert.equal(variantName("acr", { size: 112, epochs: 5 }), "acr,epochs=5,size=112");
  assert.equal(
    variantName("acr", { "loss.lambda": 0.5, "optimizer": "sgd", percentages: [80, 90], augment: false }),
    "acr,augment=false,loss.lambda=0.5,optimizer=sgd,percentages=80+90",
  );
});

Deno.test("variantName() writes other characters as %XX, so that no two values share a name", () => {
  assert.equal(variantName("acr", { init: "../a b/é" }), "acr,init=..%2Fa%20b%2F%C3%A9");
  assert.notEqual(variantName("acr", { a: "1,b=2" }), variantName("acr", { a: 1, b: 2 }));
});

Deno.test("variantName() ends a name that is too long in its hash", () => {
  const long = variantName("acr", { note: "x".repeat(500) });
  assert(long.length < 180);
  assert.match(long, /^acr,note=x+~[0-9a-f]{12}$/);
  assert.notEqual(long, variantName("acr", { note: "x".repeat(501) }));
  assert.equal(runPath("r", { experiment: "e", variant: long, seed: 0 }), join("r", "e", long, "seed-0"));
});

Deno.test("runPath() depends on experiment, variant and seed alone", () => {
  const name = { experiment: "300w-mnv2", variant: "acr,epochs=5", seed: 12 };
  assert.equal(runPath("results", name), join("results", "300w-mnv2", "acr,epochs=5", "seed-12"));
});

Deno.test("runPath() never leads out of the results folder", () => {
  const root = resolve("results");
  const evil = [
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "../../etc",
    "/etc",
    ".hidden",
    "a\0b",
    "a\nb",
    "-x",
    "~",
    "%2e%2e",
    "x".repeat(300),
  ];
  for (const name of evil) {
    for (const asked of [{ experiment: name, variant: "acr" }, { experiment: "e", variant: name }]) {
      assert.throws(() => runPath(root, { ...asked, seed: 1 }), /^RangeError: Cannot place a run as its /, name);
    }
    if (name !== "") {
      assert(
        resolve(runPath(root, { experiment: "e", variant: variantName(`l${name}`), seed: 1 })).startsWith(root + sep),
      );
    }
  }
  for (const seed of [-1, 1.5, NaN, 2 ** 53]) {
    assert.throws(() => runPath(root, { experiment: "e", variant: "acr", seed }), /its seed must be a whole number/);
  }
});
