import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { useBackend } from "@/tensorflow/mod.ts";
import { efficientNet, EFFICIENTNET_SCALES, type EfficientNetVariant } from "./efficientnet.ts";
import { DropConnect } from "./layers/mod.ts";
import { roundChannels } from "./mobilenet_v2.ts";

await useBackend({ quiet: true });

Deno.test("efficientNet() has the parameters of the paper's table", () => {
  const cases = [[0, 68, 4_223_780], [3, 68, 10_992_560], [3, 29, 10_872_674]] as const;
  for (const [variant, points, parameters] of cases) {
    const model = efficientNet({ variant, points, size: 32, initialize: false });
    assert.equal(model.countParams(), parameters);
    model.dispose();
  }
});

Deno.test("efficientNet() has Keras's number of parameters for each variant", () => {
  // tf_keras 2.21.0: EfficientNetB*(include_top=False).count_params(), 7 of them of the layer `normalization`.
  const backbones = [4_049_571, 6_575_239, 7_768_569, 10_783_535, 17_673_823, 28_513_527, 40_960_143, 64_097_687];
  backbones.forEach((backbone, variant) => {
    const model = efficientNet({
      variant: variant as EfficientNetVariant,
      points: 1,
      size: 32,
      flavor: "applications",
      initialize: false,
    });
    const channels = roundChannels(1280 * EFFICIENTNET_SCALES[variant]![0]);
    assert.equal(model.countParams(), backbone + 2 * channels + 2);
    model.dispose();
  });
});

Deno.test("efficientNet() spreads drop-connect as its flavor does", () => {
  const rates = (flavor: "efficientnet" | "applications", variant: EfficientNetVariant, dropConnect?: number) => {
    const model = efficientNet({
      variant,
      points: 1,
      size: 32,
      flavor,
      initialize: false,
      ...(dropConnect !== undefined && { dropConnect }),
    });
    const found = model.layers.filter((layer) => layer instanceof DropConnect)
      .map((layer) => [layer.name, Number(layer.rate.toFixed(6))]);
    model.dispose();
    return Object.fromEntries(found);
  };
  // efficientnet 1.1.1, EfficientNetB0: rates of its FixedDropout layers.
  assert.deepEqual(rates("efficientnet", 0), {
    block2b_drop: 0.025,
    block3b_drop: 0.05,
    block4b_drop: 0.075,
    block4c_drop: 0.0875,
    block5b_drop: 0.1125,
    block5c_drop: 0.125,
    block6b_drop: 0.15,
    block6c_drop: 0.1625,
    block6d_drop: 0.175,
  });
  // B3 has 26 blocks, of which the package counts 16; Keras counts all.
  assert.equal(rates("efficientnet", 3)["block7b_drop"], Number((0.2 * 25 / 16).toFixed(6)));
  assert.equal(rates("applications", 3)["block7b_drop"], Number((0.2 * 25 / 26).toFixed(6)));
  assert.deepEqual(rates("efficientnet", 0, 0), {});
});

Deno.test("efficientNet() starts with Keras's initializers: convolutions by fan-out, the head he_uniform", () => {
  const model = efficientNet({ points: 68, size: 32, seed: 5 });
  const variance = (name: string) => {
    const kernel = model.getLayer(name).getWeights()[0]!.dataSync<"float32">();
    return kernel.reduce((sum, value) => sum + value * value, 0) / kernel.length;
  };
  assert.ok(Math.abs(variance("top_conv") / (2 / 1280) - 1) < 0.02);
  assert.ok(Math.abs(variance("block4b_dwconv") / (2 / 9) - 1) < 0.08);
  assert.ok(Math.abs(variance("out") / (2 / 1280) - 1) < 0.02);
  model.dispose();
});

Deno.test("efficientNet() takes any input size and predicts two numbers per point", () => {
  const model = efficientNet({ points: 29, size: 75, initialize: false });
  const y = model.predict(tf.zeros([2, 75, 75, 3])) as tf.Tensor;
  assert.deepEqual(y.shape, [2, 58]);
  assert.ok(y.dataSync<"float32">().every(Number.isFinite));
  model.dispose();
});

Deno.test("efficientNet() refuses options out of range, each in a sentence", () => {
  assert.throws(() => efficientNet({ variant: 8 as EfficientNetVariant }), {
    message: "Cannot make EfficientNet as its variant must be from 0 to 7: 8",
  });
  assert.throws(() => efficientNet({ flavor: "torch" as "applications" }), {
    message: "Cannot make EfficientNet as its flavor must be efficientnet or applications: torch",
  });
  assert.throws(() => efficientNet({ dropConnect: 0.5 }), {
    message: "Cannot make EfficientNet as its dropConnect must be in [0, 0.29): 0.5",
  });
});
