import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { NodeBackend } from "./node_backend.ts";
import { adamUpdate, batchNorm, compile, dropout, useBackend } from "./mod.ts";

await useBackend({ quiet: true });

function handles(): number {
  return (tf.backend() as unknown as NodeBackend).binding.getNumOfTensors();
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-6) {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `[${i}] ${actual[i]} is not ${expected[i]}`);
  }
}

Deno.test("compile() runs plain tfjs code as one graph and equals eager", () => {
  const fn = (a: tf.Tensor, b: tf.Tensor) => ({ sum: a.add(b), parts: [a.mul(b).relu(), a.matMul(b, false, true)] });
  const compiled = compile(fn);
  const a = tf.randomNormal([3, 4]), b = tf.randomNormal([3, 4]);
  const eager = fn(a, b);
  for (let i = 0; i < 3; i++) {
    const result = compiled(a, b);
    close(result.sum.dataSync(), eager.sum.dataSync());
    close(result.parts[0]!.dataSync(), eager.parts[0]!.dataSync());
    close(result.parts[1]!.dataSync(), eager.parts[1]!.dataSync());
  }
  assert.equal(compiled.graphs, 1);
});

Deno.test("compile() traces anew for a new shape or data type, and only then", () => {
  let runs = 0;
  const compiled = compile((x: tf.Tensor) => {
    runs++;
    return x.sum();
  }, { verify: false });
  for (const shape of [[2], [2], [3], [2, 2], [3]]) compiled(tf.ones(shape));
  assert.equal(compiled.graphs, 3);
  assert.equal(runs, 3);
  assert.equal(compiled(tf.tensor1d([1, 2], "int32")).dataSync()[0], 3);
  assert.equal(compiled.graphs, 4);
});

Deno.test("compile() keeps variables in TensorFlow and reads them back when asked", () => {
  const counter = tf.variable(tf.scalar(1));
  const other = tf.variable(tf.tensor1d([1, 2]));
  const step = compile((x: tf.Tensor) => {
    counter.assign(counter.add(1));
    const before = other.mul(x);
    other.assign(other.add(counter) as tf.Tensor1D);
    return [before, other.clone()];
  });
  step(tf.scalar(10));
  const [before, after] = step(tf.scalar(10));
  assert.equal(counter.dataSync()[0], 3);
  close(before!.dataSync(), [30, 40]);
  close(after!.dataSync(), [6, 7]);
  close(other.dataSync(), [6, 7]);
  // Assigned outside: the graph sees it.
  other.assign(tf.tensor1d([0, 0]));
  step(tf.scalar(1));
  close(other.dataSync(), [4, 4]);
});

Deno.test("compile() leaves clones of a variable as they were", () => {
  const source = tf.tensor1d([1, 2]);
  const variable = tf.variable(source);
  const clone = variable.clone();
  const step = compile(() => {
    variable.assign(variable.mul(2) as tf.Tensor1D);
    return tf.scalar(0);
  });
  step();
  const later = variable.clone();
  step();
  close(source.dataSync(), [1, 2]);
  close(clone.dataSync(), [1, 2]);
  close(later.dataSync(), [2, 4]);
  close(variable.dataSync(), [4, 8]);
});

Deno.test("compile() lets two functions share their variables", () => {
  const weight = tf.variable(tf.scalar(2));
  const predict = compile((x: tf.Tensor) => x.mul(weight));
  const update = compile((x: tf.Tensor) => {
    weight.assign(weight.add(x) as tf.Scalar);
    return weight.clone();
  });
  assert.equal(predict(tf.scalar(3)).dataSync()[0], 6);
  update(tf.scalar(1));
  assert.equal(predict(tf.scalar(3)).dataSync()[0], 9);
});

Deno.test("compile() trains a linear regression with a stock optimizer, which makes its moments within the step", () => {
  for (const [make, steps] of [[() => tf.train.sgd(0.1), 100], [() => tf.train.adam(0.1), 300]] as const) {
    const weight = tf.variable(tf.scalar(0)), bias = tf.variable(tf.scalar(0));
    const optimizer = make();
    const step = compile((x: tf.Tensor, y: tf.Tensor) =>
      optimizer.minimize(() => x.mul(weight).add(bias).sub(y).square().mean() as tf.Scalar, true, [weight, bias])!
    );
    const x = tf.tensor1d([-1, 0, 1, 2]), y = tf.tensor1d([-1, 1, 3, 5]);
    for (let i = 0; i < steps; i++) step(x, y).dispose();
    close([weight.dataSync()[0]!, bias.dataSync()[0]!], [2, 1], 1e-2);
  }
});

