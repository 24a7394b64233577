/** Protocol-buffer wire format: the few lines that TensorFlow's ConfigProto and OpDef need. */

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

/** A whole-number field (wire type 0). */
export function integerField(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

/** A message or string field (wire type 2). */
export function bytesField(field: number, bytes: ArrayLike<number>): number[] {
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...Array.from(bytes)];
}

/** One field of a decoded message: a number for wire types 0, 1 and 5, bytes for wire type 2. */
export interface Field {
  readonly field: number;
  readonly value: number | Uint8Array;
}

/** Splits a message into its fields. */
export function* readFields(message: Uint8Array): Generator<Field> {
  let at = 0;
  const readVarint = () => {
    let value = 0, scale = 1;
    for (;;) {
      const byte = message[at++];
      if (byte === undefined) throw new SyntaxError("Cannot read a protocol buffer as it ends within a number");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < message.length) {
    const key = readVarint();
    const field = Math.floor(key / 8), wire = key % 8;
    if (wire === 0) yield { field, value: readVarint() };
    else if (wire === 2) {
      const length = readVarint();
      yield { field, value: message.subarray(at, at + length) };
      at += length;
    } else {
      const width = wire === 1 ? 8 : 4;
      yield { field, value: message[at] ?? 0 };
      at += width;
    }
  }
}
