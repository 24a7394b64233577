import type { KernelFunc, TensorInfo } from "@tensorflow/tfjs";
import { AttrType } from "./c_api.ts";
import type { NodeBackend } from "./node_backend.ts";

/** Changes of tfjs-node's kernels, by name: where an op of today's TensorFlow does not do what tfjs asks for. */
export const KERNEL_FIXES: Readonly<Record<string, (original: KernelFunc) => KernelFunc>> = {
  // TensorFlow 2.21's Round gives zeros for int32 on the CPU (its Python layer never asks it to).
  Round: (original) => (args) => {
    const x = args.inputs.x as TensorInfo;
    if (x.dtype !== "int32") return original(args);
    const backend = args.backend as NodeBackend;
    const type = { name: "T", type: AttrType.TYPE, value: backend.getDTypeInteger(x.dtype) };
    return backend.executeSingleOutput("Identity", [type], [x]);
  },
};
