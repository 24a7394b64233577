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

/** One field of a decoded message: a number for wire type 0, the first byte for 1 and 5, all bytes for wire type 2. */
export interface Field {
  readonly field: number;
  readonly value: number | Uint8Array;
}

/**
 * Splits a message into its fields.
 *
 * @throws {SyntaxError} when it ends within a field, or has one of a wire type that is not in use any more.
 */
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
  const skip = (width: number) => {
    const from = at;
    at += width;
    if (at > message.length) {
      throw new SyntaxError(
        `Cannot read a protocol buffer as it ends within a field of ${width} bytes: ${message.length}`,
      );
    }
    return from;
  };
  while (at < message.length) {
    const key = readVarint();
    const field = Math.floor(key / 8), wire = key % 8;
    if (wire === 0) yield { field, value: readVarint() };
    else if (wire === 2) {
      const from = skip(readVarint());
      yield { field, value: message.subarray(from, at) };
    } else if (wire === 1 || wire === 5) yield { field, value: message[skip(wire === 1 ? 8 : 4)]! };
    else throw new SyntaxError(`Cannot read a protocol buffer as field ${field} has an unknown wire type: ${wire}`);
  }
}
