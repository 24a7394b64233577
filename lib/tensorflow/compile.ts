import * as tf from "@tensorflow/tfjs";
import type { NodeBackend } from "./node_backend.ts";
import { type NodeTime, profileGraph } from "./profile.ts";
import type { Pointer } from "./runtime.ts";
import { flatten, type Structure, unflatten } from "./structure.ts";
import { Trace, type TraceResult } from "./trace.ts";
import type { GraphFunction } from "./tracer.ts";
import { idOf, own } from "./variables.ts";

/** Options of {@linkcode compile}. */
export interface CompileOptions {
  /** Names the function in errors and in TensorFlow's profiles. @default the function's own name, else "compiled" */
  name?: string;
  /**
   * Traces the first signature twice and refuses a function whose two traces differ, since a value that JavaScript
   * makes anew on each call (a random number, a counter) would be frozen into the graph. @default true
   */
  verify?: boolean;
}

/** A function that runs as one TensorFlow graph. */
export interface Compiled<Args extends unknown[], Result> {
  (...args: Args): Result;
  /** How many graphs were built: one per combination of argument shapes, data types and literals. */
  readonly graphs: number;
  /** Number of operations of the newest graph. */
  readonly nodes: number;
  /**
   * Runs the graph for these arguments a few times on copies of the variables and tells how long each of its nodes took
   * in the last run. Only on the TensorFlow backend.
   */
  profile(...args: Args): NodeTime[];
  /** Frees the graphs. Variables and tensors stay. */
  dispose(): void;
}

interface Program {
  readonly graph: GraphFunction;
  readonly outputs: readonly { readonly dtype: tf.DataType; readonly shape: number[] }[];
  readonly structure: Structure;
  readonly read: readonly tf.Variable[];
  readonly updated: ReadonlySet<tf.Variable>;
}

const MOST_LITERALS = 16;

/**
 * Makes a function run as one TensorFlow graph: what `tf.function` is to Python, for any code written in TensorFlow.js.
 *
 * On its first call with new argument shapes the function is traced: it runs with symbolic tensors, whose ops build a
 * graph instead of computing. Later calls run that graph. Inside, tensors may be made and combined, gradients taken,
 * `tf.Variable`s read and assigned, and optimisers applied; their state stays with TensorFlow and is read back when
 * asked for. JavaScript side effects happen while tracing only.
 *
 * Arguments and result are tensors, or arrays and plain objects of tensors. A literal (number, string, boolean) is
 * allowed, but each new value makes a new graph: give what varies as a tensor. On other backends than `tensorflow` the
 * function runs as it is.
 *
 * @example
 * ```ts
 * import { compile, tf, useBackend } from "@/tensorflow/mod.ts";
 * await useBackend();
 * const weight = tf.variable(tf.scalar(0));
 * const optimizer = tf.train.sgd(0.1);
 * const step = compile((x: tf.Tensor, y: tf.Tensor) =>
 *   optimizer.minimize(() => x.mul(weight).sub(y).square().mean(), true, [weight])!
 * );
 * for (let i = 0; i < 50; i++) step(tf.tensor1d([1, 2, 3]), tf.tensor1d([2, 4, 6])).dispose();
 * console.log(weight.dataSync()[0]); // 2
 * ```
 *
 * @throws {TypeError} when the function is asynchronous, or takes or returns something else than tensors, or uses an op
 * whose result's shape depends on values.
 * @throws {Error} when it reads a tensor's values, or when two traces of it differ.
 */
export function compile<Args extends unknown[], Result>(
  fn: (...args: Args) => Result,
  { name = fn.name || "compiled", verify = true }: CompileOptions = {},
): Compiled<Args, Result> {
  const programs = new Map<string, Program>();
  let literals = new Set<string>();
  let verified = !verify;

  function build(backend: NodeBackend, tensors: tf.Tensor[], call: (tensors: tf.Tensor[]) => unknown): Program {
    let previous: readonly string[] | undefined;
    // Optimisers may make variables on their first step, on their second (as moments of moments), hardly later.
    for (let attempt = 0; attempt < 5; attempt++) {
      const trace = new Trace(backend, name);
      const { tracer } = trace;
      let finished = false;
      try {
        const result = trace.run(tensors, call);
        if (result.created.length > 0) {
          initialise(backend, trace, result, tensors);
          continue;
        }
        if (verified || (previous !== undefined && sameTraces(name, previous, tracer.lines))) {
          verified = true;
          finished = true;
          return finish(trace, result);
        }
        previous = tracer.lines;
      } finally {
        if (!finished) tracer.releaseCaptures();
        tracer.dispose();
      }
    }
    throw new Error(`Cannot compile '${name}' as it makes new variables on every call: make them before the function`);
  }

  function prepare(backend: NodeBackend, args: Args): { program: Program; tensors: tf.Tensor[] } {
    const { tensors, structure } = flatten(args, `the arguments of '${name}'`);
    const signature = JSON.stringify([structure, tensors.map(({ shape, dtype }) => [shape, dtype])]);
    let program = programs.get(signature);
    if (program === undefined) {
      literals = noteLiterals(name, literals, structure);
      program = build(backend, tensors, (symbols) => fn(...unflatten(structure, symbols) as Args));
      programs.set(signature, program);
    }
    return { program, tensors };
  }

  const compiled = (...args: Args): Result => {
    if (tf.getBackend() !== "tensorflow") return tf.tidy(() => fn(...args) as tf.TensorContainer) as Result;
    const backend = tf.backend() as NodeBackend;
    if (backend.binding.trace) return fn(...args); // inside another compiled function: part of its graph
    const { program, tensors } = prepare(backend, args);
    const { structure, outputs } = program;
    const inputs = inputsOf(backend, name, program, tensors);
    const handles = backend.binding.runtime.execute(program.graph.name, inputs, outputs.length);
    return unflatten(structure, handles.map((handle) => output(backend, handle))) as Result;
  };
  return Object.defineProperties(compiled, {
    name: { value: name },
    graphs: { get: () => programs.size },
    nodes: { get: () => [...programs.values()].at(-1)?.graph.nodes ?? 0 },
    profile: {
      value(...args: Args) {
        if (tf.getBackend() !== "tensorflow") {
          throw new Error(`Cannot profile '${name}' on backend '${tf.getBackend()}': expected tensorflow`);
        }
        const backend = tf.backend() as NodeBackend;
        const { program: { graph, read }, tensors } = prepare(backend, args);
        return profileGraph(backend, graph, tensors, read);
      },
    },
    dispose: {
      value() {
        for (const { graph } of programs.values()) release(tf.findBackend("tensorflow") as NodeBackend, graph);
        programs.clear();
      },
    },
  }) as Compiled<Args, Result>;
}

