import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { fromFileUrl } from "@/paths.ts";
import { testWith } from "@/testing.ts";
import { backendInfo, type BackendName, type BackendOptions, useBackend } from "./backend.ts";
import type { Outcome } from "./backend_child.ts";

/**
 * TensorFlow 2.21.0 in Python: the same network by `tf.nn.conv2d`, `tf.nn.moments`, `tf.nn.batch_normalization`,
 * `tf.nn.depthwise_conv2d` and `tf.nn.silu`, five steps of Adam as tfjs defines it (epsilon beside the corrected second
 * moment), and the sums of absolute values of the trained weights.
 */
const GOLDEN = {
  // deno-fmt-ignore
  forward: [-0.143395, 0.110339, -0.032211, -0.07614, 0.001276, 0.022373, -0.065237, -0.034182, -0.007244, -0.138764, 0.114173, -0.038191],
  losses: [0.073148, 0.053496, 0.042142, 0.034234, 0.025699],
  weights: [43.1574, 6.0152, 0.6366, 14.4455, 6.1285, 0.3586, 5.1027],
};
const WEIGHT_SIZES = [3 * 3 * 3 * 6, 6, 6, 3 * 3 * 6, 6, 6, 6 * 3];

async function child(
  options: BackendOptions & { training?: boolean; then?: BackendName },
  env: Record<string, string> = {},
) {
  const script = fromFileUrl(new URL("./backend_child.ts", import.meta.url));
  const args = ["run", "-A", "--quiet", script, JSON.stringify({ training: false, quiet: true, ...options })];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env }).output();
  const decoder = new TextDecoder();
  const said = decoder.decode(stderr);
  assert.ok(stdout.length > 0, said);
  return { ...JSON.parse(decoder.decode(stdout)) as Outcome, said };
}

function assertClose(actual: readonly number[] | undefined, expected: readonly number[], tolerance: number): void {
  assert.equal(actual?.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(actual![i]! - value) <= tolerance, `[${i}] ${actual![i]} is not ${value}`);
  }
}

function assertGolden(outcome: Outcome): void {
  assert.equal(outcome.error, undefined);
  assertClose(outcome.forward, GOLDEN.forward, 1e-5);
  assertClose(outcome.losses, GOLDEN.losses, 1e-5);
  let at = 0;
  const sums = WEIGHT_SIZES.map((size) =>
    outcome.weights!.slice(at, at += size).reduce((sum, value) => sum + Math.abs(value), 0)
  );
  assert.equal(outcome.weights!.length, at);
  assertClose(sums, GOLDEN.weights, 1e-3);
}

for (const backend of ["tensorflow", "cpu"] satisfies BackendName[]) {
  Deno.test(`useBackend() on '${backend}' computes and trains a small network as TensorFlow in Python`, async () => {
    const outcome = await child({ backend, training: true });
    assertGolden(outcome);
    assert.equal(outcome.info!.backend, backend);
    assert.equal(outcome.said, "", "start-up messages reach the user");
  });
}

Deno.test("useBackend() on 'wasm' computes a small network and refuses to train convolutions", async () => {
  const { info, forward, error } = await child({ backend: "wasm", training: true });
  assert.equal(info!.device, "CPU:0");
  assertClose(forward, GOLDEN.forward, 1e-5);
  assert.match(error!, /^Cannot train convolutions on backend 'wasm' .*: use tensorflow, webgpu or cpu$/);
});

/** The adapter that a child finds: its driver must not be loaded here, where TensorFlow is (see `startTensorFlow`). */
async function findAdapter(): Promise<{ description: string; isFallbackAdapter: boolean } | undefined> {
  const script = "const { description, isFallbackAdapter } = (await navigator.gpu?.requestAdapter())?.info ?? {};" +
    "console.log(JSON.stringify({ description, isFallbackAdapter }))";
  const args = ["eval", "--quiet", "--unstable-webgpu", script];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "null" }).output();
  const found = JSON.parse(new TextDecoder().decode(stdout) || "{}");
  return found.description === undefined ? undefined : found;
}

const adapter = await findAdapter();
const software = adapter?.isFallbackAdapter ? adapter : undefined;

testWith(
  adapter,
  "no WebGPU adapter",
  "useBackend() on 'webgpu' computes and trains a small network as TensorFlow in Python",
  async ({ description, isFallbackAdapter }) => {
    const outcome = await child({ backend: "webgpu", training: true });
    assertGolden(outcome);
    assert.equal(outcome.info!.device, description || "GPU:0");
    assert.equal(outcome.info!.gpu, !isFallbackAdapter);
  },
);

