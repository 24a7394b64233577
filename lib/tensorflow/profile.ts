import type * as tf from "@tensorflow/tfjs";
import { cString, pointerArray } from "./c_api.ts";
import { encodeConfig } from "./config_proto.ts";
import type { NodeBackend } from "./node_backend.ts";
import { integerField, readFields } from "./proto.ts";
import type { Pointer } from "./runtime.ts";
import { type GraphFunction, type Output, packOutputs } from "./tracer.ts";
import { idOf } from "./variables.ts";

/** Time spent in one kind of TensorFlow op. */
export interface OpTime {
  /** As `Conv2DBackpropFilter`; oneDNN's version of an op has its own name. */
  readonly op: string;
  /** How many of its nodes ran. */
  readonly count: number;
  /** Sum over its nodes; ops that ran side by side count each. */
  readonly milliseconds: number;
}

/** One executed node of a graph. */
export interface NodeTime {
  /** The node's name in the graph. */
  readonly name: string;
  /** Kind of op, as `Conv2D`. */
  readonly op: string;
  /** When it began, on the clock of the process that ran it. */
  readonly startMicroseconds: number;
  /** How long it took. */
  readonly microseconds: number;
}

const text = new TextDecoder();

/** Reads the node times of a serialised `tensorflow.RunMetadata` (config.proto, step_stats.proto). */
export function parseRunMetadata(bytes: Uint8Array): NodeTime[] {
  const nodes: NodeTime[] = [];
  const inner = function* (message: Uint8Array, wanted: number): Generator<Uint8Array> {
    for (const { field, value } of readFields(message)) {
      if (field === wanted && value instanceof Uint8Array) yield value;
    }
  };
  for (const stepStats of inner(bytes, 1)) {
    for (const device of inner(stepStats, 1)) {
      for (const node of inner(device, 2)) {
        const numbers = new Map<number, number>();
        let name = "", label = "";
        for (const { field, value } of readFields(node)) {
          if (typeof value === "number") numbers.set(field, value);
          else if (field === 1) name = text.decode(value);
          else if (field === 8) label = text.decode(value);
        }
        const start = numbers.get(3) ?? 0, end = numbers.get(4) ?? 0;
        const op = /=\s*([^(\s]+)\(/.exec(label)?.[1] ?? /^([^:]*)(:|$)/.exec(label)?.[1] ?? name;
        nodes.push({ name, op, startMicroseconds: (numbers.get(2) ?? 0) + start, microseconds: end - start });
      }
    }
  }
  return nodes;
}

/** RunOptions { trace_level: FULL_TRACE } */
const FULL_TRACE = new Uint8Array(integerField(1, 3));

/**
 * Runs a compiled graph in a session of its own, on copies of its inputs and variables, and returns the node times of
 * the last of `runs`: TensorFlow tells node times to sessions only, not to eager calls of functions.
 */
export function profileGraph(
  backend: NodeBackend,
  fn: GraphFunction,
  args: readonly tf.Tensor[],
  variables: readonly tf.Variable[],
  runs = 3,
): NodeTime[] {
  const { binding } = backend, { runtime } = binding, { symbols: c, status } = runtime;
  const graph = c.TF_NewGraph()!;
  const node = (op: string, name: string, inputs: Output[], set: (description: Pointer) => void): Output => {
    const description = c.TF_NewOperation(graph, cString(op), cString(name))!;
    for (const [i, { list }] of runtime.signature(graph, op).inputs.entries()) {
      if (list) c.TF_AddInputList(description, packOutputs(inputs), inputs.length);
      else c.TF_AddInput(description, packOutputs([inputs[i]!]));
    }
    set(description);
    const made = c.TF_FinishOperation(description, status)!;
    runtime.check(`profile '${fn.name}'`);
    return { op: made, index: 0 };
  };
  const placeholder = (name: string, dtype: number) =>
    node("Placeholder", name, [], (description) => c.TF_SetAttrType(description, cString("dtype"), dtype));

  const count = args.length + fn.captures.length;
  const feeds = fn.inputTypes.slice(0, count).map((dtype, i) => placeholder(`input_${i}`, dtype));
  const types = variables.map((variable) => backend.getDTypeInteger(variable.dtype));
  const holders = variables.map((variable, i) =>
    node("VarHandleOp", `variable_${i}`, [], (description) => {
      c.TF_SetAttrType(description, cString("dtype"), types[i]!);
      // Without names of their own, the session's optimiser takes all of them for one variable.
      const name = new TextEncoder().encode(`profiled_${i}`);
      c.TF_SetAttrString(description, cString("shared_name"), name, BigInt(name.length));
      c.TF_SetAttrShape(
        description,
        cString("shape"),
        BigInt64Array.from(variable.shape, BigInt),
        variable.shape.length,
      );
    })
  );
  const starts = types.map((dtype, i) => placeholder(`start_${i}`, dtype));
  const assigns = holders.map((holder, i) =>
    node(
      "AssignVariableOp",
      `assign_${i}`,
      [holder, starts[i]!],
      (description) => c.TF_SetAttrType(description, cString("dtype"), types[i]!),
    )
  );
  c.TF_GraphCopyFunction(graph, fn.definition, null, status);
  runtime.check(`profile '${fn.name}'`);
  const call = node("StatefulPartitionedCall", "call", [...feeds, ...holders], (description) => {
    const name = new TextEncoder().encode(fn.name);
    c.TF_SetAttrFuncName(description, cString("f"), name, BigInt(name.length));
    c.TF_SetAttrTypeList(description, cString("Tin"), Int32Array.from(fn.inputTypes), fn.inputTypes.length);
    c.TF_SetAttrTypeList(description, cString("Tout"), Int32Array.from(fn.outputTypes), fn.outputTypes.length);
  });

  const options = c.TF_NewSessionOptions()!;
  const config = encodeConfig(runtime.config);
  c.TF_SetConfig(options, config, BigInt(config.length), status);
  const session = c.TF_NewSession(graph, options, status)!;
  c.TF_DeleteSessionOptions(options);
  runtime.check(`profile '${fn.name}'`);
  const run = (
    from: { outputs: Output[]; tensors: Pointer[] },
    to: Output[],
    targets: Pointer[],
    metadata: Pointer | null,
  ) => {
    const results = new BigUint64Array(Math.max(1, to.length));
    const runOptions = metadata ? c.TF_NewBufferFromString(FULL_TRACE, BigInt(FULL_TRACE.length)) : null;
    c.TF_SessionRun(
      session,
      runOptions,
      packOutputs(from.outputs),
      pointerArray(from.tensors),
      from.tensors.length,
      packOutputs(to),
      results,
      to.length,
      pointerArray(targets),
      targets.length,
      metadata,
      status,
    );
    if (runOptions) c.TF_DeleteBuffer(runOptions);
    runtime.check(`profile '${fn.name}'`);
    for (const result of results.subarray(0, to.length)) c.TF_DeleteTensor(Deno.UnsafePointer.create(result));
  };
  const resolve = (handle: Pointer) => c.TFE_TensorHandleResolve(handle, status)!;
  const ids = (tensors: readonly tf.Tensor[]) => tensors.map((tensor) => binding.handle(idOf(backend, tensor)));
  const inputs = [...ids(args), ...fn.captures].map(resolve);
  const values = ids(variables).map(resolve);
  const metadata = c.TF_NewBuffer()!;
  try {
    run({ outputs: starts, tensors: values }, [], assigns.map(({ op }) => op), null);
    const outputs = fn.outputTypes.map((_, index) => ({ op: call.op, index }));
    for (let i = 0; i < runs; i++) {
      run({ outputs: feeds, tensors: inputs }, outputs, [call.op], i === runs - 1 ? metadata : null);
    }
    return parseRunMetadata(runtime.bufferBytes(metadata));
  } finally {
    for (const tensor of [...inputs, ...values]) c.TF_DeleteTensor(tensor);
    c.TF_DeleteBuffer(metadata);
    c.TF_CloseSession(session, status);
    c.TF_DeleteSession(session, status);
    c.TF_DeleteGraph(graph);
  }
}

/** Sums node times by kind of op, the costliest first. */
export function timesByOp(nodes: readonly NodeTime[]): OpTime[] {
  const sums = new Map<string, { count: number; milliseconds: number }>();
  for (const { op, microseconds } of nodes) {
    const sum = sums.get(op) ?? { count: 0, milliseconds: 0 };
    sum.count++;
    sum.milliseconds += microseconds / 1000;
    sums.set(op, sum);
  }
  return [...sums].map(([op, sum]) => ({ op, ...sum })).sort((a, b) => b.milliseconds - a.milliseconds);
}
