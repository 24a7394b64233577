/** Stock TensorFlow.js and nothing of this library: loads layers models and prints what they make of a picture. */
import * as tf from "@tensorflow/tfjs";

const [pictures, ...folders] = Deno.args as [string, ...string[]];
await tf.setBackend("cpu");
const outputs: number[][] = [];
for (const folder of folders) {
  const json = JSON.parse(await Deno.readTextFile(`${folder}/model.json`)) as tf.io.ModelJSON;
  const [group] = json.weightsManifest as [tf.io.WeightsManifestConfig[number]];
  const parts = await Promise.all(group.paths.map((path) => Deno.readFile(`${folder}/${path}`)));
  const model = await tf.loadLayersModel(tf.io.fromMemory({
    modelTopology: json.modelTopology,
    weightSpecs: group.weights,
    weightData: await new Blob(parts).arrayBuffer(),
  }));
  const [, height, width, channels] = model.inputs[0]!.shape as [null, number, number, number];
  const x = tf.tensor(new Float32Array((await Deno.readFile(pictures)).buffer), [1, height, width, channels]);
  outputs.push([...(model.predict(x) as tf.Tensor).dataSync()]);
}
console.log(JSON.stringify(outputs));
