import type { Binding, OpAttribute, Resource, TensorMetadata } from "./binding.ts";
import { AttrType, cString, DataType, pointerArray } from "./c_api.ts";
import { type HostValues, newTensor } from "./host_tensor.ts";
import type { Pointer, Runtime } from "./runtime.ts";
import { sha256 } from "@/files.ts";
import { messageOf } from "@/errors.ts";

/** One output of a graph operation. */
export interface Output {
  readonly op: Pointer;
  readonly index: number;
}

/** A tensor that exists only in a graph under construction. */
export interface Symbolic extends Output {
  readonly tracer: Tracer;
}

interface Constant {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: HostValues;
}

/** How a graph uses one variable. */
interface VariableUse {
  readonly placeholder: Output;
  readonly dtype: number;
  /** The value as the graph reads it; a new one after an in-place update. */
  read: Output | undefined;
  /** Operations that must be done before the variable may be overwritten. */
  readonly before: Pointer[];
}

interface Node {
  readonly op: Pointer;
  readonly inputs: readonly Pointer[];
}

/** A function of TensorFlow, made of a traced graph, with what it wants as inputs. */
export interface GraphFunction {
  readonly name: string;
  /** The function itself: a `TF_Function`, freed with the graph. */
  readonly definition: Pointer;
  /** Data types of all inputs: arguments, captures, variables. */
  readonly inputTypes: readonly number[];
  readonly outputTypes: readonly number[];
  /** Eager tensors that the trace used without making them; own handles, so that disposing the tensor does no harm. */
  readonly captures: readonly Pointer[];
  /** Ids of the variables it reads or writes, in the order of its last inputs. */
  readonly variables: readonly number[];
  /** Ids of those that it changes. */
  readonly updated: readonly number[];
  readonly nodes: number;
}

const encoder = new TextEncoder();
const UNIFORM_FROM = 1024; // a constant of one repeated value this long becomes a Fill instead of bytes in the graph
// Outputs that only the op's own gradient reads, and whose shape TensorFlow does not tell.
const OPAQUE = new Set(["FusedBatchNormV3:5"]);
let functionsMade = 0;

/** `TF_Output[]` for C. */
export function packOutputs(outputs: readonly Output[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 * Math.max(1, outputs.length));
  const view = new DataView(bytes.buffer);
  outputs.forEach(({ op, index }, i) => {
    view.setBigUint64(16 * i, Deno.UnsafePointer.value(op), true);
    view.setInt32(16 * i + 8, index, true);
  });
  return bytes;
}

function uniformValue(values: HostValues): number | undefined {
  const numbers = values as ArrayLike<number>;
  if (!ArrayBuffer.isView(values) || numbers.length < UNIFORM_FROM) return undefined;
  const first = numbers[0]!;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] !== first) return undefined;
  return first;
}

/**
 * Builds a TensorFlow graph from the ops that tfjs's kernels ask for, instead of running them.
 *
 * Nothing is computed: TensorFlow's own shape inference tells tfjs the shapes. What the ops use is resolved so:
 * a tensor made during the trace by an op is an edge; values given from JavaScript are a `Const`; a tensor that existed
 * before is an input of the function (a capture); a `tf.Variable` is a resource that is read, and written at the end.
 */
export class Tracer {
  readonly graph: Pointer;
  /** One line per node: two traces of one function must have the same lines. */
  readonly lines: string[] = [];
  readonly #nodes = new Map<bigint, Node>();
  readonly #names = new Map<bigint, string>();
  readonly #constants = new Map<number, Constant & { output?: Output }>();
  readonly #captures = new Map<number, { placeholder: Output; handle: Pointer }>();
  readonly #uses = new Map<number, VariableUse>();
  readonly #updated = new Set<number>();
  /** Operations that must run although nothing uses their outputs. */
  readonly #effects: Pointer[] = [];
  readonly #runtime: Runtime;

  /** @param variables ids of every variable that exists, with its shape and data type */
  constructor(
    private readonly binding: Binding,
    private readonly variables: ReadonlyMap<number, { shape: readonly number[]; dtype: number; name: string }>,
    private readonly label: string,
  ) {
    this.#runtime = binding.runtime;
    this.graph = this.#runtime.symbols.TF_NewGraph()!;
  }

  dispose(): void {
    this.#runtime.symbols.TF_DeleteGraph(this.graph);
  }

  /** Adds an input of the function and returns the id of its symbolic tensor. */
  addArgument(shape: readonly number[], dtype: number): { id: number; output: Output } {
    const output = this.#placeholder("argument", shape, dtype);
    return { id: this.binding.add({ handle: undefined, symbolic: { tracer: this, ...output } }), output };
  }

