/** Stock TensorFlow.js and nothing of this library: loads a layers model and prints what it makes of faces. */
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { dirname, join } from "node:path";

const [path, pictures, size] = Deno.args as [string, string, string];
setWasmPaths(new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm")).href);
await tf.setBackend("wasm");
const json = JSON.parse(await Deno.readTextFile(path)) as tf.io.ModelJSON;
const { paths, weights } = json.weightsManifest[0]!;
const parts = await Promise.all(paths.map((name) => Deno.readFile(join(dirname(path), name))));
const model = await tf.loadLayersModel(tf.io.fromMemory({
  modelTopology: json.modelTopology,
  weightSpecs: weights,
  weightData: await new Blob(parts).arrayBuffer(),
}));
const side = Number(size), bytes = await Deno.readFile(pictures);
const outputs: number[] = [];
for (let at = 0; at < bytes.length; at += side * side * 3) {
  const face = Float32Array.from(bytes.subarray(at, at + side * side * 3), (value) => value / 255);
  const output = tf.tidy(() => model.predict(tf.tensor(face, [1, side, side, 3])) as tf.Tensor);
  outputs.push(...await output.data());
  output.dispose();
}
console.log(JSON.stringify(outputs));