Deno.test("compile() trains a small convolutional net of tf.layers as eager execution does", () => {
  const make = () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: "relu", useBias: true }),
        tf.layers.batchNormalization({}),
        tf.layers.depthwiseConv2d({ kernelSize: 3, padding: "same" }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2 }),
      ],
    });
    model.setWeights(
      model.getWeights().map((weight, i) => {
        const values = Float32Array.from({ length: weight.size }, (_, j) => 0.1 + 0.2 * Math.abs(Math.sin(i + 7 * j)));
        return tf.tensor(values, weight.shape);
      }),
    );
    return model;
  };
  const x = tf.tensor(Float32Array.from({ length: 256 }, (_, i) => Math.cos(i)), [4, 8, 8, 1]);
  const y = tf.tensor2d([[0, 1], [1, 0], [1, 1], [0, 0]]);
  const run = (useGraph: boolean) => {
    const model = make();
    const optimizer = tf.train.momentum(0.003, 0.9);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const step = (images: tf.Tensor, labels: tf.Tensor) =>
      optimizer.minimize(
        () => (model.apply(images, { training: true }) as tf.Tensor).sub(labels).square().mean() as tf.Scalar,
        true,
        variables,
      )!;
    const fn = useGraph ? compile(step) : step;
    const losses = Array.from({ length: 20 }, () => fn(x, y).dataSync()[0]!);
    return { losses, weights: model.getWeights().flatMap((weight) => [...weight.dataSync()]) };
  };
  const eager = run(false), graph = run(true);
  close(graph.losses, eager.losses, 1e-4);
  close(graph.weights, eager.weights, 1e-3);
  assert.ok(eager.losses.at(-1)! < eager.losses[0]! / 2);
});

Deno.test("compile() takes two learning rates as tensors and never bakes them in", () => {
  const a = tf.variable(tf.scalar(0)), b = tf.variable(tf.scalar(0));
  const step = compile(({ slow, fast }: { slow: tf.Tensor; fast: tf.Tensor }) => {
    const { value, grads } = tf.variableGrads(() => a.sub(1).square().add(b.sub(1).square()) as tf.Scalar, [a, b]);
    a.assign(a.sub(grads[a.name]!.mul(slow)));
    b.assign(b.sub(grads[b.name]!.mul(fast)));
    return value;
  });
  step({ slow: tf.scalar(0.1), fast: tf.scalar(0.5) });
  close([a.dataSync()[0]!, b.dataSync()[0]!], [0.2, 1]);
  step({ slow: tf.scalar(0.5), fast: tf.scalar(0) });
  close([a.dataSync()[0]!, b.dataSync()[0]!], [1, 1]);
  assert.equal(step.graphs, 1);
});

Deno.test("compile() keeps a captured tensor alive and ignores that it was first used inside", () => {
  const scale = tf.tensor1d([2, 3]);
  const compiled = compile((x: tf.Tensor) => x.mul(scale));
  close(compiled(tf.ones([2])).dataSync(), [2, 3]);
  scale.dispose();
  close(compiled(tf.ones([2])).dataSync(), [2, 3]);
});

Deno.test("compile() refuses numbers made in JavaScript, with what to do", () => {
  assert.throws(
    () => compile((x: tf.Tensor) => x.mul(tf.randomUniform([3])), { name: "noisy" })(tf.ones([3])),
    /Cannot compile 'noisy' as a value that JavaScript made changed between two calls \(used by op 'Mul'\).*as a tensor/,
  );
  let rate = 1;
  assert.throws(() => compile((x: tf.Tensor) => x.mul(rate *= 0.9))(tf.ones([3])), /changed between two calls/);
});