testWith(
  software,
  "no software WebGPU adapter",
  "useBackend() does not take a software adapter for the GPU that is asked for",
  async ({ description }) => {
    const { error } = await child({ backend: "webgpu", device: "gpu" });
    assert.equal(
      error,
      `Cannot use backend 'webgpu': a GPU is asked for, and the only adapter is a software one, '${description}'`,
    );
  },
);

Deno.test("useBackend() says so when WebGPU has no adapter", async () => {
  // Drivers of another operating system: Deno then finds none.
  const { error } = await child({ backend: "webgpu" }, {
    DENO_WEBGPU_BACKEND: Deno.build.os === "darwin" ? "dx12" : "metal",
  });
  assert.match(error!, /^Cannot use backend 'webgpu': WebGPU finds no adapter\. It needs a graphics driver/);
});

testWith(
  Deno.build.os === "linux" ? adapter : undefined,
  "no WebGPU adapter, or not Linux",
  "useBackend() starts no TensorFlow where WebGPU runs, as it may crash, but WebGPU where TensorFlow runs",
  async () => {
    const { said, ...after } = await child({ backend: "webgpu", then: "tensorflow" });
    assert.match(after.error!, /^Cannot start TensorFlow in a process where WebGPU runs, as the two may crash: /, said);
    const { info, error } = await child({ backend: "tensorflow", then: "webgpu" });
    assert.equal(error, undefined);
    assert.equal(info!.backend, "webgpu");
  },
);

Deno.test("useBackend() fails when a GPU is asked for and TensorFlow sees none", async () => {
  const { error } = await child({ device: "gpu" }, { CUDA_VISIBLE_DEVICES: "-1" });
  assert.match(error!, /^Cannot use a GPU as TensorFlow [\d.]+ sees none: CPU\. It needs a CUDA build/);
});

Deno.test("useBackend() says what it cannot open when the library is no library", async () => {
  const path = fromFileUrl(new URL(import.meta.url));
  const { error } = await child({}, { ACR_LIBTENSORFLOW: path });
  assert.match(error!, /^Cannot open the TensorFlow library '.*backend_test\.ts': /);
});

Deno.test("useBackend() refuses names and numbers that it does not know, before anything starts", async () => {
  const refuse = (options: object, message: RegExp) => assert.rejects(useBackend(options), { message });
  await refuse({ backend: "webgl" }, /^Cannot use a backend .*tensorflow, webgpu, wasm, cpu: 'webgl'$/);
  await refuse({ device: "tpu" }, /^Cannot use a device .*auto, cpu, gpu: 'tpu'$/);
  for (const threads of [0, -1, 1.5, NaN, 1025]) {
    await refuse({ threads }, new RegExp(`^Cannot use threads .* from 1 to 1024: ${threads}$`));
  }
  await refuse({ backend: "cpu", device: "gpu" }, /^Cannot use device 'gpu' .*tensorflow or webgpu: 'cpu'$/);
  await refuse({ backend: "wasm", device: "gpu" }, /^Cannot use device 'gpu' .*tensorflow or webgpu: 'wasm'$/);
  await refuse({ backend: "webgpu", device: "cpu" }, /^Cannot use device 'cpu' .*: 'webgpu'$/);
  await refuse({ backend: "cpu", threads: 2 }, /^Cannot use more than one thread with backend 'cpu': 2$/);
  assert.equal(backendInfo(), undefined);
});

Deno.test("useBackend() goes from backend to backend, and changes no settings of one that runs", async () => {
  const [first, second] = await Promise.all([1, 1].map((threads) => useBackend({ threads, quiet: true })));
  assert.equal(first, second, "two calls at once start it once");
  assert.equal(first!.threads, 1);
  const x = tf.tensor1d([1, 2, 3]);

  assert.equal(await useBackend(), first);
  assert.equal(await useBackend({ backend: "tensorflow" }), first);
  await assert.rejects(useBackend({ threads: 2 }), {
    message: /^Cannot give backend 'tensorflow' 2 threads as it already runs: \w+:0 with 1 threads$/,
  });
  assert.equal(tf.getBackend(), "tensorflow");

  const cpu = await useBackend({ backend: "cpu" });
  assert.equal(tf.getBackend(), "cpu");
  assert.equal(backendInfo(), cpu);
  assert.equal(await useBackend(), cpu, "without settings the backend in use stays");
  assert.deepEqual([...x.square().dataSync()], [1, 4, 9], "tensors move along");

  assert.equal(await useBackend({ backend: "tensorflow", threads: 1 }), first);
  assert.equal(tf.getBackend(), "tensorflow");
  assert.deepEqual([...x.add(1).dataSync()], [2, 3, 4]);
  x.dispose();
});
