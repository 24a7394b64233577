// One operation in a fresh process: import, a matrix product, its sum read back.
const tf = require(require.resolve("@tensorflow/tfjs-node", { paths: [process.cwd()] }));
const total = tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).sum().dataSync()[0];
console.log(JSON.stringify({ version: `tfjs-node ${tf.version["tfjs-node"] ?? tf.version_core}`, total }));
