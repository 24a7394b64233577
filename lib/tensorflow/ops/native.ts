import * as tf from "@tensorflow/tfjs";
import type { OpAttribute } from "../binding.ts";
import { AttrType, DataType } from "../c_api.ts";
import type { NodeBackend } from "../node_backend.ts";

/** The TensorFlow backend when it is the active one; the ops here compose plain tfjs ops on every other. */
export function native(): NodeBackend | undefined {
  return tf.getBackend() === "tensorflow" ? tf.backend() as unknown as NodeBackend : undefined;
}

/** A `type` attribute. */
export function type(name: string, value: number = DataType.FLOAT): OpAttribute {
  return { name, type: AttrType.TYPE, value };
}

/** A `float` attribute. */
export function float(name: string, value: number): OpAttribute {
  return { name, type: AttrType.FLOAT, value };
}

/** A `string` attribute. */
export function string(name: string, value: string): OpAttribute {
  return { name, type: AttrType.STRING, value };
}

/** A `bool` attribute. */
export function bool(name: string, value: boolean): OpAttribute {
  return { name, type: AttrType.BOOL, value };
}

/** `tf.customGrad` with the types that its declaration leaves out. */
export function withGradient<Out extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  forward: (save: (tensors: tf.Tensor[]) => void) => Out,
  backward: (dy: Out, saved: tf.Tensor[]) => tf.Tensor[],
): Out {
  const op = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const value = forward(args.at(-1) as tf.GradSaveFunc);
    return {
      value,
      gradFunc: (dy: Out, saved: tf.Tensor[]) => {
        const gradients = backward(dy, saved);
        // tfjs types a single gradient as a tensor and several as a list.
        return (gradients.length === 1 ? gradients[0] : gradients) as tf.Tensor;
      },
    };
  });
  return op(...inputs) as Out;
}
