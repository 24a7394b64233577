import assert from "node:assert/strict";
import { runModels } from "./models.ts";

async function models(...args: string[]): Promise<{ code: number; text: string; errors: string }> {
  let text = "", errors = "";
  const output = { color: false, out: (more: string) => text += more, error: (more: string) => errors += more };
  const code = await runModels(args, output);
  return { code, text, errors };
}

Deno.test("models lists every network with computed parameters and FLOPs", async () => {
  const { code, text } = await models();
  assert.equal(code, 0);
  for (const name of ["mnv2", "efnb0", "efnb3", "efnb7"]) assert.match(text, new RegExp(`^${name} `, "m"));
  assert.match(text, /mnv2 +MobileNetV2 +2432200 +2398088 +300 +599 +153 +224/);
  assert.match(text, /efnb3 +EfficientNet-B3 +10992560 /);
});

Deno.test("models --json counts at the size and for the points that are asked for", async () => {
  const { code, text } = await models("efnb0", "--points", "29", "--size", "112", "--json");
  assert.equal(code, 0);
  const [only, ...others] = JSON.parse(text);
  assert.equal(others.length, 0);
  assert.deepEqual([only.name, only.points, only.size, only.parameters], ["efnb0", 29, 112, 4_223_780 - 78 * 1281]);
});

Deno.test("models --layers shows one network layer by layer, the sums being the network's", async () => {
  const { text } = await models("mnv2", "--layers", "--json");
  const layers = JSON.parse(text) as { name: string; parameters: number; macs: number; output: number[] }[];
  assert.equal(layers.reduce((sum, { parameters }) => sum + parameters, 0), 2_432_200);
  assert.equal(layers.reduce((sum, { macs }) => sum + macs, 0), 599_336_704 / 2);
  assert.deepEqual(layers.find(({ name }) => name === "Conv1"), {
    name: "Conv1",
    kind: "Conv2D",
    output: [112, 112, 32],
    parameters: 864,
    macs: 864 * 112 * 112,
  });
  assert.match((await models("mnv2", "--layers")).text, /Conv1 +Conv2D +112 x 112 x 32 +864 +10838016/);
});

Deno.test("models answers what it does not know with what there is", async () => {
  const cases: [string[], RegExp][] = [
    [["mnv3"], /^Cannot find a model as there are only mnv2, .*did you mean mnv2\?\): mnv3\n$/],
    [["--layers"], /^Cannot show layers of more than one network, name one: all\n$/],
    [["--size", "big"], /^Cannot run 'models' as '--size' is wrong, expected a whole number of at least 1: 'big'\n$/],
    [["--size", "16"], /^Cannot make a model as its size must be a whole number from 32 to 4096 pixels: 16\n$/],
    [["--sise", "16"], /^Cannot run 'models' as it has no option '--sise', did you mean --size/],
  ];
  for (const [args, message] of cases) {
    const { code, text, errors } = await models(...args);
    assert.notEqual(code, 0);
    assert.equal(text, "");
    assert.match(errors, message);
  }
});
