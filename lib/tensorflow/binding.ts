import { AttrType, cString, DataType, readCString } from "./c_api.ts";
import { type HostValues, newTensor, readTensor } from "./host_tensor.ts";
import type { Pointer, Runtime } from "./runtime.ts";
import type { Trace } from "./trace.ts";
import type { Symbolic } from "./tracer.ts";

/** One attribute of an op, as tfjs-node's kernels write it. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What tfjs learns of an op's output. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

/**
 * What a tensor id stands for.
 *
 * - a *handle*: an eager tensor of TensorFlow;
 * - a *resource*: a variable that compiled functions update in place; its handle is then read anew when asked for;
 * - a *symbolic* tensor: an output of a graph under construction, without values.
 */
export interface Entry {
  handle: Pointer | undefined;
  resource?: Resource | undefined;
  symbolic?: Symbolic;
}

/** A TensorFlow variable: the handle of its `VarHandleOp`. */
export interface Resource {
  readonly handle: Pointer;
  readonly dtype: number;
  readonly shape: readonly number[];
}

const encoder = new TextEncoder();
let resourcesMade = 0;

/** tfjs lets seeds have fractions; like tfjs-node's addon, an op gets the whole part. */
function integer(value: number): bigint {
  return BigInt(Math.trunc(value));
}

/** Sets attributes of an eager op. */
export function setEagerAttributes(runtime: Runtime, op: Pointer, attributes: readonly OpAttribute[]): void {
  const c = runtime.symbols;
  for (const { name, type, value } of attributes) {
    const key = cString(name);
    if (type === AttrType.TYPE) c.TFE_OpSetAttrType(op, key, value as number);
    else if (type === AttrType.BOOL) c.TFE_OpSetAttrBool(op, key, value ? 1 : 0);
    else if (type === AttrType.FLOAT) c.TFE_OpSetAttrFloat(op, key, value as number);
    else if (type === AttrType.STRING) {
      const bytes = encoder.encode(value as string);
      c.TFE_OpSetAttrString(op, key, bytes, BigInt(bytes.length));
    } else if (type === AttrType.INT) {
      if (Array.isArray(value)) c.TFE_OpSetAttrIntList(op, key, BigInt64Array.from(value, integer), value.length);
      else c.TFE_OpSetAttrInt(op, key, integer(value as number));
    } else if (type === AttrType.SHAPE) {
      const dims = value as number[];
      c.TFE_OpSetAttrShape(op, key, BigInt64Array.from(dims, BigInt), dims.length, runtime.status);
    } else throw new TypeError(`Cannot set attribute '${name}' of type ${type}: unknown type`);
  }
}

/**
 * tfjs-node's native addon, written again over Deno's FFI: the interface `TFJSBinding` of
 * `@tensorflow/tfjs-node-gpu/dist/tfjs_binding.d.ts`, with a second way of running ops: into a graph (see `tracer.ts`).
 */
export class Binding {
  readonly TF_FLOAT = DataType.FLOAT;
  readonly TF_INT32 = DataType.INT32;
  readonly TF_INT64 = DataType.INT64;
  readonly TF_BOOL = DataType.BOOL;
  readonly TF_COMPLEX64 = DataType.COMPLEX64;
  readonly TF_STRING = DataType.STRING;
  readonly TF_RESOURCE = DataType.RESOURCE;
  readonly TF_UINT8 = DataType.UINT8;
  readonly TF_ATTR_STRING = AttrType.STRING;
  readonly TF_ATTR_INT = AttrType.INT;
  readonly TF_ATTR_FLOAT = AttrType.FLOAT;
  readonly TF_ATTR_BOOL = AttrType.BOOL;
  readonly TF_ATTR_TYPE = AttrType.TYPE;
  readonly TF_ATTR_SHAPE = AttrType.SHAPE;
  readonly TF_ATTR_RESOURCE = 6;
  readonly TF_Version: string;

  /** The tfjs kernel that is running: names graph nodes and errors. */
  kernel = "";
  /** The trace that ops go into, while `compile()` runs a function to see what it does. */
  trace: Trace | undefined;
  readonly #entries = new Map<number, Entry>();
  #nextId = 1;

  constructor(readonly runtime: Runtime) {
    this.TF_Version = runtime.version;
  }

  isUsingGpuDevice(): boolean {
    return this.runtime.device !== undefined;
  }

