import type { FaceSet } from "@/data/face_set.ts";

/**
 * The mean-shape predictor: answers every face with the mean landmarks of the training crops, whatever the picture
 * shows. What a network must beat to have learnt to look.
 *
 * @param train Faces to take the mean over.
 * @param test Faces to answer; its crops may have another side, which the mean is scaled to.
 * @param faces Training faces to take, by index. @default all
 * @returns `[N, 2M]` in crop pixels of `test`
 * @throws {TypeError} if the sets differ in landmark scheme or crop protocol
 * @throws {RangeError} if there is no training face
 */
export function meanShapePredictions(train: FaceSet, test: FaceSet, faces?: readonly number[]): Float32Array {
  const action = "Cannot predict the mean shape";
  if (train.scheme.name !== test.scheme.name) {
    throw new TypeError(
      `${action} as training and test landmarks differ: schemes '${train.scheme.name}' and '${test.scheme.name}'`,
    );
  }
  if (train.protocol !== test.protocol) {
    throw new TypeError(
      `${action} as training and test crops differ: protocols '${train.protocol}' and '${test.protocol}'`,
    );
  }
  const dims = 2 * train.scheme.points;
  const indices = faces ?? Array.from({ length: train.count }, (_, face) => face);
  if (indices.length === 0) throw new RangeError(`${action} as there are no training faces: 0`);
  const mean = new Float64Array(dims);
  for (const face of indices) for (let d = 0; d < dims; d++) mean[d]! += train.landmarks[face * dims + d]!;
  // Pixel centres are at whole numbers, so it is the edges at -0.5 that stay where they are.
  const scale = test.size / train.size;
  const shape = mean.map((sum) => (sum / indices.length + 0.5) * scale - 0.5);
  const predictions = new Float32Array(test.count * dims);
  for (let face = 0; face < test.count; face++) predictions.set(shape, face * dims);
  return predictions;
}
