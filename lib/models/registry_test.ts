import assert from "node:assert/strict";
import { useBackend } from "@/tensorflow/mod.ts";
import { modelCost } from "./cost.ts";
import { createModel, describeModel, modelEntry, modelNames } from "./registry.ts";

await useBackend({ quiet: true });

Deno.test("modelNames() lists MobileNetV2 and EfficientNet-B0 to B7", () => {
  assert.deepEqual(modelNames(), ["mnv2", "efnb0", "efnb1", "efnb2", "efnb3", "efnb4", "efnb5", "efnb6", "efnb7"]);
});

Deno.test("createModel() makes the network that it is asked for", () => {
  for (const [name, head] of [["mnv2", "O_L"], ["efnb0", "out"]] as const) {
    const model = createModel(name, { points: 29, size: 64, seed: 1 });
    assert.deepEqual(model.inputs[0]!.shape, [null, 64, 64, 3]);
    assert.deepEqual(model.outputShape, [null, 58]);
    assert.equal(modelEntry(name).head, head);
    assert.equal(model.layers.at(-1)!.name, head);
    model.dispose();
  }
});

Deno.test("createModel() refuses an unknown name and another network's option", () => {
  assert.throws(() => createModel("mnv3"), {
    message:
      "Cannot find a model as there are only mnv2, efnb0, efnb1, efnb2, efnb3, efnb4, efnb5, efnb6, efnb7 (did you mean mnv2?): mnv3",
  });
  assert.throws(() => createModel("efnb0", { alpha: 1 }), {
    message:
      "Cannot make EfficientNet-B0 as its options are points, size, seed, dropout, initialOutput, headScale, initialize, dropConnect, flavor: alpha",
  });
});

Deno.test("describeModel() counts what TensorFlow's profiler counts", () => {
  // TensorFlow 2.21.0, ops.get_stats_for_node_def(graph, node, "flops") over Conv2D, DepthwiseConv2dNative and MatMul of
  // the frozen graph, batch 1, 224 px, 68 points.
  const flops = { mnv2: 599_336_704, efnb0: 769_417_664, efnb3: 1_922_762_272 };
  for (const [name, expected] of Object.entries(flops)) {
    const description = describeModel(name);
    assert.equal(description.flops, expected);
    assert.equal(description.macs, expected / 2);
    assert.deepEqual([description.points, description.size], [68, 224]);
  }
});

Deno.test("describeModel() counts trained and all parameters, and knows the design size", () => {
  const { parameters, trainable, title, designSize, size } = describeModel("efnb3", { points: 29, size: 64 });
  // tf_keras 2.21.0: the moving averages of EfficientNetB3 are 87296 numbers.
  assert.deepEqual([parameters, parameters - trainable], [10_872_674, 87_296]);
  assert.deepEqual([title, designSize, size], ["EfficientNet-B3", 300, 64]);
});

Deno.test("modelCost() grows with the picture's area", () => {
  const [small, large] = [64, 128].map((size) => {
    const model = createModel("mnv2", { size, initialize: false });
    const cost = modelCost(model);
    model.dispose();
    return cost;
  });
  assert.equal(small!.parameters, large!.parameters);
  const head = 1280 * 136;
  assert.equal(large!.macs - head, 4 * (small!.macs - head));
});
