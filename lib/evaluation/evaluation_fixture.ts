import assert from "node:assert/strict";
import type { FaceSet } from "@/data/face_set.ts";

/** The numbers in [0, 1) behind the golden file: s = (1103515245 s + 12345) mod 2^31, s / 2^31. For tests only. */
export function lcg(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff;
    return state / 2 ** 31;
  });
}

/** A set of 4-point faces in 100 px crops; points 0 and 1 are eye corners, means of 0, 2 and of 1, 3 are pupils. */
export function faceSet(landmarks: Float32Array, transforms?: Float32Array, changes: Partial<FaceSet> = {}): FaceSet {
  const count = landmarks.length / 8;
  return {
    dataset: "tiny",
    split: "test",
    scheme: {
      name: "4",
      points: 4,
      flip: [1, 0, 3, 2],
      interOcular: [[0], [1]],
      interPupil: [[0, 2], [1, 3]],
      regions: { top: [0, 1], left: [2], right: [3] },
      lines: [[0, 1]],
    },
    protocol: "acr-224",
    size: 100,
    count,
    images: new Uint8Array(0),
    landmarks,
    transforms: transforms ?? Float32Array.from({ length: 4 * count }, (_, i) => i % 4 < 2 ? 1 : 0),
    ids: Array.from({ length: count }, (_, i) => `tiny/${i}`),
    subsets: { full: Array.from({ length: count }, (_, i) => i) },
    partial: "",
    hash: "00",
    ...changes,
  };
}

/** Six faces with crops of unequal scales, and predictions of them: T, P, S of the golden file. */
export function sixFaces(): { set: FaceSet; predictions: Float32Array } {
  const landmarks = Float32Array.from(lcg(48, 11), (x) => x * 100);
  const noise = lcg(48, 12);
  const predictions = landmarks.map((x, i) => x + Math.fround(Math.fround(noise[i]! - 0.5) * 12));
  const columns = [lcg(6, 13), lcg(6, 14), lcg(6, 15), lcg(6, 16)];
  const transforms = Float32Array.from({ length: 24 }, (_, i) => {
    const value = columns[i % 4]![Math.floor(i / 4)]!;
    return i % 4 < 2 ? 0.5 + value : 40 * value - 20;
  });
  return { set: faceSet(landmarks, transforms), predictions };
}

/** Asserts that numbers agree to `tolerance`, 1e-9 by default. */
export function close(
  actual: ArrayLike<number> | number,
  expected: readonly number[] | number,
  tolerance = 1e-9,
): void {
  const found = typeof actual === "number" ? [actual] : actual,
    wanted = typeof expected === "number" ? [expected] : expected;
  assert.equal(found.length, wanted.length);
  wanted.forEach((value, i) =>
    assert.ok(Math.abs(found[i]! - value) <= tolerance, `${i}: ${found[i]} is not ${value}`)
  );
}
