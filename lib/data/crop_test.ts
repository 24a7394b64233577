import assert from "node:assert/strict";
import { createRandom } from "@/random.ts";
import { applyTransform, cropProtocol, cropProtocols, cropTransform } from "./crop.ts";
import { toOriginal } from "./face_set.ts";
import type { FaceSet } from "./face_set.ts";

// Landmarks that span x 20.4..60.6 and y 30..50.2.
const landmarks = [20.4, 30, 60.6, 50.2, 40, 40];
const picture = { width: 200, height: 100 };

Deno.test("cropProtocol('acr-224') is the tight box and 5 pixels on each side, in whole pixels", () => {
  // Pixels 15 (floor 20.4 - 5) to 66 (ceil 60.6 + 5), whose edges are 15 and 67.
  assert.deepEqual(cropProtocol("acr-224").box({ landmarks, ...picture }), {
    left: 15,
    top: 25,
    right: 67,
    bottom: 57,
  });
});

Deno.test("cropProtocol('acr-224') stays inside the picture", () => {
  const box = cropProtocol("acr-224").box({ landmarks: [2, -7, 198, 99], ...picture });
  assert.deepEqual(box, { left: 0, top: 0, right: 200, bottom: 100 });
});

Deno.test("cropProtocol('acr-224') enlarges a dataset's box to contain the landmarks, without a margin", () => {
  // The box covers pixels 30 to 79 and 10 to 39; landmarks reach out to the left and below.
  const box = cropProtocol("acr-224").box({ landmarks, ...picture, box: [30, 10, 50, 30] });
  assert.deepEqual(box, { left: 20, top: 10, right: 80, bottom: 52 });
});

Deno.test("cropProtocol() squares keep their aspect and middle, and may reach beyond the picture", () => {
  const square = cropProtocol("square-1.1").box({ landmarks, ...picture });
  assert.ok(Math.abs(square.right - square.left - 1.1 * 40.2) < 1e-9);
  assert.ok(Math.abs(square.bottom - square.top - 1.1 * 40.2) < 1e-9);
  // Middle by pixel centers (40.5, 40.1); by edges half a pixel on.
  assert.ok(Math.abs((square.left + square.right) / 2 - 41) < 1e-9);
  assert.ok(Math.abs((square.top + square.bottom) / 2 - 40.6) < 1e-9);
  const hrnet = cropProtocol("hrnet-256").box({ landmarks: [0, 0, 40, 10], ...picture });
  assert.deepEqual(hrnet, { left: -4.5, top: -19.5, right: 45.5, bottom: 30.5 });
});

Deno.test("cropProtocol('pipnet-256') lengthens each side of the tight box by a tenth, in whole pixels", () => {
  const box = cropProtocol("pipnet-256").box({ landmarks: [20, 30, 60, 50], ...picture });
  assert.deepEqual(box, { left: 18, top: 29, right: 63, bottom: 52 });
});

Deno.test("cropProtocol() lists the protocols when it does not know one", () => {
  assert.throws(() => cropProtocol("acr224"), {
    name: "RangeError",
    message: "Cannot crop as the protocol must be one of acr-224, square-1.1, pipnet-256, hrnet-256: acr224 " +
      "(did you mean acr-224?)",
  });
});

Deno.test("cropTransform() maps edges to edges", () => {
  const transform = cropTransform({ left: 10, top: 20, right: 60, bottom: 45 }, 100);
  // The outer edges of pixels 10 and 59 are 9.5 and 59.5 by centers; those of the crop -0.5 and 99.5.
  assert.deepEqual([...applyTransform(transform, [9.5, 19.5, 59.5, 44.5])], [-0.5, -0.5, 99.5, 99.5]);
});

Deno.test("toOriginal() of a crop gives the landmarks back to 0.01 pixels, by every protocol", () => {
  const random = createRandom(7);
  for (const protocol of cropProtocols()) {
    for (let trial = 0; trial < 200; trial++) {
      const [width, height] = [50 + random.integer(4000), 50 + random.integer(4000)];
      const x = random.uniform(0, width), y = random.uniform(0, height), span = random.uniform(10, 2000);
      const original = Array.from({ length: 136 }, (_, i) => (i % 2 ? y : x) + random.uniform(-span, span) / 2);
      const transforms = cropTransform(protocol.box({ landmarks: original, width, height }), protocol.size);
      const back = toOriginal({ transforms } as FaceSet, 0, applyTransform(transforms, original));
      original.forEach((value, i) => assert.ok(Math.abs(value - back[i]!) < 0.01, `${protocol.name} ${value}`));
    }
  }
});
