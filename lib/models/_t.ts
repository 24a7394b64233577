import * as tf from "@tensorflow/tfjs";
import { compile, useBackend } from "@/tensorflow/mod.ts";
import golden from "./keras_golden.json" with { type: "json" };
import { createModel } from "./registry.ts";
import { fillByFormula, formulaImages, formulaLabels } from "./peer/formula.ts";
await useBackend();
const rate = +(Deno.args[0] ?? 0.01), eager = Deno.args[1] === "eager";
const { points, size, training } = golden;
const model = createModel("mnv2", { points, size, dropout: 0 });
fillByFormula(model, tf);
const optimizer = tf.train.sgd(rate);
const f = (x: tf.Tensor, y: tf.Tensor) =>
  optimizer.minimize(() => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor), true)!;
const step = eager ? f : compile(f);
const x = tf.tensor(formulaImages(4, size), [4, size, size, 3]);
const y = tf.tensor(formulaLabels(4, points), [4, 2 * points]);
for (const expected of training.losses) console.log(step(x, y).dataSync()[0], expected);
