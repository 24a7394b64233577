/** Small Keras files for tests, made by HDF5 itself. */
import { Buffer } from "node:buffer";
import { crc32, deflateRawSync } from "node:zlib";
import * as h5 from "h5wasm";

export type H5 = InstanceType<typeof h5.File>;

/** The bytes of an HDF5 file that `fill` makes. */
export async function h5Bytes(fill: (file: H5) => void, options: h5.FileOptions = {}): Promise<Uint8Array> {
  const { FS } = await h5.ready;
  const name = `/test-${crypto.randomUUID()}.h5`;
  const file = new h5.File(name, "w", options);
  fill(file);
  file.close();
  const bytes = FS.readFile(name);
  FS.unlink(name);
  return bytes;
}

/** Layers by name, each with weights by name: shape and a first number that counts on. */
export type Layers = Record<string, Record<string, number[]>>;

/** Writes layers as Keras 2 does; `prefix` names the group that a model used as a layer would be. */
export function writeLayers(file: H5, layers: Layers, nested?: string): void {
  const size = (shape: number[]) => shape.reduce((product, side) => product * side, 1);
  let next = 1;
  const names = nested ? [nested] : Object.keys(layers);
  file.create_attribute("layer_names", names, [names.length], "S32");
  const groups = new Map<string, string[]>();
  for (const [layer, weights] of Object.entries(layers)) {
    const group = nested ?? layer;
    groups.set(group, [...(groups.get(group) ?? []), ...Object.keys(weights).map((name) => `${layer}/${name}:0`)]);
  }
  for (const [name, list] of groups) {
    const group = file.create_group(name);
    if (list.length > 0) group.create_attribute("weight_names", list, [list.length], "S64");
  }
  for (const [layer, weights] of Object.entries(layers)) {
    if (Object.keys(weights).length === 0) continue;
    const inner = (file.get(nested ?? layer) as InstanceType<typeof h5.Group>).create_group(layer);
    for (const [name, shape] of Object.entries(weights)) {
      const data = Float32Array.from({ length: size(shape) }, () => next++);
      inner.create_dataset({ name: `${name}:0`, data, shape, dtype: "<f4" });
    }
  }
}

/** One member of a ZIP archive, with whatever lies about it. */
export interface ZipMember {
  name: string;
  data: Uint8Array;
  deflate?: boolean;
  /** Overrides what is true. */
  claim?: { size?: number; crc?: number; flags?: number; method?: number; offset?: number };
}

/** The bytes of a ZIP archive. */
export function zipBytes(members: ZipMember[], { comment = "" } = {}): Uint8Array {
  const locals: Buffer[] = [], directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, deflate = false, claim = {} } of members) {
    const packed = deflate ? deflateRawSync(data) : Buffer.from(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(claim.flags ?? 0, 2);
    common.writeUInt16LE(claim.method ?? (deflate ? 8 : 0), 4);
    common.writeUInt32LE(claim.crc ?? crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claim.size ?? data.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(claim.offset ?? offset, 10);
    directory.push(
      Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, rest, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory), end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  end.writeUInt16LE(Buffer.byteLength(comment), 16);
  return Uint8Array.from(
    Buffer.concat([...locals, list, Buffer.from("PK\x05\x06", "latin1"), end, Buffer.from(comment)]),
  );
}
