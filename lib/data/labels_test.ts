import assert from "node:assert/strict";
import { decodeLabels, encodeLabels, LABEL_CONVENTIONS, type LabelConvention } from "./labels.ts";

Deno.test("encodeLabels() divides the distance from the middle by the side", () => {
  assert.deepEqual([...encodeLabels([112, 0, 224, 56], 224)], [0, -0.5, 0.5, -0.25]);
  assert.deepEqual([...encodeLabels([112, 0, 224, 56], 224, "released")], [-0, 0.5, -0.5, 0.25]);
});

Deno.test("decodeLabels() inverts encodeLabels() in every convention", () => {
  const points = Float32Array.from({ length: 136 }, (_, i) => i * 1.7 - 3.25);
  for (const convention of LABEL_CONVENTIONS) {
    const back = decodeLabels(encodeLabels(points, 224, convention), 224, convention);
    back.forEach((value, i) => assert.ok(Math.abs(value - points[i]!) < 2e-5, `${value} for ${points[i]}`));
  }
});

Deno.test("encodeLabels() writes to its output, which may be its input", () => {
  const points = new Float32Array([0, 64]);
  assert.equal(encodeLabels(points, 64, "centered", points), points);
  assert.deepEqual([...points], [-0.5, 0.5]);
});

Deno.test("encodeLabels() keeps NaN and refuses bad sizes, conventions and outputs", () => {
  assert.ok(Number.isNaN(encodeLabels([NaN, 1], 224)[0]));
  assert.throws(() => encodeLabels([1, 2], 0), {
    name: "RangeError",
    message: "Cannot encode labels as the crop side is not a positive number of pixels: 0",
  });
  assert.throws(() => decodeLabels([1, 2], NaN), /Cannot decode labels as the crop side/);
  assert.throws(() => encodeLabels([1, 2], 224, "center" as LabelConvention), /none of centered, released: 'center'/);
  assert.throws(() => encodeLabels([1, 2], 224, "centered", new Float32Array(3)), {
    name: "TypeError",
    message: "Cannot encode labels as the output has another length: 3 for 2 coordinates",
  });
});
