import { join } from "node:path";
import { messageOf } from "@/errors.ts";
import { exists, sha256, writeFileAtomic } from "@/files.ts";
import { inProject } from "@/paths.ts";
import { createProgress } from "@/progress.ts";
import { applyTransform, type CropProtocol, cropProtocol, cropTransform } from "./crop.ts";
import { hashFaces, loadPrepared, PREPARED_VERSION, type PreparedFaces, storePrepared } from "./prepared.ts";
import { planCrop } from "./resample.ts";
import { mapInFlight, requireSound, type SourceFace, type SourceProblem, type SourceSet } from "./source.ts";

/** Options of {@linkcode prepareFaces}. */
export interface PrepareOptions {
  /** Name of the crop protocol. @default "acr-224" */
  protocol?: string;
  /** Side of the crops in pixels. @default the protocol's own */
  size?: number;
  /** Where prepared sets are kept. @default "data/prepared" in the project */
  cacheDir?: string;
  /** Shows no progress. @default false */
  quiet?: boolean;
  /** Pictures that are decoded at the same time. @default 8 */
  inFlight?: number;
}

/** Changes when the same picture and protocol would give other pixels. */
const CROP_VERSION = 1;
/** Faces of one part: what is lost at most when the process is killed. */
const PART = 64;

/** Where prepared sets are kept unless told otherwise. */
export function preparedRoot(): string {
  return inProject("data", "prepared");
}

/** SHA-256 of all that decides what a prepared set holds. */
function fingerprint(source: SourceSet, protocol: CropProtocol, size: number): string {
  const { dataset, split, scheme, partial } = source;
  const head = { PREPARED_VERSION, CROP_VERSION, dataset, split, scheme, partial, protocol: protocol.name, size };
  const chunks: (string | Uint8Array)[] = [JSON.stringify(head)];
  for (const { id, image, landmarks, box, occluded, subsets } of source.faces) {
    chunks.push(JSON.stringify([id, image.stamp, box ?? null, occluded ? [...occluded] : null, subsets]));
    chunks.push(new Uint8Array(landmarks.buffer, landmarks.byteOffset, landmarks.byteLength));
  }
  return sha256(...chunks);
}

/**
 * Crops one face.
 *
 * @param target `[size, size, 3]`: receives the crop
 * @returns its transform, `[scaleX, scaleY, offsetX, offsetY]`
 * @throws {RangeError} if there is nothing to crop
 */
export async function cropFace(
  face: SourceFace,
  protocol: CropProtocol,
  size: number,
  target: Uint8Array,
): Promise<Float32Array> {
  const image = await face.image.open();
  const { width, height } = image;
  const input = { landmarks: face.landmarks, width, height };
  const box = protocol.box(face.box ? { ...input, box: face.box } : input);
  if (!(box.right > box.left && box.bottom > box.top)) {
    const extent = `${box.left} ${box.top} ${box.right} ${box.bottom} in ${width} x ${height}`;
    throw new RangeError(`Cannot crop face '${face.id}' as nothing of its box is in the picture: ${extent}`);
  }
  const plan = planCrop(box, width, height, size);
  if (plan.part.width <= 0 || plan.part.height <= 0) {
    throw new RangeError(`Cannot crop face '${face.id}' as it lies outside its picture: ${width} x ${height}`);
  }
  plan.run(await image.read(plan.part), target);
  return cropTransform(box, size);
}

/** Groups faces by the subsets they name. `full` is always there, and comes first. */
function subsetsOf(faces: readonly SourceFace[]): Record<string, number[]> {
  const subsets: Record<string, number[]> = { full: [] };
  faces.forEach((face, index) => face.subsets.forEach((name) => (subsets[name] ??= []).push(index)));
  return subsets;
}

/** One file per {@linkcode PART} faces: their transforms, their images, and a checksum of both. */
class Parts {
  constructor(
    readonly directory: string,
    readonly images: Uint8Array,
    readonly transforms: Float32Array,
    readonly pixels: number,
  ) {}

  range(part: number): { images: Uint8Array; transforms: Float32Array } {
    const first = part * PART, last = first + PART;
    return {
      images: this.images.subarray(first * this.pixels, last * this.pixels),
      transforms: this.transforms.subarray(first * 4, last * 4),
    };
  }

  path(part: number): string {
    return join(this.directory, `${String(part).padStart(5, "0")}.part`);
  }

  async write(part: number): Promise<void> {
    const { images, transforms } = this.range(part);
    const head = new Uint8Array(transforms.slice().buffer);
    const bytes = new Uint8Array(head.length + images.length + 32);
    bytes.set(head);
    bytes.set(images, head.length);
    bytes.set(Uint8Array.fromHex(sha256(bytes.subarray(0, -32))), bytes.length - 32);
    await writeFileAtomic(this.path(part), bytes);
  }

  /** Takes over what an interrupted run, or another process, has finished. */
  async read(part: number): Promise<boolean> {
    const { images, transforms } = this.range(part);
    let bytes: Uint8Array;
    try {
      bytes = await Deno.readFile(this.path(part));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
    const content = bytes.subarray(0, -32);
    if (content.length !== transforms.byteLength + images.length) return false;
    if (sha256(content) !== bytes.subarray(-32).toHex()) return false;
    transforms.set(new Float32Array(content.slice(0, transforms.byteLength).buffer));
    images.set(content.subarray(transforms.byteLength));
    return true;
  }
}

/** Shared memory for `count` bytes, or a sentence that says what for. */
function allocate(bytes: number, what: string): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch {
    throw new RangeError(`Cannot prepare ${what} as that needs too much memory: ${(bytes / 2 ** 30).toFixed(1)} GiB`);
  }
}