Deno.test("compile() refuses to read values, asynchronous functions and foreign results", () => {
  assert.throws(
    () => compile((x: tf.Tensor) => x.mul(x.dataSync()[0]!))(tf.ones([1])),
    /Cannot read a tensor's values inside a compiled function/,
  );
  assert.throws(() => compile((x: tf.Tensor) => Promise.resolve(x.add(1)))(tf.ones([1])), /is asynchronous/);
  assert.throws(() => compile((x: tf.Tensor) => new Map([[1, x]]))(tf.ones([1])), /expected tensors, found Map/);
  assert.throws(() => compile((_: unknown) => tf.ones([1]))(new Date(0)), /expected tensors, found Date/);
});

Deno.test("compile() names the op and kernel that cannot be traced", () => {
  assert.throws(
    () =>
      compile(
        (x: tf.Tensor) =>
          tf.engine().runKernel("BatchMatMul", { a: x, b: x }, { transposeA: false, transposeB: false }) as tf.Tensor,
        {
          name: "product",
        },
      )(tf.ones([3, 2])),
    /Cannot trace op 'BatchMatMulV2' \(tfjs kernel 'BatchMatMul'\) in 'product': Dimensions must be equal/,
  );
  assert.throws(
    () => compile((x: tf.Tensor) => tf.unique(x).values)(tf.tensor1d([1, 1])),
    /shape of its result depends on values/,
  );
});

Deno.test("compile() restores every variable when the function throws while it is traced", () => {
  const variable = tf.variable(tf.scalar(5));
  assert.throws(() =>
    compile(() => {
      variable.assign(tf.scalar(1).add(variable) as tf.Scalar);
      throw new Error("on purpose");
    })(), /on purpose/);
  assert.equal(variable.dataSync()[0], 5);
});

Deno.test("compile() allows few literal arguments and says why not many", () => {
  const power = compile((x: tf.Tensor, exponent: number) => x.pow(exponent));
  assert.equal(power(tf.scalar(3), 2).dataSync()[0], 9);
  assert.equal(power(tf.scalar(3), 3).dataSync()[0], 27);
  assert.throws(() => {
    for (let i = 0; i < 40; i++) power(tf.scalar(2), i);
  }, /give what varies as a tensor/);
});

Deno.test("compile() inlines a compiled function called within another", () => {
  const inner = compile((x: tf.Tensor) => x.square());
  const outer = compile((x: tf.Tensor) => inner(x).add(1));
  assert.equal(outer(tf.scalar(3)).dataSync()[0], 10);
  assert.equal(inner.graphs, 0);
});

Deno.test("compile() says that a variable is disposed", () => {
  const variable = tf.variable(tf.scalar(1));
  const read = compile((x: tf.Tensor) => x.add(variable), { name: "read" });
  read(tf.scalar(1));
  variable.dispose();
  assert.throws(() => read(tf.scalar(1)), /Cannot run 'read' as variable 'Variable_\d+|variable.*' is disposed/);
});

Deno.test("compile() leaks nothing: handles are flat over 200 steps of a net with batch norm, dropout and Adam", () => {
  const kernel = tf.variable(tf.randomNormal([3, 3, 2, 4], 0, 1, "float32", 1) as tf.Tensor4D);
  const gamma = tf.variable(tf.ones([4]) as tf.Tensor1D), beta = tf.variable(tf.zeros([4]) as tf.Tensor1D);
  const moving = tf.variable(tf.zeros([4]) as tf.Tensor1D);
  const variables = [kernel, gamma, beta] as unknown as tf.Variable[];
  const m = variables.map((v) => tf.variable(tf.zeros(v.shape))),
    v = variables.map((w) => tf.variable(tf.zeros(w.shape)));
  const step = compile((x: tf.Tensor, rate: tf.Tensor, key: tf.Tensor) => {
    const { value, grads } = tf.variableGrads(() => {
      const { y, mean } = batchNorm(
        tf.conv2d(x as tf.Tensor4D, kernel as unknown as tf.Tensor4D, 1, "same"),
        gamma as unknown as tf.Tensor1D,
        beta as unknown as tf.Tensor1D,
        1e-3,
      );
      moving.assign(moving.mul(0.9).add(mean.mul(0.1)) as tf.Tensor1D);
      return dropout(y, 0.5, key as tf.Tensor1D).square().mean() as tf.Scalar;
    }, variables);
    const power = tf.scalar(0.9);
    variables.forEach((variable, i) =>
      adamUpdate({
        variable,
        m: m[i]!,
        v: v[i]!,
        gradient: grads[variable.name]!,
        learningRate: rate as tf.Scalar,
        beta1Power: power,
        beta2Power: power,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
      })
    );
    return value;
  });
  const x = tf.randomNormal([2, 6, 6, 2]), rate = tf.scalar(0.01);
  const run = (i: number) => {
    const key = tf.tensor1d([1, i], "int32");
    const loss = step(x, rate, key);
    loss.dataSync();
    tf.dispose([loss, key]);
  };
  for (let i = 0; i < 3; i++) run(i);
  const before = [tf.memory().numTensors, handles()];
  for (let i = 0; i < 200; i++) run(i);
  assert.deepEqual([tf.memory().numTensors, handles()], before);
  assert.equal(step.graphs, 1);
});

