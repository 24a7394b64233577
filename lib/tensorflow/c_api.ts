/**
 * The part of TensorFlow's C API that this library calls, bound by `Deno.dlopen`: no addon, no compiler.
 *
 * Signatures follow `tensorflow/c/c_api.h`, `c/tf_tensor.h`, `c/tf_tstring.h` and `c/eager/c_api.h` of TensorFlow 2.x.
 */
import { messageOf } from "@/errors.ts";

const pointer = "pointer", buffer = "buffer", i32 = "i32", i64 = "i64", size = "usize", u8 = "u8", f32 = "f32";
const nothing = "void";
/** `TF_Output`, which the C API takes by value: an operation and the number of one of its outputs. */
const output = { struct: [pointer, i32] } as const;

const SYMBOLS = {
  TF_Version: { parameters: [], result: pointer },
  TF_NewStatus: { parameters: [], result: pointer },
  TF_GetCode: { parameters: [pointer], result: i32 },
  TF_Message: { parameters: [pointer], result: pointer },
  TF_NewBuffer: { parameters: [], result: pointer },
  TF_DeleteBuffer: { parameters: [pointer], result: nothing },

  TF_AllocateTensor: { parameters: [i32, buffer, i32, size], result: pointer },
  TF_DeleteTensor: { parameters: [pointer], result: nothing },
  TF_TensorData: { parameters: [pointer], result: pointer },
  TF_TensorByteSize: { parameters: [pointer], result: size },
  TF_TensorType: { parameters: [pointer], result: i32 },
  TF_TensorElementCount: { parameters: [pointer], result: i64 },
  TF_StringInit: { parameters: [pointer], result: nothing },
  TF_StringCopy: { parameters: [pointer, buffer, size], result: nothing },
  TF_StringDealloc: { parameters: [pointer], result: nothing },
  TF_StringGetDataPointer: { parameters: [pointer], result: pointer },
  TF_StringGetSize: { parameters: [pointer], result: size },

  TFE_NewContextOptions: { parameters: [], result: pointer },
  TFE_ContextOptionsSetConfig: { parameters: [pointer, buffer, size, pointer], result: nothing },
  TFE_ContextOptionsSetDevicePlacementPolicy: { parameters: [pointer, i32], result: nothing },
  TFE_DeleteContextOptions: { parameters: [pointer], result: nothing },
  TFE_NewContext: { parameters: [pointer, pointer], result: pointer },
  TFE_ContextListDevices: { parameters: [pointer, pointer], result: pointer },
  TF_DeleteDeviceList: { parameters: [pointer], result: nothing },
  TF_DeviceListCount: { parameters: [pointer], result: i32 },
  TF_DeviceListName: { parameters: [pointer, i32, pointer], result: pointer },
  TF_DeviceListType: { parameters: [pointer, i32, pointer], result: pointer },

  TFE_NewTensorHandle: { parameters: [pointer, pointer], result: pointer },
  TFE_DeleteTensorHandle: { parameters: [pointer], result: nothing },
  TFE_TensorHandleResolve: { parameters: [pointer, pointer], result: pointer },
  TFE_TensorHandleCopySharingTensor: { parameters: [pointer, pointer], result: pointer },
  TFE_TensorHandleCopyToDevice: { parameters: [pointer, pointer, buffer, pointer], result: pointer },
  TFE_TensorHandleDeviceName: { parameters: [pointer, pointer], result: pointer },
  TFE_TensorHandleNumDims: { parameters: [pointer, pointer], result: i32 },
  TFE_TensorHandleDim: { parameters: [pointer, i32, pointer], result: i64 },
  TFE_TensorHandleDataType: { parameters: [pointer], result: i32 },

  TFE_NewOp: { parameters: [pointer, buffer, pointer], result: pointer },
  TFE_DeleteOp: { parameters: [pointer], result: nothing },
  TFE_OpSetDevice: { parameters: [pointer, buffer, pointer], result: nothing },
  TFE_OpAddInput: { parameters: [pointer, pointer, pointer], result: nothing },
  TFE_OpSetAttrString: { parameters: [pointer, buffer, buffer, size], result: nothing },
  TFE_OpSetAttrInt: { parameters: [pointer, buffer, i64], result: nothing },
  TFE_OpSetAttrFloat: { parameters: [pointer, buffer, f32], result: nothing },
  TFE_OpSetAttrBool: { parameters: [pointer, buffer, u8], result: nothing },
  TFE_OpSetAttrType: { parameters: [pointer, buffer, i32], result: nothing },
  TFE_OpSetAttrShape: { parameters: [pointer, buffer, buffer, i32, pointer], result: nothing },
  TFE_OpSetAttrIntList: { parameters: [pointer, buffer, buffer, i32], result: nothing },
  TFE_Execute: { parameters: [pointer, buffer, buffer, pointer], result: nothing },
  TFE_ContextAddFunction: { parameters: [pointer, pointer, pointer], result: nothing },
  TFE_ContextRemoveFunction: { parameters: [pointer, buffer, pointer], result: nothing },

  TF_NewGraph: { parameters: [], result: pointer },
  TF_DeleteGraph: { parameters: [pointer], result: nothing },
  TF_GraphGetOpDef: { parameters: [pointer, buffer, pointer, pointer], result: nothing },
  TF_GraphGetTensorNumDims: { parameters: [pointer, output, pointer], result: i32 },
  TF_GraphGetTensorShape: { parameters: [pointer, output, buffer, i32, pointer], result: nothing },
  TF_GraphSetTensorShape: { parameters: [pointer, output, buffer, i32, pointer], result: nothing },
  TF_GraphToFunctionWithControlOutputs: {
    parameters: [
      ...[pointer, buffer, u8, i32, buffer, i32, buffer, i32, buffer, buffer, i32, buffer, buffer] as const,
      ...[pointer, buffer, pointer] as const,
    ],
    result: pointer,
  },
  TF_GraphCopyFunction: { parameters: [pointer, pointer, pointer, pointer], result: nothing },
  TF_NewSessionOptions: { parameters: [], result: pointer },
  TF_SetConfig: { parameters: [pointer, buffer, size, pointer], result: nothing },
  TF_DeleteSessionOptions: { parameters: [pointer], result: nothing },
  TF_NewSession: { parameters: [pointer, pointer, pointer], result: pointer },
  TF_CloseSession: { parameters: [pointer, pointer], result: nothing },
  TF_DeleteSession: { parameters: [pointer, pointer], result: nothing },
  TF_SessionRun: {
    parameters: [
      ...[pointer, pointer, buffer, buffer, i32, buffer, buffer, i32, buffer, i32, pointer, pointer] as const,
    ],
    result: nothing,
  },
  TF_NewBufferFromString: { parameters: [buffer, size], result: pointer },
  TF_DeleteFunction: { parameters: [pointer], result: nothing },
  TF_NewOperation: { parameters: [pointer, buffer, buffer], result: pointer },
  TF_FinishOperation: { parameters: [pointer, pointer], result: pointer },
  TF_AddInput: { parameters: [pointer, output], result: nothing },
  TF_AddInputList: { parameters: [pointer, buffer, i32], result: nothing },
  TF_AddControlInput: { parameters: [pointer, pointer], result: nothing },
  TF_OperationNumOutputs: { parameters: [pointer], result: i32 },
  TF_OperationOutputType: { parameters: [output], result: i32 },
  TF_SetAttrString: { parameters: [pointer, buffer, buffer, size], result: nothing },
  TF_SetAttrInt: { parameters: [pointer, buffer, i64], result: nothing },
  TF_SetAttrFloat: { parameters: [pointer, buffer, f32], result: nothing },
  TF_SetAttrBool: { parameters: [pointer, buffer, u8], result: nothing },
  TF_SetAttrType: { parameters: [pointer, buffer, i32], result: nothing },
  TF_SetAttrShape: { parameters: [pointer, buffer, buffer, i32], result: nothing },
  TF_SetAttrIntList: { parameters: [pointer, buffer, buffer, i32], result: nothing },
  TF_SetAttrTypeList: { parameters: [pointer, buffer, buffer, i32], result: nothing },
  TF_SetAttrFuncName: { parameters: [pointer, buffer, buffer, size], result: nothing },
  TF_SetAttrTensor: { parameters: [pointer, buffer, pointer, pointer], result: nothing },
} as const;