/** The folder in which {@linkcode prepareFaces} keeps a set. */
export function preparedDirectory(source: SourceSet, options: PrepareOptions = {}): string {
  const { protocol: protocolName = "acr-224", cacheDir = preparedRoot() } = options;
  const protocol = cropProtocol(protocolName);
  const { size = protocol.size } = options;
  const hash = fingerprint(source, protocol, size).slice(0, 8);
  return join(cacheDir, `${source.dataset}-${source.split}-${protocol.name}-${size}-${hash}`);
}

/**
 * Crops every face of a dataset once, keeps the crops in a folder, and loads them. A second call only loads.
 *
 * Killed at any moment, the next call goes on where it stopped. Two processes may prepare the same set at once.
 *
 * @throws {RangeError} if the protocol does not exist or the size is no whole number from 8 to 1024
 * @throws {SyntaxError} if a face cannot be read: the sentence names the first and counts the others
 */
export async function prepareFaces(source: SourceSet, options: PrepareOptions = {}): Promise<PreparedFaces> {
  const { protocol: protocolName = "acr-224", quiet = false, inFlight = 8 } = options;
  const protocol = cropProtocol(protocolName);
  const { size = protocol.size } = options;
  if (!Number.isInteger(size) || size < 8 || size > 1024) {
    throw new RangeError(`Cannot prepare faces as the size must be a whole number from 8 to 1024: ${size}`);
  }
  const name = `${source.dataset} ${source.split}`;
  requireSound(source);
  const count = source.faces.length;
  if (count === 0) throw new RangeError(`Cannot prepare ${name} as it has no faces`);

  const directory = preparedDirectory(source, options);
  const key = fingerprint(source, protocol, size);
  if (await exists(join(directory, "meta.json"))) {
    // Left by a process that was killed in its last moment.
    await Deno.remove(`${directory}.parts`, { recursive: true }).catch(() => {});
    return await loadPrepared(directory);
  }

  const pixels = size * size * 3;
  const points = source.scheme.points;
  const images = new Uint8Array(allocate(count * pixels, `${count} faces of ${size} x ${size}`));
  const landmarks = new Float32Array(new SharedArrayBuffer(count * points * 8));
  const transforms = new Float32Array(new SharedArrayBuffer(count * 16));
  const parts = new Parts(`${directory}.parts`, images, transforms, pixels);
  const progress = createProgress({ label: `Preparing ${name}`, total: count, unit: "faces", quiet });
  const failures: SourceProblem[] = [];

  const unwritable = (error: unknown) =>
    new Error(`Cannot write prepared faces to '${directory}' as ${messageOf(error)}`, { cause: error });
  await Deno.mkdir(parts.directory, { recursive: true }).catch((error) => {
    throw unwritable(error);
  });
  const waiting: number[] = [];
  const left: number[] = [];
  for (let part = 0; part * PART < count; part++) {
    const faces = Math.min(PART, count - part * PART);
    if (await parts.read(part)) left[part] = 0;
    else {
      left[part] = faces;
      for (let i = 0; i < faces; i++) waiting.push(part * PART + i);
    }
  }
  // Another process may have finished, and removed its parts, while this one looked for them.
  if (await exists(join(directory, "meta.json"))) {
    progress.done();
    await Deno.remove(parts.directory, { recursive: true }).catch(() => {});
    return await loadPrepared(directory);
  }
  let done = count - waiting.length;
  try {
    await mapInFlight(waiting, inFlight, async (index) => {
      const face = source.faces[index]!;
      try {
        const target = images.subarray(index * pixels, (index + 1) * pixels);
        transforms.set(await cropFace(face, protocol, size, target), 4 * index);
      } catch (error) {
        failures.push({ where: face.id, message: messageOf(error) });
      }
      progress.update(++done);
      const part = Math.floor(index / PART);
      if (--left[part]! === 0 && failures.length === 0) {
        await parts.write(part).catch(async (error) => {
          // Another process may have finished meanwhile, and removed the parts.
          if (!await exists(join(directory, "meta.json"))) throw unwritable(error);
        });
      }
    });
  } finally {
    progress.done();
  }
  if (failures.length > 0) {
    await Deno.remove(parts.directory, { recursive: true }).catch(() => {});
    const order = new Map(source.faces.map((face, index) => [face.id, index]));
    failures.sort((a, b) => order.get(a.where)! - order.get(b.where)!);
    requireSound({ ...source, problems: failures });
  }

  source.faces.forEach((face, index) => {
    landmarks.set(applyTransform(transforms.subarray(4 * index, 4 * index + 4), face.landmarks), 2 * points * index);
  });
  const occluded = source.faces.some((face) => face.occluded)
    ? source.faces.map((face) => [...face.occluded ?? []].flatMap((hidden, m) => hidden ? [m] : []))
    : undefined;
  const set = {
    ...{ dataset: source.dataset, split: source.split, scheme: source.scheme, protocol: protocol.name, size, count },
    ...{ images, landmarks, transforms, ids: source.faces.map((face) => face.id) },
    ...{
      subsets: subsetsOf(source.faces),
      partial: source.partial,
      hash: hashFaces({ images, landmarks, transforms }),
    },
    ...{ directory, ...(occluded ? { occluded } : {}) },
  };
  await storePrepared(set, directory, key, occluded);
  return set;
}