function finish({ tracer }: Trace, { args, outputs, structure }: TraceResult): Program {
  const graph = tracer.finish(args, outputs.map(({ output }) => output));
  const byId = new Map(
    Object.values(tf.engine().registeredVariables).map((variable) => [
      idOf(tf.backend() as NodeBackend, variable),
      variable,
    ]),
  );
  return {
    graph,
    outputs,
    structure,
    read: graph.variables.map((id) => byId.get(id)!),
    updated: new Set(graph.updated.map((id) => byId.get(id)!)),
  };
}

/** Computes the first values of the variables that a trace made. */
function initialise(backend: NodeBackend, { tracer }: Trace, result: TraceResult, tensors: tf.Tensor[]): void {
  const graph = tracer.finish(result.args, result.created.map(({ output }) => output), false);
  const { binding } = backend;
  try {
    const ids = [...graph.variables].map((id) => binding.promote(id).handle);
    const inputs = tensors.map((tensor) => binding.handle(idOf(backend, tensor)));
    const handles = binding.runtime.execute(graph.name, [...inputs, ...graph.captures, ...ids], result.created.length);
    result.created.forEach(({ variable }, i) => {
      const value = output(backend, handles[i]!);
      variable.assign(value);
      value.dispose();
    });
  } finally {
    removeFunction(backend, graph);
  }
}

/** Everything that a graph wants: arguments, captured tensors, variables. */
function inputsOf(
  backend: NodeBackend,
  name: string,
  { graph, read, updated }: Program,
  tensors: readonly tf.Tensor[],
): Pointer[] {
  const { binding } = backend;
  const inputs = tensors.map((tensor) => binding.handle(idOf(backend, tensor)));
  inputs.push(...graph.captures);
  for (const variable of read) {
    if (variable.isDisposed) throw new Error(`Cannot run '${name}' as variable '${variable.name}' is disposed`);
    const resource = updated.has(variable) ? own(backend, variable) : binding.promote(idOf(backend, variable));
    inputs.push(resource.handle);
  }
  return inputs;
}

function output(backend: NodeBackend, handle: Pointer): tf.Tensor {
  return backend.createOutputTensor(backend.binding.adopt(handle));
}

function removeFunction({ binding: { runtime } }: NodeBackend, graph: GraphFunction): void {
  runtime.symbols.TF_DeleteFunction(graph.definition);
  runtime.symbols.TFE_ContextRemoveFunction(
    runtime.context,
    new TextEncoder().encode(graph.name + "\0"),
    runtime.status,
  );
}

function release(backend: NodeBackend, graph: GraphFunction): void {
  removeFunction(backend, graph);
  for (const handle of graph.captures) backend.binding.runtime.symbols.TFE_DeleteTensorHandle(handle);
}

function noteLiterals(name: string, seen: Set<string>, structure: Structure): Set<string> {
  const found: unknown[] = [];
  const walk = (part: Structure): void => {
    if (part.kind === "literal") found.push(part.value);
    else if (part.kind === "array") part.items.forEach(walk);
    else if (part.kind === "record") part.entries.forEach(([, item]) => walk(item));
  };
  walk(structure);
  seen.add(JSON.stringify(found));
  if (seen.size > MOST_LITERALS) {
    throw new Error(
      `Cannot compile '${name}' for one more literal argument (${
        found.join(", ")
      }) as ${MOST_LITERALS} have made ${MOST_LITERALS} graphs: ` +
        "give what varies as a tensor, such as tf.scalar(x)",
    );
  }
  return seen;
}

function sameTraces(name: string, first: readonly string[], second: readonly string[]): true {
  const at = first.findIndex((line, i) => line !== second[i]);
  if (at < 0 && first.length === second.length) return true;
  const [was, now] = at < 0 ? ["end", second[first.length]] : [first[at], second[at] ?? "end"];
  const kind = was?.includes(" Const(") && now?.includes(" Const(") ? "a value that JavaScript made" : "what it does";
  const user = first.slice(at + 1).find((line) => line.includes(`${was?.split(" ")[0]}:`))?.split(" ")[1]?.split(
    "(",
  )[0];
  throw new Error(
    `Cannot compile '${name}' as ${kind} changed between two calls${
      user ? ` (used by op '${user}')` : ""
    }: '${was}', then '${now}'. ` +
      "Give it to the function as a tensor, keep it in a tf.variable, or draw random numbers with this library's ops",
  );
}
