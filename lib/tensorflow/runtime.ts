import { cString, openLibrary, readCString, type TensorFlowSymbols } from "./c_api.ts";
import { encodeConfig, type SessionConfig } from "./config_proto.ts";
import { type OpSignature, parseOpDef } from "./op_def.ts";

/** A pointer that is not null: an object owned by TensorFlow. */
export type Pointer = Deno.PointerObject;

/** A device that TensorFlow can place ops on, as `{ name: "/job:localhost/.../device:CPU:0", type: "CPU" }`. */
export interface Device {
  readonly name: string;
  readonly type: string;
}

/** An opened TensorFlow library with its eager context: what everything else in this folder is built on. */
export class Runtime {
  readonly symbols: TensorFlowSymbols;
  readonly version: string;
  readonly devices: readonly Device[];
  readonly context: Pointer;
  readonly status: Pointer;
  /** The device that eager ops are put on, or undefined to let TensorFlow choose. */
  readonly device: string | undefined;
  readonly #signatures = new Map<string, OpSignature>();

  constructor(readonly path: string, readonly config: SessionConfig) {
    const c = this.symbols = openLibrary(path);
    this.version = readCString(c.TF_Version());
    this.status = c.TF_NewStatus()!;
    const options = c.TFE_NewContextOptions();
    const proto = encodeConfig(config);
    c.TFE_ContextOptionsSetConfig(options, proto, BigInt(proto.length), this.status);
    this.check("configure TensorFlow");
    // TFE_DEVICE_PLACEMENT_SILENT: an op on the GPU may take an input that lies in host memory, as tfjs-node has it.
    c.TFE_ContextOptionsSetDevicePlacementPolicy(options, 2);
    this.context = c.TFE_NewContext(options, this.status)!;
    c.TFE_DeleteContextOptions(options);
    this.check("start TensorFlow");
    this.devices = this.#listDevices();
    this.device = this.devices.find(({ type }) => type === "GPU")?.name;
  }

  /** Throws TensorFlow's message as a JavaScript error when the last call failed. */
  check(action: string): void {
    if (this.symbols.TF_GetCode(this.status) === 0) return;
    const message = readCString(this.symbols.TF_Message(this.status)).replace(/\s*\[Op:[^\]]*\]\s*$/, "").trim();
    throw new Error(`Cannot ${action}: ${message}`);
  }

  #listDevices(): Device[] {
    const c = this.symbols;
    const list = c.TFE_ContextListDevices(this.context, this.status);
    this.check("list devices");
    const devices: Device[] = [];
    for (let i = 0; i < c.TF_DeviceListCount(list); i++) {
      const name = readCString(c.TF_DeviceListName(list, i, this.status));
      devices.push({ name, type: readCString(c.TF_DeviceListType(list, i, this.status)) });
    }
    c.TF_DeleteDeviceList(list);
    return devices;
  }

  /** What an op takes and gives, from TensorFlow's own registry; needs any graph to ask through. */
  signature(graph: Pointer, op: string): OpSignature {
    let signature = this.#signatures.get(op);
    if (signature === undefined) {
      const c = this.symbols;
      const buffer = c.TF_NewBuffer()!;
      c.TF_GraphGetOpDef(graph, cString(op), buffer, this.status);
      this.check(`find TensorFlow's op '${op}'`);
      signature = parseOpDef(this.bufferBytes(buffer));
      c.TF_DeleteBuffer(buffer);
      this.#signatures.set(op, signature);
    }
    return signature;
  }

  /**
   * Runs an op or a registered function eagerly on `inputs` and returns the handles of its outputs.
   * `setAttributes` gets the `TFE_Op`.
   */
  execute(
    name: string,
    inputs: readonly Pointer[],
    outputs: number,
    setAttributes?: (op: Pointer) => void,
    device = this.device,
  ): Pointer[] {
    const c = this.symbols, status = this.status;
    const op = c.TFE_NewOp(this.context, cString(name), status)!;
    this.check(`make op '${name}'`);
    try {
      if (device !== undefined) c.TFE_OpSetDevice(op, cString(device), status);
      for (const input of inputs) c.TFE_OpAddInput(op, input, status);
      this.check(`give op '${name}' its inputs`);
      setAttributes?.(op);
      const handles = new BigUint64Array(Math.max(outputs, 1));
      const count = new Int32Array([outputs]);
      c.TFE_Execute(op, handles, count, status);
      this.check(`run op '${name}'`);
      return Array.from(handles.subarray(0, count[0]), (value) => Deno.UnsafePointer.create(value)!);
    } finally {
      c.TFE_DeleteOp(op);
    }
  }

  /** Copies the content of a `TF_Buffer`. */
  bufferBytes(buffer: Pointer): Uint8Array {
    // struct TF_Buffer { const void* data; size_t length; ... }
    const view = new Deno.UnsafePointerView(buffer);
    const data = view.getPointer(0), length = Number(view.getBigUint64(8));
    if (data === null || length === 0) return new Uint8Array(0);
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(data, length).slice(0));
  }
}
