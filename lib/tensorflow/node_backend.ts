/**
 * tfjs-node-gpu's JavaScript - its backend class and its 155 kernels - over our binding instead of its native addon.
 */
import { createRequire } from "node:module";
import type { DataType as TfjsDataType, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Binding, OpAttribute, TensorMetadata } from "./binding.ts";
import { KERNEL_FIXES } from "./kernel_fixes.ts";
import type { Trace } from "./trace.ts";

/** What the backend keeps of each tensor. */
export interface TensorRecord {
  shape: number[];
  dtype: number;
  /** Values that JavaScript gave and no op has used yet, else null. */
  values: unknown;
  /** The binding's id, -1 while `values` wait. */
  id: number;
  refCount: number;
  /** The trace during which the values were given: they belong into its graph as constants. */
  trace?: Trace | undefined;
}

type DataId = object;

/** The parts of tfjs-node's `NodeJSKernelBackend` that this library uses. */
export interface NodeBackend extends tf.KernelBackend {
  readonly binding: Binding;
  readonly tensorMap: { get(id: DataId): TensorRecord; has(id: DataId): boolean };
  getDTypeInteger(dtype: TfjsDataType): number;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: readonly tf.TensorInfo[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): Tensor[];
}

// tfjs-node calls two functions of node:util that current runtimes no longer have.
const require = createRequire(import.meta.url);
const util = require("node:util");
util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
util.isArray ??= Array.isArray;

const { NodeJSKernelBackend } = await import("@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js") as unknown as {
  NodeJSKernelBackend: new (binding: Binding, packageName: string) => NodeBackend & {
    move(dataId: DataId, values: unknown, shape: number[], dtype: TfjsDataType, refCount: number): void;
  };
};

class Backend extends NodeJSKernelBackend {
  /** Ids made for 64-bit arguments: no tensor owns them, so they are freed after the op. */
  #temporary: number[] = [];

  constructor(binding: Binding) {
    super(binding, "@tensorflow/tfjs-node");
  }

  override move(dataId: DataId, values: unknown, shape: number[], dtype: TfjsDataType, refCount: number): void {
    super.move(dataId, values, shape, dtype, refCount);
    this.tensorMap.get(dataId).trace = this.binding.trace;
  }

  override getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[] {
    const { binding } = this;
    return tensors.map((tensor) => {
      if (tensor.dataId === undefined) {
        const [id] = super.getInputTensorIds([tensor]);
        this.#temporary.push(id!);
        return id!;
      }
      const record = this.tensorMap.get(tensor.dataId);
      if (record === undefined) throw new Error(`Cannot use a tensor of shape [${tensor.shape}]: it is disposed`);
      if (record.values === null || record.trace === binding.trace) return super.getInputTensorIds([tensor])[0]!;
      // Given before the trace began, used first within it: an outside tensor, not a constant of the graph.
      const { trace } = binding;
      binding.trace = undefined;
      try {
        return super.getInputTensorIds([tensor])[0]!;
      } finally {
        binding.trace = trace;
      }
    });
  }

  override executeSingleOutput(name: string, attributes: OpAttribute[], inputs: readonly tf.TensorInfo[]): Tensor {
    return this.executeMultipleOutputs(name, attributes, inputs, 1)[0]!;
  }

  override executeMultipleOutputs(
    name: string,
    attributes: OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): Tensor[] {
    try {
      return super.executeMultipleOutputs(name, attributes, inputs, outputs);
    } finally {
      for (const id of this.#temporary) this.binding.deleteTensor(id);
      this.#temporary.length = 0;
    }
  }
}

/** Creates the backend and registers tfjs-node's kernels under its name, `tensorflow`. */
export async function createNodeBackend(binding: Binding): Promise<NodeBackend> {
  await import("@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js");
  for (const kernel of tf.getKernelsForBackend("tensorflow")) {
    const kernelFunc = KERNEL_FIXES[kernel.kernelName]?.(kernel.kernelFunc) ?? kernel.kernelFunc;
    tf.unregisterKernel(kernel.kernelName, "tensorflow");
    tf.registerKernel({
      ...kernel,
      // The kernel that runs gives graph nodes and errors the name that the JavaScript programmer knows.
      kernelFunc(args) {
        const outer = binding.kernel;
        binding.kernel = kernel.kernelName;
        try {
          return kernelFunc(args);
        } finally {
          binding.kernel = outer;
        }
      },
    });
  }
  return new Backend(binding);
}