Deno.test("compile() frees a function's graphs on dispose(), and makes them anew when called again", () => {
  const double = compile((x: tf.Tensor) => x.mul(2));
  double(tf.scalar(1));
  double.dispose();
  assert.equal(double.graphs, 0);
  assert.equal(double(tf.scalar(4)).dataSync()[0], 8);
});

Deno.test("compile() gives the same bits twice", () => {
  const run = () => {
    const kernel = tf.variable(
      tf.tensor4d(Float32Array.from({ length: 3 * 3 * 3 * 16 }, (_, i) => Math.sin(i)), [3, 3, 3, 16]),
    );
    const step = compile((x: tf.Tensor, key: tf.Tensor) => {
      const { value, grads } = tf.variableGrads(
        () =>
          dropout(tf.conv2d(x as tf.Tensor4D, kernel as unknown as tf.Tensor4D, 2, "same"), 0.3, key as tf.Tensor1D)
            .relu().mean() as tf.Scalar,
        [kernel as unknown as tf.Variable],
      );
      kernel.assign(kernel.sub(grads[kernel.name]!.mul(0.1)) as tf.Tensor4D);
      return value;
    });
    const x = tf.tensor4d(Float32Array.from({ length: 8 * 32 * 32 * 3 }, (_, i) => Math.cos(i)), [8, 32, 32, 3]);
    const losses = Array.from({ length: 10 }, (_, i) => step(x, tf.tensor1d([7, i], "int32")).dataSync()[0]!);
    return [losses, [...kernel.dataSync()]];
  };
  assert.deepEqual(run(), run());
});

Deno.test("compile() takes the whole part of a seed with a fraction, as eager execution does", () => {
  const draw = compile((logits: tf.Tensor) => tf.multinomial(logits as tf.Tensor1D, 3, 3.14));
  assert.equal(draw(tf.tensor1d([0.5, 0.5])).size, 3);
});

Deno.test("TensorFlow's errors become JavaScript errors with its own message", () => {
  const multiply = (a: tf.Tensor, b: tf.Tensor) =>
    tf.engine().runKernel("BatchMatMul", { a, b }, { transposeA: false, transposeB: false });
  assert.throws(
    () => multiply(tf.ones([3, 3]), tf.ones([4, 2])),
    /^Error: Cannot run op 'BatchMatMulV2': Matrix size-incompatible: In\[0\]: \[3,3\], In\[1\]: \[4,2\]/,
  );
});

Deno.test("compile() keeps memory flat over 500 steps whose tensors together are 1 GB", () => {
  const weight = tf.variable(tf.zeros([1024, 512]));
  const step = compile((x: tf.Tensor) => {
    weight.assign(weight.add(x).mul(0.5));
    return weight.square().sum();
  });
  const run = () => {
    const x = tf.ones([1024, 512]);
    const loss = step(x);
    loss.dataSync();
    tf.dispose([x, loss]);
  };
  for (let i = 0; i < 50; i++) run();
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 500; i++) run();
  // A leak of one [1024, 512] tensor per step would be 1 GB.
  const grown = (Deno.memoryUsage().rss - before) / 1e6;
  assert.ok(grown < 200, `grew by ${grown.toFixed(0)} MB`);
});
