import * as tf from "@tensorflow/tfjs";
import type { NodeBackend } from "./node_backend.ts";
import { type Output, Tracer } from "./tracer.ts";
import { flatten, type Structure } from "./structure.ts";
import { idOf, unshare } from "./variables.ts";

interface Home {
  readonly id: number;
  readonly saved: tf.Tensor;
}

/** What a user's function did while it was traced. */
export interface TraceResult {
  readonly args: readonly Output[];
  readonly outputs: readonly { readonly output: Output; readonly dtype: tf.DataType; readonly shape: number[] }[];
  readonly structure: Structure;
  /** Variables that the function made, as an optimiser makes its moments on its first step. */
  readonly created: readonly { readonly variable: tf.Variable; readonly output: Output }[];
}

/**
 * One run of a function with symbolic arguments. Afterwards every variable is what it was before; what the function
 * assigned to it has become an assignment in the graph.
 */
export class Trace {
  readonly tracer: Tracer;
  readonly #homes = new Map<tf.Variable, Home>();

  constructor(private readonly backend: NodeBackend, private readonly label: string) {
    const described = new Map<number, { shape: readonly number[]; dtype: number; name: string }>();
    for (const variable of registered()) {
      const id = unshare(backend, variable);
      // The clone keeps the value alive when the function assigns to the variable.
      this.#homes.set(variable, { id, saved: tf.tidy(() => tf.keep(variable.clone())) });
      described.set(id, { shape: variable.shape, dtype: backend.getDTypeInteger(variable.dtype), name: variable.name });
    }
    this.tracer = new Tracer(backend.binding, described, label);
  }

  /** Runs `fn` on symbolic tensors shaped as `args`, with every op going into the graph. */
  run(args: readonly tf.Tensor[], fn: (tensors: tf.Tensor[]) => unknown): TraceResult {
    const { backend, tracer } = this;
    const { binding } = backend;
    const inputs = args.map(({ shape, dtype }) => ({
      shape,
      ...tracer.addArgument(shape, backend.getDTypeInteger(dtype)),
      dtype: backend.getDTypeInteger(dtype),
    }));
    const symbols = inputs.map(({ id, shape, dtype }) => backend.createOutputTensor({ id, shape: [...shape], dtype }));
    let result: unknown;
    const created: { variable: tf.Variable; output: Output }[] = [];
    const outer = binding.trace;
    binding.trace = this;
    const engine = tf.engine();
    const { makeVariable } = engine;
    // The first value must be noted at once: the function may well assign the next one before it ends.
    engine.makeVariable = (...made) => {
      const variable = makeVariable.apply(engine, made);
      created.push({ variable, output: tracer.resolve(idOf(backend, variable)) });
      return variable;
    };
    try {
      result = tf.tidy(() => {
        const value = fn(symbols);
        if (value instanceof Promise) {
          value.catch(() => {});
          throw new TypeError(
            `Cannot compile '${this.label}' as it is asynchronous: give a function that returns tensors`,
          );
        }
        // Non-tensors pass through tidy untouched only inside a container that it can walk.
        return value as tf.TensorContainer;
      });
      const { tensors, structure } = flatten(result, `the result of '${this.label}'`);
      const outputs = tensors.map((tensor) => ({
        output: tracer.resolve(idOf(backend, tensor)),
        dtype: tensor.dtype,
        shape: tensor.shape,
      }));
      for (const [variable, { id }] of this.#homes) {
        if (variable.isDisposed) continue;
        const now = idOf(backend, variable);
        if (now !== id) tracer.assign(id, now);
      }
      for (const tensor of new Set(tensors)) if (!(tensor instanceof tf.Variable)) tensor.dispose();
      const alive = created.filter(({ variable }) => !variable.isDisposed);
      return { args: inputs.map(({ output }) => output), outputs, structure, created: alive };
    } finally {
      engine.makeVariable = makeVariable;
      binding.trace = outer;
      for (const tensor of symbols) tensor.dispose();
      for (const [variable, { saved }] of this.#homes) {
        if (!variable.isDisposed && variable.dataId !== saved.dataId) variable.assign(saved);
        saved.dispose();
      }
    }
  }

  /** Puts a pending assignment of `variable` into the graph, so that an in-place update can follow; returns its id. */
  settle(variable: tf.Variable): number {
    const home = this.#homes.get(variable);
    if (home === undefined) {
      throw new Error(
        `Cannot update variable '${variable.name}' in '${this.label}' as it was made there: make it before the function`,
      );
    }
    const now = idOf(this.backend, variable);
    if (now !== home.id) {
      this.tracer.assign(home.id, now);
      variable.assign(home.saved as tf.Tensor);
    }
    return home.id;
  }
}

function registered(): tf.Variable[] {
  return Object.values(tf.engine().registeredVariables);
}
