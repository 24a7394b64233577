import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "./backend.ts";
import { flatten, unflatten } from "./structure.ts";

await useBackend({ backend: "cpu" });

Deno.test("flatten() takes nested values apart in order, and unflatten() puts other tensors in their places", () => {
  const [a, b, c] = [tf.scalar(1), tf.scalar(2), tf.variable(tf.scalar(3))];
  const value = { loss: a, parts: [b, [c, a]], note: "x", count: 2, done: true, none: null, missing: undefined };
  const { tensors, structure } = flatten(value, "the result");
  assert.deepEqual(tensors, [a, b, c, a]);
  assert.deepEqual(unflatten(structure, tensors), value);
  const others = [10, 20, 30, 40].map((number) => tf.scalar(number));
  assert.deepEqual(unflatten(structure, others), {
    ...value,
    loss: others[0],
    parts: [others[1], [others[2], others[3]]],
  });
});

Deno.test("flatten() takes a lone tensor, and values without any", () => {
  const a = tf.scalar(1);
  const { tensors, structure } = flatten(a, "x");
  assert.deepEqual(tensors, [a]);
  assert.equal(unflatten(structure, [a]), a);
  for (const value of [undefined, null, 3, "text", [], {}, Object.assign(Object.create(null), { k: 1 })]) {
    const taken = flatten(value, "x");
    assert.deepEqual(taken.tensors, []);
    assert.deepEqual({ value: unflatten(taken.structure, []) }, { value: Array.isArray(value) ? [] : clean(value) });
  }
});

/** Objects come back as plain ones. */
const clean = (value: unknown) => value !== null && typeof value === "object" ? { ...value } : value;

Deno.test("flatten() says where something lies that it cannot take apart", () => {
  const refuse = (value: unknown, message: string) =>
    assert.throws(() => flatten(value, "input 0"), { name: "TypeError", message });
  refuse(new Map(), "Cannot use input 0 in a compiled function: expected tensors, found Map");
  refuse([1, { f: () => 1 }], "Cannot use input 0[1].f in a compiled function: expected tensors, found function");
  refuse({ n: 1n }, "Cannot use input 0.n in a compiled function: expected tensors, found bigint");
  refuse([new Float32Array(2)], "Cannot use input 0[0] in a compiled function: expected tensors, found Float32Array");
});
