import { readFields } from "./proto.ts";

/** What the graph builder has to know of an op. */
export interface OpSignature {
  /** For each declared input, whether it is a list of tensors (as `values` of ConcatV2), which C adds by another call. */
  readonly inputs: readonly { readonly name: string; readonly list: boolean }[];
  /** Whether running it twice may differ (random ops, resources): never merged or removed. */
  readonly stateful: boolean;
}

const text = new TextDecoder();

/** Reads a serialised `tensorflow.OpDef` (op_def.proto). */
export function parseOpDef(bytes: Uint8Array): OpSignature {
  const inputs: { name: string; list: boolean }[] = [];
  let stateful = false;
  for (const { field, value } of readFields(bytes)) {
    if (field === 2 && value instanceof Uint8Array) {
      let name = "", list = false;
      // ArgDef: name = 1, number_attr = 5, type_list_attr = 6; either of the last two makes the argument a list.
      for (const { field: part, value: content } of readFields(value)) {
        if (!(content instanceof Uint8Array)) continue;
        if (part === 1) name = text.decode(content);
        if ((part === 5 || part === 6) && content.length > 0) list = true;
      }
      inputs.push({ name, list });
    } else if (field === 17 && value === 1) stateful = true;
  }
  return { inputs, stateful };
}