  /** Live tensors, symbolic ones not counted. */
  getNumOfTensors(): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (!entry.symbolic) count++;
    return count;
  }

  /** Files an entry and returns its id. */
  add(entry: Entry): number {
    const id = this.#nextId++;
    this.#entries.set(id, entry);
    return id;
  }

  entry(id: number): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`Cannot use tensor ${id}: it is disposed`);
    return entry;
  }

  /** The eager tensor behind an id; owned by the table. */
  handle(id: number): Pointer {
    const entry = this.entry(id);
    if (entry.handle === undefined) {
      if (entry.symbolic) {
        throw new Error(
          "Cannot use a tensor outside of the compiled function that made it: return it from the function instead",
        );
      }
      entry.handle = this.#readResource(entry.resource!);
    }
    return entry.handle;
  }

  #readResource({ handle, dtype }: Resource): Pointer {
    const setType = (op: Pointer) => this.runtime.symbols.TFE_OpSetAttrType(op, cString("dtype"), dtype);
    return this.runtime.execute("ReadVariableOp", [handle], 1, setType)[0]!;
  }

  /** Turns an eager tensor into a variable that graphs update in place. */
  promote(id: number): Resource {
    const entry = this.entry(id);
    if (entry.resource) return entry.resource;
    const { runtime } = this, c = runtime.symbols;
    const value = this.handle(id);
    const { shape, dtype } = this.#describe(value);
    const setType = (op: Pointer) => c.TFE_OpSetAttrType(op, cString("dtype"), dtype);
    const dims = BigInt64Array.from(shape, BigInt);
    const handle = runtime.execute("VarHandleOp", [], 1, (op) => {
      setType(op);
      c.TFE_OpSetAttrShape(op, cString("shape"), dims, dims.length, runtime.status);
      const name = encoder.encode(`acr-lab-variable-${resourcesMade++}`);
      c.TFE_OpSetAttrString(op, cString("shared_name"), name, BigInt(name.length));
    })[0]!;
    runtime.execute("AssignVariableOp", [handle, value], 0, setType);
    return entry.resource = { handle, dtype, shape };
  }

  /** Forgets the value read from a variable, after a graph has changed it. */
  invalidate(entry: Entry): void {
    if (entry.handle !== undefined && entry.resource !== undefined) {
      this.runtime.symbols.TFE_DeleteTensorHandle(entry.handle);
      entry.handle = undefined;
    }
  }

  createTensor(shape: number[], dtype: number, values: HostValues): number {
    const { runtime } = this, c = runtime.symbols;
    const tensor = newTensor(runtime, shape, dtype, values);
    let handle = c.TFE_NewTensorHandle(tensor, runtime.status);
    c.TF_DeleteTensor(tensor);
    runtime.check("make a tensor");
    // As tfjs-node does: numbers go to the GPU at once, while int32 (shapes, axes) and strings stay with the host.
    if (runtime.device !== undefined && (dtype === DataType.FLOAT || dtype === DataType.COMPLEX64)) {
      const moved = c.TFE_TensorHandleCopyToDevice(handle, runtime.context, cString(runtime.device), runtime.status);
      c.TFE_DeleteTensorHandle(handle);
      runtime.check("copy a tensor to the GPU");
      handle = moved;
    }
    const id = this.add({ handle: handle! });
    this.trace?.tracer.noteConstant(id, shape, dtype, values);
    return id;
  }

  deleteTensor(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    if (entry.resource) {
      this.runtime.execute("DestroyResourceOp", [entry.resource.handle], 0);
      this.runtime.symbols.TFE_DeleteTensorHandle(entry.resource.handle);
    }
    if (entry.handle) this.runtime.symbols.TFE_DeleteTensorHandle(entry.handle);
  }

  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array {
    const { runtime } = this, c = runtime.symbols;
    if (this.entry(id).symbolic && this.trace) {
      throw new Error(
        "Cannot read a tensor's values inside a compiled function: they are not computed yet; return the tensor and read it outside",
      );
    }
    const tensor = c.TFE_TensorHandleResolve(this.handle(id), runtime.status);
    runtime.check("read a tensor");
    try {
      return readTensor(runtime, tensor!);
    } finally {
      c.TF_DeleteTensor(tensor);
    }
  }

  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: number): TensorMetadata[] {
    if (this.trace) return this.trace.tracer.addOp(name, attributes, inputs, outputs);
    const { runtime } = this;
    const handles = runtime.execute(
      name,
      inputs.map((id) => this.handle(id)),
      outputs,
      (op) => setEagerAttributes(runtime, op, attributes),
    );
    return handles.map((handle) => this.adopt(handle));
  }

  /** Files a handle that an op or function returned. */
  adopt(handle: Pointer): TensorMetadata {
    return { id: this.add({ handle }), ...this.#describe(handle) };
  }

  #describe(handle: Pointer): { shape: number[]; dtype: number } {
    const { symbols: c, status } = this.runtime;
    const rank = c.TFE_TensorHandleNumDims(handle, status);
    this.runtime.check("read a tensor's shape");
    const shape = Array.from({ length: rank }, (_, i) => Number(c.TFE_TensorHandleDim(handle, i, status)));
    return { shape, dtype: c.TFE_TensorHandleDataType(handle) };
  }

  /** The device in whose memory a tensor lies, as `/job:localhost/replica:0/task:0/device:GPU:0`. */
  deviceOf(id: number): string {
    const name = readCString(this.runtime.symbols.TFE_TensorHandleDeviceName(this.handle(id), this.runtime.status));
    this.runtime.check("find a tensor's device");
    return name;
  }

  loadSavedModel(): number {
    throw new Error("Cannot load a SavedModel: acr-lab reads Keras .h5 files and TF.js layers models");
  }
  deleteSavedModel(): void {}
  runSavedModel(): TensorMetadata[] {
    throw new Error("Cannot run a SavedModel: acr-lab reads Keras .h5 files and TF.js layers models");
  }
  getNumOfSavedModels(): number {
    return 0;
  }
}
