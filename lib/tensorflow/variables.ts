import type * as tf from "@tensorflow/tfjs";
import { type Binding, type OpAttribute, type Resource, setEagerAttributes } from "./binding.ts";
import type { NodeBackend } from "./node_backend.ts";

/** The binding's id of a variable's current value. */
export function idOf(backend: NodeBackend, tensor: tf.Tensor): number {
  return backend.getInputTensorIds([tensor])[0]!;
}

/**
 * Makes sure that nobody else sees a variable's storage, so that it may be changed in place: a clone taken before, or
 * the tensor that the variable was made from, keeps the old value.
 */
export function unshare(backend: NodeBackend, variable: tf.Variable): number {
  const id = idOf(backend, variable);
  const { refCount, shape, dtype } = backend.tensorMap.get(variable.dataId);
  if (refCount <= 1) return id;
  const { binding } = backend;
  const old = binding.entry(id);
  const handle = binding.handle(id);
  const fresh = old.resource ? { handle: undefined, resource: old.resource } : { handle: share(binding, handle) };
  old.resource = undefined;
  const copy = backend.createOutputTensor({ id: binding.add(fresh), shape, dtype });
  variable.assign(copy);
  copy.dispose();
  return idOf(backend, variable);
}

function share(binding: Binding, handle: Deno.PointerObject): Deno.PointerObject {
  const { symbols, status } = binding.runtime;
  const copy = symbols.TFE_TensorHandleCopySharingTensor(handle, status)!;
  binding.runtime.check("share a tensor");
  return copy;
}

/** Readies a variable for an update in place, and returns TensorFlow's variable. */
export function own(backend: NodeBackend, variable: tf.Variable): Resource {
  const id = unshare(backend, variable);
  const resource = backend.binding.promote(id);
  backend.binding.invalidate(backend.binding.entry(id));
  return resource;
}

/** Runs an op that changes variables in place: at once, or into the graph that is being traced. */
export function updateInPlace(
  backend: NodeBackend,
  name: string,
  attributes: OpAttribute[],
  inputs: readonly ({ resource: tf.Variable } | tf.Tensor)[],
): void {
  const { binding } = backend;
  const { trace } = binding;
  if (trace) {
    const ids = inputs.map((input) =>
      "resource" in input ? { variable: trace.settle(input.resource) } : idOf(backend, input)
    );
    trace.tracer.addUpdate(name, attributes, ids);
    return;
  }
  const handles = inputs.map((input) =>
    "resource" in input ? own(backend, input.resource).handle : binding.handle(idOf(backend, input))
  );
  binding.runtime.execute(name, handles, 0, (op) => setEagerAttributes(binding.runtime, op, attributes));
}
