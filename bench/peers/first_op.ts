/** One operation in a fresh process: import, a matrix product, its sum read back. */
import * as tf from "@tensorflow/tfjs";
import { backendInfo, useBackend } from "@/tensorflow/mod.ts";

await useBackend({ quiet: true });
const total = tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).sum().dataSync()[0];
console.log(JSON.stringify({ version: `acr-lab, ${backendInfo()!.version}`, total }));
