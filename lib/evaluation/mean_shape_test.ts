import assert from "node:assert/strict";
import { faceSet, sixFaces } from "./evaluation_fixture.ts";
import { meanShapePredictions } from "./mean_shape.ts";

const faces = faceSet(Float32Array.of(0, 0, 10, 0, 0, 20, 10, 20, 2, 4, 12, 4, 2, 24, 12, 24));

Deno.test("meanShapePredictions() answers every face with the mean of the training crops", () => {
  const { set } = sixFaces();
  const predictions = meanShapePredictions(faces, set);
  assert.equal(predictions.length, 48);
  for (let face = 0; face < 6; face++) {
    assert.deepEqual([...predictions.subarray(8 * face, 8 * face + 8)], [1, 2, 11, 2, 1, 22, 11, 22]);
  }
});

Deno.test("meanShapePredictions() can leave faces out, as those held out for validation", () => {
  assert.deepEqual([...meanShapePredictions(faces, faceSet(new Float32Array(8)), [1])], [2, 4, 12, 4, 2, 24, 12, 24]);
});

Deno.test("meanShapePredictions() scales to crops of another side so that edges stay edges", () => {
  const edges = faceSet(Float32Array.of(-0.5, -0.5, 99.5, 99.5, 49.5, 49.5, 0, 0));
  const half = faceSet(new Float32Array(8), undefined, { size: 50 });
  assert.deepEqual([...meanShapePredictions(edges, half)], [-0.5, -0.5, 49.5, 49.5, 24.5, 24.5, -0.25, -0.25]);
});

Deno.test("meanShapePredictions() refuses sets that do not belong together", () => {
  const other = faceSet(new Float32Array(8), undefined, { protocol: "pipnet" });
  assert.throws(() => meanShapePredictions(faces, other), { name: "TypeError", message: /'acr-224' and 'pipnet'$/ });
  const scheme = { ...faces.scheme, name: "29" };
  assert.throws(() => meanShapePredictions(faces, { ...faces, scheme }), {
    name: "TypeError",
    message: /'4' and '29'$/,
  });
  assert.throws(() => meanShapePredictions(faces, faces, []), { name: "RangeError", message: /no training faces: 0$/ });
});
