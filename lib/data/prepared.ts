import { dirname, join } from "node:path";
import { messageOf } from "@/errors.ts";
import { exists, sha256, writeFileAtomic } from "@/files.ts";
import type { FaceSet } from "./face_set.ts";
import type { LandmarkScheme } from "./landmark_scheme.ts";
import { expectNpy, readNpy, writeNpy } from "./npy.ts";
import { validateScheme } from "./schemes.ts";

/** Version of the folder that {@linkcode storePrepared} writes. */
export const PREPARED_VERSION = 1;

/** A face set that lies in a folder, ready to be read by NumPy as well. */
export interface PreparedFaces extends FaceSet {
  /** Where it lies. */
  readonly directory: string;
  /** Hidden landmarks of each face, where the dataset names them. */
  readonly occluded?: readonly (readonly number[])[];
}

/** What `meta.json` of a prepared folder holds. */
export interface PreparedMeta {
  readonly format: "acr-lab-faces";
  readonly version: number;
  readonly dataset: string;
  readonly split: string;
  readonly protocol: string;
  readonly size: number;
  readonly count: number;
  readonly partial: string;
  /** {@linkcode FaceSet.hash}. */
  readonly hash: string;
  /** SHA-256 of `faces.json`. */
  readonly facesHash: string;
  /** SHA-256 of everything that the set was made from: what was asked for must have this one. */
  readonly source: string;
  readonly scheme: LandmarkScheme;
}

/** SHA-256 of the content of a face set, over its images, landmarks and transforms in this order. */
export function hashFaces(set: Pick<FaceSet, "images" | "landmarks" | "transforms">): string {
  const bytes = (array: Float32Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return sha256(set.images, bytes(set.landmarks), bytes(set.transforms));
}

/** Landmarks that are hidden, per face, for sets that know. */
type Occluded = readonly (readonly number[])[];

function facesJson(set: FaceSet, occluded: Occluded | undefined): string {
  return JSON.stringify({ ids: set.ids, subsets: set.subsets, ...(occluded ? { occluded } : {}) });
}

/**
 * Writes a face set into a folder of its own: `images.npy` (uint8), `landmarks.npy` and `transforms.npy` (float32),
 * `faces.json` (names, subsets, hidden landmarks) and `meta.json`.
 *
 * The folder appears whole, by one rename, or not at all. If another process has put it there meanwhile, that one stays.
 *
 * @param directory the folder; must not exist yet
 * @param source SHA-256 of what the set was made from
 * @throws {Error} with one sentence if the folder cannot be written
 */
export async function storePrepared(
  set: FaceSet,
  directory: string,
  source: string,
  occluded?: Occluded,
): Promise<void> {
  const work = `${directory}.parts/whole-${crypto.randomUUID().slice(0, 8)}`;
  const faces = facesJson(set, occluded);
  const { dataset, split, scheme, protocol, size, count, partial, hash } = set;
  const meta: PreparedMeta = {
    ...{ format: "acr-lab-faces", version: PREPARED_VERSION, dataset, split, protocol, size, count, partial, hash },
    ...{ facesHash: sha256(faces), source, scheme },
  };
  try {
    await writeNpy(join(work, "images.npy"), { shape: [count, size, size, 3], data: set.images });
    await writeNpy(join(work, "landmarks.npy"), { shape: [count, 2 * scheme.points], data: set.landmarks });
    await writeNpy(join(work, "transforms.npy"), { shape: [count, 4], data: set.transforms });
    await writeFileAtomic(join(work, "faces.json"), faces);
    await writeFileAtomic(join(work, "meta.json"), `${JSON.stringify(meta, undefined, 2)}\n`);
    await Deno.mkdir(dirname(directory), { recursive: true });
    await Deno.rename(work, directory);
  } catch (error) {
    await Deno.remove(work, { recursive: true }).catch(() => {});
    if (!await exists(join(directory, "meta.json"))) {
      throw new Error(`Cannot write prepared faces to '${directory}' as ${messageOf(error)}`, { cause: error });
    }
  }
  await Deno.remove(`${directory}.parts`, { recursive: true }).catch(() => {});
}

async function readJson(path: string): Promise<unknown> {
  const text = await Deno.readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read '${path}' as it is not JSON: ${messageOf(error)}`);
  }
}

/**
 * Reads `meta.json` of a prepared folder.
 *
 * @throws {SyntaxError} if it is damaged or of another version
 */
export async function readPreparedMeta(directory: string): Promise<PreparedMeta> {
  const path = join(directory, "meta.json");
  const meta = await readJson(path) as PreparedMeta;
  const fail = (reason: string) => new SyntaxError(`Cannot use prepared faces of '${directory}' as ${reason}`);
  if (meta?.format !== "acr-lab-faces") throw fail(`its meta.json is of another format: ${meta?.format}`);
  if (meta.version !== PREPARED_VERSION) throw fail(`its version must be ${PREPARED_VERSION}: ${meta.version}`);
  const texts = [meta.dataset, meta.split, meta.protocol, meta.partial, meta.hash, meta.facesHash, meta.source];
  if (texts.some((text) => typeof text !== "string")) throw fail("its meta.json lacks a text");
  for (const [name, value] of Object.entries({ size: meta.size, count: meta.count })) {
    if (!Number.isInteger(value) || value < 1) throw fail(`${name} must be a positive whole number: ${value}`);
  }
  if (typeof meta.scheme?.name !== "string") throw fail("its meta.json lacks the landmark scheme");
  validateScheme(meta.scheme, meta.scheme.name);
  return meta;
}

/**
 * Loads a prepared folder, and verifies that its content is what was written.
 *
 * @throws {SyntaxError} or {TypeError} if it is damaged: the sentence says how to repair it
 */
export async function loadPrepared(directory: string): Promise<PreparedFaces> {
  const meta = await readPreparedMeta(directory);
  const { count, size, scheme } = meta;
  const fail = (reason: string) =>
    new SyntaxError(
      `Cannot use prepared faces of '${directory}' as ${reason}: delete that folder to prepare them again`,
    );
  const path = (name: string) => join(directory, `${name}.npy`);
  const [images, landmarks, transforms, text] = await Promise.all([
    readNpy(path("images"), { shared: true }),
    readNpy(path("landmarks"), { shared: true }),
    readNpy(path("transforms"), { shared: true }),
    Deno.readTextFile(join(directory, "faces.json")),
  ]);
  const arrays = {
    images: expectNpy(images, path("images"), { dtype: "u1", shape: [count, size, size, 3] }).data,
    landmarks: expectNpy(landmarks, path("landmarks"), { dtype: "f4", shape: [count, 2 * scheme.points] }).data,
    transforms: expectNpy(transforms, path("transforms"), { dtype: "f4", shape: [count, 4] }).data,
  };
  const hash = hashFaces(arrays);
  if (hash !== meta.hash) throw fail(`its content has changed, by its SHA-256 ${hash.slice(0, 8)}`);
  if (sha256(text) !== meta.facesHash) throw fail("its faces.json has changed");
  const { ids, subsets, occluded } = JSON.parse(text) as Pick<PreparedFaces, "ids" | "subsets" | "occluded">;
  return {
    ...{ dataset: meta.dataset, split: meta.split, scheme, protocol: meta.protocol, size, count },
    ...{ ...arrays, ids, subsets, partial: meta.partial, hash, directory },
    ...(occluded ? { occluded } : {}),
  };
}
