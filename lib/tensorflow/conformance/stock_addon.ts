import { createRequire } from "node:module";
import type { Binding } from "../binding.ts";

/**
 * Makes the backend `tensorflow` of stock tfjs-node's compiled addon instead of our binding, with the same kernels:
 * what this passes is what ours has to pass.
 *
 * @param path its `tfjs_binding.node`
 */
export async function useStockAddon(path: string): Promise<void> {
  const require = createRequire(import.meta.url);
  // Sets the two functions that current runtimes lack before the kernels are loaded.
  await import("../node_backend.ts");
  await import("@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js");
  const { NodeJSKernelBackend } = await import(
    "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js"
  ) as unknown as {
    NodeJSKernelBackend: new (binding: Binding, packageName: string) => import("@tensorflow/tfjs").KernelBackend;
  };
  const tf = await import("@tensorflow/tfjs");
  const backend = new NodeJSKernelBackend(require(path), "@tensorflow/tfjs-node");
  tf.registerBackend("tensorflow", () => backend, 3);
  tf.setBackend("tensorflow");
}