  /** Called when JavaScript gives values while the trace is on: they become a constant if an op uses them. */
  noteConstant(id: number, shape: readonly number[], dtype: number, values: HostValues): void {
    this.#constants.set(id, { shape, dtype, values });
  }

  /** Puts an op into the graph: what `executeOp` does while tracing. */
  addOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): TensorMetadata[] {
    const resolved = inputs.map((id) => this.resolve(id));
    const op = this.#node(name, resolved, attributes);
    if (outputs === 0) this.#effects.push(op);
    return Array.from({ length: outputs }, (_, index) => {
      const { shape, dtype } = this.#inferred(name, { op, index });
      const id = this.binding.add({ handle: undefined, symbolic: { tracer: this, op, index } });
      return { id, shape, dtype };
    });
  }

  /**
   * Puts an op into the graph that changes variables in place, as ResourceApplyAdam.
   *
   * @param inputs ids of tensors, or of variables wrapped as `{ variable: id }` for the resource itself
   */
  addUpdate(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly (number | { variable: number })[],
  ): void {
    const changed: VariableUse[] = [];
    const resolved = inputs.map((input) => {
      if (typeof input === "number") return this.resolve(input);
      const use = this.#use(input.variable);
      changed.push(use);
      this.#updated.add(input.variable);
      return use.placeholder;
    });
    const op = this.#node(name, resolved, attributes, changed.flatMap((use) => use.before));
    this.#effects.push(op);
    for (const use of changed) {
      use.read = undefined; // whoever reads it from here on sees the new value
      use.before.push(op);
    }
  }

  /** Overwrites a variable with the tensor of `valueId` once everything before has read the old value. */
  assign(variableId: number, valueId: number): void {
    const use = this.#use(variableId);
    const op = this.#node("AssignVariableOp", [use.placeholder, this.resolve(valueId)], [
      { name: "dtype", type: AttrType.TYPE, value: use.dtype },
    ], use.before);
    this.#updated.add(variableId);
    this.#effects.push(op);
    use.read = undefined;
    use.before.push(op);
  }

  /** The graph output that a tensor id stands for. */
  resolve(id: number): Output {
    const { symbolic } = this.binding.entry(id);
    if (symbolic) {
      if (symbolic.tracer === this) return symbolic;
      throw new Error(
        `Cannot use a tensor in '${this.label}' that another compiled function made: return it from there`,
      );
    }
    if (this.variables.has(id)) return this.#read(id);
    const constant = this.#constants.get(id);
    if (constant) return constant.output ??= this.#constant(constant);
    return this.#capture(id);
  }

  /** Registers the graph, cut down to what `outputs` and the updates need, as a function that eager execution can call. */
  finish(args: readonly Output[], outputs: readonly Output[], effects = true): GraphFunction {
    const c = this.#runtime.symbols, runtime = this.#runtime;
    // An output that is an input, or the same output twice, is not allowed: each gets its own Identity.
    const results = outputs.map((output) => ({ op: this.#node("Identity", [output], []), index: 0 }));
    const control = effects ? this.#effects : [];
    const live = this.#liveNodes([...results.map(({ op }) => op), ...control]);
    const captures = [...this.#captures.values()];
    const variables = [...this.#uses.entries()];
    const inputs = [...args, ...captures.map((x) => x.placeholder), ...variables.map(([, use]) => use.placeholder)];
    const given = new Set(inputs.map(({ op }) => Deno.UnsafePointer.value(op)));
    const body = live.filter((op) => !given.has(Deno.UnsafePointer.value(op)));
    const name = `${this.label.replace(/[^A-Za-z0-9_]/g, "_")}_${functionsMade++}`;
    const typeOf = (output: Output) => c.TF_OperationOutputType(packOutputs([output]));
    const inputTypes = inputs.map(typeOf), outputTypes = results.map(typeOf);
    const definition = c.TF_GraphToFunctionWithControlOutputs(
      this.graph,
      cString(name),
      0,
      body.length,
      pointerArray(body),
      inputs.length,
      packOutputs(inputs),
      results.length,
      packOutputs(results),
      null,
      control.length,
      pointerArray(control),
      null,
      null,
      null,
      runtime.status,
    );
    runtime.check(`compile '${this.label}'`);
    c.TFE_ContextAddFunction(runtime.context, definition, runtime.status);
    runtime.check(`compile '${this.label}'`);
    return {
      name,
      definition: definition!,
      inputTypes,
      outputTypes,
      captures: captures.map(({ handle }) => handle),
      variables: variables.map(([id]) => id),
      updated: effects ? [...this.#updated] : [],
      nodes: body.length,
    };
  }

  /** Frees the handles of captured tensors, for a trace that does not become a function. */
  releaseCaptures(): void {
    for (const { handle } of this.#captures.values()) this.#runtime.symbols.TFE_DeleteTensorHandle(handle);
    this.#captures.clear();
  }

  #liveNodes(roots: readonly Pointer[]): Pointer[] {
    const live = new Map<bigint, Pointer>();
    const pending = [...roots];
    for (let op = pending.pop(); op !== undefined; op = pending.pop()) {
      const key = Deno.UnsafePointer.value(op);
      if (live.has(key)) continue;
      live.set(key, op);
      pending.push(...this.#nodes.get(key)!.inputs);
    }
    // In the order they were made: the same program gives the same function, whatever the addresses are.
    return [...this.#nodes.entries()].filter(([key]) => live.has(key)).map(([, node]) => node.op);
  }

  #use(id: number): VariableUse {
    let use = this.#uses.get(id);
    if (use === undefined) {
      const variable = this.variables.get(id);
      if (variable === undefined) {
        throw new Error(`Cannot update tensor ${id} in '${this.label}': it is not a variable`);
      }
      const placeholder = this.#placeholder("variable", [], DataType.RESOURCE);
      use = { placeholder, dtype: variable.dtype, read: undefined, before: [] };
      this.#uses.set(id, use);
    }
    return use;
  }

  #read(id: number): Output {
    const use = this.#use(id);
    if (use.read === undefined) {
      const { shape } = this.variables.get(id)!;
      const attributes = [{ name: "dtype", type: AttrType.TYPE, value: use.dtype }];
      const op = this.#node("ReadVariableOp", [use.placeholder], attributes, use.before.slice(-1));
      use.read = { op, index: 0 };
      this.#setShape(use.read, shape);
      use.before.push(op);
    }
    return use.read;
  }

  #capture(id: number): Output {
    let capture = this.#captures.get(id);
    if (capture === undefined) {
      const { symbols: c, status } = this.#runtime;
      const handle = c.TFE_TensorHandleCopySharingTensor(this.binding.handle(id), status)!;
      this.#runtime.check("share a tensor with a compiled function");
      const rank = c.TFE_TensorHandleNumDims(handle, status);
      const shape = Array.from({ length: rank }, (_, i) => Number(c.TFE_TensorHandleDim(handle, i, status)));
      capture = { placeholder: this.#placeholder("capture", shape, c.TFE_TensorHandleDataType(handle)), handle };
      this.#captures.set(id, capture);
    }
    return capture.placeholder;
  }

  #placeholder(kind: string, shape: readonly number[], dtype: number): Output {
    const op = this.#node(
      "Placeholder",
      [],
      [
        { name: "dtype", type: AttrType.TYPE, value: dtype },
        { name: "shape", type: AttrType.SHAPE, value: shape },
      ],
      [],
      kind,
    );
    return { op, index: 0 };
  }

  #constant({ shape, dtype, values }: Constant): Output {
    const uniform = dtype === DataType.STRING ? undefined : uniformValue(values);
    if (uniform !== undefined) {
      const dims = this.#constant({ shape: [shape.length], dtype: DataType.INT32, values: Int32Array.from(shape) });
      const value = this.#constant({ shape: [], dtype, values: [uniform] });
      return { op: this.#node("Fill", [dims, value], []), index: 0 };
    }
    const runtime = this.#runtime;
    const tensor = newTensor(runtime, shape, dtype, values);
    try {
      const digest = describeValues(values);
      return {
        op: this.#node(
          "Const",
          [],
          [{ name: "dtype", type: AttrType.TYPE, value: dtype }],
          [],
          "",
          tensor,
          `[${shape}] ${digest}`,
        ),
        index: 0,
      };
    } finally {
      runtime.symbols.TF_DeleteTensor(tensor);
    }
  }

  #node(
    name: string,
    inputs: readonly Output[],
    attributes: readonly OpAttribute[],
    control: readonly Pointer[] = [],
    kind = "",
    tensor: Pointer | undefined = undefined,
    note = "",
  ): Pointer {
    const runtime = this.#runtime, { symbols: c, status } = runtime;
    const kernel = this.binding.kernel;
    const nodeName = `${kind || (kernel && kernel !== name ? `${kernel}/${name}` : name)}_${this.lines.length}`;
    const description = c.TF_NewOperation(this.graph, cString(name), encoder.encode(nodeName + "\0"))!;
    let at = 0;
    const { inputs: declared } = runtime.signature(this.graph, name);
    for (const [i, { list }] of declared.entries()) {
      if (!list) {
        const input = inputs[at++];
        if (input !== undefined) c.TF_AddInput(description, packOutputs([input]));
      } else {
        // A list takes all inputs that later arguments do not need.
        const take = inputs.slice(at, inputs.length - (declared.length - i - 1));
        at += take.length;
        c.TF_AddInputList(description, packOutputs(take), take.length);
      }
    }
    for (const op of control) c.TF_AddControlInput(description, op);
    setGraphAttributes(runtime, description, attributes);
    if (tensor) c.TF_SetAttrTensor(description, cString("value"), tensor, status);
    const op = c.TF_FinishOperation(description, status)!;
    try {
      runtime.check(`trace op '${name}'`);
    } catch (error) {
      const where = kernel ? ` (tfjs kernel '${kernel}')` : "";
      throw new TypeError(
        `Cannot trace op '${name}'${where} in '${this.label}': ${messageOf(error).replace(/^[^:]*: /, "")}`,
      );
    }
    const key = Deno.UnsafePointer.value(op);
    this.#nodes.set(key, { op, inputs: [...inputs.map((input) => input.op), ...control] });
    this.#names.set(key, nodeName);
    const from = inputs.map((input) => `${this.#names.get(Deno.UnsafePointer.value(input.op))}:${input.index}`);
    const settings = attributes.map((attribute) => `${attribute.name}=${JSON.stringify(attribute.value)}`);
    this.lines.push(`${nodeName} ${name}(${from.join(", ")}) ${settings.join(" ")} ${note}`.trimEnd());
    return op;
  }

  #inferred(name: string, output: Output): { shape: number[]; dtype: number } {
    const { symbols: c, status } = this.#runtime;
    const packed = packOutputs([output]);
    const rank = c.TF_GraphGetTensorNumDims(this.graph, packed, status);
    this.#runtime.check(`infer the shape of op '${name}'`);
    const dims = new BigInt64Array(Math.max(0, rank));
    if (rank > 0) c.TF_GraphGetTensorShape(this.graph, packed, dims, rank, status);
    const unknown = rank < 0 || dims.some((side) => side < 0n);
    if (unknown && OPAQUE.has(`${name}:${output.index}`)) {
      return { shape: [0], dtype: c.TF_OperationOutputType(packed) };
    }
    if (unknown) {
      const kernel = this.binding.kernel || name;
      throw new TypeError(
        `Cannot trace op '${name}' (tfjs kernel '${kernel}') in '${this.label}' as the shape of its result depends on values: ` +
          "run that part outside of the compiled function",
      );
    }
    return { shape: Array.from(dims, Number), dtype: c.TF_OperationOutputType(packed) };
  }

  #setShape(output: Output, shape: readonly number[]): void {
    const { symbols: c, status } = this.#runtime;
    c.TF_GraphSetTensorShape(
      this.graph,
      packOutputs([output]),
      BigInt64Array.from(shape, BigInt),
      shape.length,
      status,
    );
    this.#runtime.check("set a variable's shape");
  }
}

