import * as tf from "@tensorflow/tfjs";

/** How tensors lie in a value: what {@linkcode flatten} took apart and {@linkcode unflatten} puts together. */
export type Structure =
  | { readonly kind: "tensor"; readonly index: number }
  | { readonly kind: "array"; readonly items: readonly Structure[] }
  | { readonly kind: "record"; readonly entries: readonly (readonly [string, Structure])[] }
  | { readonly kind: "literal"; readonly value: string | number | boolean | null | undefined };

/**
 * Takes a tensor, or arrays and plain objects of tensors and literals, apart.
 *
 * @throws {TypeError} for anything else, naming where it lies.
 */
export function flatten(value: unknown, where: string): { tensors: tf.Tensor[]; structure: Structure } {
  const tensors: tf.Tensor[] = [];
  const walk = (part: unknown, path: string): Structure => {
    if (part instanceof tf.Tensor) {
      tensors.push(part);
      return { kind: "tensor", index: tensors.length - 1 };
    }
    if (Array.isArray(part)) return { kind: "array", items: part.map((item, i) => walk(item, `${path}[${i}]`)) };
    if (part === null || ["undefined", "string", "number", "boolean"].includes(typeof part)) {
      return { kind: "literal", value: part as string | number | boolean | null | undefined };
    }
    if (typeof part === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(part))) {
      const entries = Object.entries(part).map(([key, item]) => [key, walk(item, `${path}.${key}`)] as const);
      return { kind: "record", entries };
    }
    const kind = typeof part === "object" ? part.constructor?.name ?? "object" : typeof part;
    throw new TypeError(`Cannot use ${path} in a compiled function: expected tensors, found ${kind}`);
  };
  return { structure: walk(value, where), tensors };
}

/** Puts tensors back where {@linkcode flatten} found them. */
export function unflatten(structure: Structure, tensors: readonly tf.Tensor[]): unknown {
  switch (structure.kind) {
    case "tensor":
      return tensors[structure.index];
    case "array":
      return structure.items.map((item) => unflatten(item, tensors));
    case "record":
      return Object.fromEntries(structure.entries.map(([key, item]) => [key, unflatten(item, tensors)]));
    case "literal":
      return structure.value;
  }
}
