import * as tf from "@tensorflow/tfjs";

let created = 0;

/** The variables behind one optimizer or average: a step counter and one or more zeroed copies of each variable. */
export interface Slots {
  readonly iterations: tf.Variable;
  /** Slot variables by slot name, in the order of the variables they belong to. */
  readonly slots: Readonly<Record<string, readonly tf.Variable[]>>;
  /** The counter, then every slot. */
  readonly all: readonly tf.Variable[];
  dispose(): void;
}

/**
 * Creates state for `variables`: it exists before the first step, so that a compiled step can bind it and a checkpoint
 * can restore it.
 */
export function createSlots(owner: string, names: readonly string[], variables: readonly tf.Variable[]): Slots {
  // TensorFlow.js wants every variable's name to be unique in the process, and a process may train more than once.
  const prefix = `${owner}_${created++}`;
  const iterations = tf.tidy(() => tf.variable(tf.scalar(0, "int32"), false, `${prefix}/iterations`));
  const slots: Record<string, tf.Variable[]> = {};
  for (const name of names) {
    slots[name] = variables.map((variable, index) =>
      tf.tidy(() => tf.variable(tf.zeros(variable.shape), false, `${prefix}/${name}/${index}/${variable.name}`))
    );
  }
  const all = [iterations, ...names.flatMap((name) => slots[name]!)];
  return {
    iterations,
    slots,
    all,
    dispose() {
      for (const variable of all) variable.dispose();
    },
  };
}

/** Adds one to a step counter. */
export function countStep(iterations: tf.Variable): void {
  tf.tidy(() => iterations.assign(iterations.add(tf.scalar(1, "int32"))));
}