/** Values for people when they are few, else their hash. */
function describeValues(values: HostValues): string {
  const list = values as ArrayLike<unknown>;
  if (list.length <= 8) return `{${Array.from(list, String).join(", ")}}`;
  if (ArrayBuffer.isView(values)) return sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return sha256(JSON.stringify(Array.from(list, String)));
}

function setGraphAttributes(runtime: Runtime, description: Pointer, attributes: readonly OpAttribute[]): void {
  const c = runtime.symbols;
  for (const { name, type, value } of attributes) {
    const key = cString(name);
    if (type === AttrType.TYPE) c.TF_SetAttrType(description, key, value as number);
    else if (type === AttrType.BOOL) c.TF_SetAttrBool(description, key, value ? 1 : 0);
    else if (type === AttrType.FLOAT) c.TF_SetAttrFloat(description, key, value as number);
    else if (type === AttrType.STRING) {
      const bytes = encoder.encode(value as string);
      c.TF_SetAttrString(description, key, bytes, BigInt(bytes.length));
    } else if (type === AttrType.INT) {
      // Whole parts, as tfjs-node's addon takes them: tf.multinomial's seed may have a fraction.
      if (Array.isArray(value)) {
        c.TF_SetAttrIntList(
          description,
          key,
          BigInt64Array.from(value, (each) => BigInt(Math.trunc(each))),
          value.length,
        );
      } else c.TF_SetAttrInt(description, key, BigInt(Math.trunc(value as number)));
    } else if (type === AttrType.SHAPE) {
      const dims = value as number[];
      c.TF_SetAttrShape(description, key, BigInt64Array.from(dims, BigInt), dims.length);
    } else throw new TypeError(`Cannot set attribute '${name}' of type ${type}: unknown type`);
  }
}

/** The resources behind variable ids. */
export type { Resource };