/** The bound functions of an opened library. */
export type TensorFlowSymbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** Data types of TensorFlow (`tf_datatype.h`) that tfjs or this library meet. */
export const DataType = {
  FLOAT: 1,
  INT32: 3,
  UINT8: 4,
  STRING: 7,
  COMPLEX64: 8,
  INT64: 9,
  BOOL: 10,
  RESOURCE: 20,
} as const;

/** Attribute types of TensorFlow (`tf_attrtype.h`), as tfjs-node's kernels pass them. */
export const AttrType = { STRING: 0, INT: 1, FLOAT: 2, BOOL: 3, TYPE: 4, SHAPE: 5 } as const;

/**
 * Opens `libtensorflow_cc` (or `libtensorflow`) and binds its C API.
 *
 * @throws {Error} when the file is not a library of this platform or lacks a function of the API.
 */
export function openLibrary(path: string): TensorFlowSymbols {
  try {
    const { symbols } = Deno.dlopen(path, SYMBOLS);
    keepLoaded(path);
    return symbols;
  } catch (error) {
    throw new Error(`Cannot open the TensorFlow library '${path}': ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Holds a library until the process is gone. At its natural end Deno closes what it opened, and other native code that
 * ends after that then crashes: seen with sharp, as exit code 139 after all work was done.
 */
function keepLoaded(path: string): void {
  const RTLD_LAZY = 1;
  try {
    const libc = Deno.dlopen(Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6", {
      dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
    });
    libc.symbols.dlopen(new TextEncoder().encode(path + "\0"), RTLD_LAZY);
  } catch { /* Windows has no such function. */ }
}

const encoder = new TextEncoder();
const interned = new Map<string, Uint8Array<ArrayBuffer>>();

/** A NUL-terminated C string; names of ops and attributes recur, so they are kept. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  let bytes = interned.get(text);
  if (bytes === undefined) {
    bytes = encoder.encode(text + "\0");
    interned.set(text, bytes);
  }
  return bytes;
}

/** Reads a NUL-terminated C string; an empty one for a null pointer. */
export function readCString(from: Deno.PointerValue): string {
  return from === null ? "" : Deno.UnsafePointerView.getCString(from);
}

/** A pointer array for C, as `TF_Operation* const*`. */
export function pointerArray(pointers: readonly Deno.PointerValue[]): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.from(pointers, (value) => Deno.UnsafePointer.value(value));
}
