import assert from "node:assert/strict";
import { frameAround, frameOfPicture } from "./face_layers.ts";
import { faceGrid } from "./face_grid.ts";
import { facePoints } from "./face_points.ts";
import { toSvg } from "./render.ts";

const count = (svg: string, pattern: RegExp) => svg.match(pattern)?.length ?? 0;

Deno.test("facePoints() puts a landmark at the center of its pixel", async () => {
  // A picture of 4 pixels drawn at 40 units: pixel (1, 2) covers 10..20 by 20..30, its center is (15, 25).
  const svg = await toSvg(facePoints({ face: { picture: { url: "data:,", size: 4 }, truth: [1, 2] }, side: 40 }));
  assert.match(svg, /translate\(15,25\)/);
});

Deno.test("facePoints() draws without a picture, without a prediction, and refuses neither points nor picture", async () => {
  const svg = await toSvg(facePoints({ face: { truth: [0, 0, 10, 10] } }));
  assert.equal(count(svg, /<image/g), 0);
  assert.throws(() => facePoints({ face: {} }), /Cannot draw a face as it has neither a picture nor points/);
});

Deno.test("facePoints() refuses a prediction with another number of points", () => {
  assert.throws(() => facePoints({ face: { truth: [0, 0, 1, 1], prediction: [0, 0] } }), {
    name: "TypeError",
    message: "Cannot plot a shape as it has 2 values: expected 4",
  });
});

Deno.test("faceGrid() draws every face with its heading", async () => {
  const faces = [1, 2, 3].map((n) => ({ picture: { url: "data:,", size: 4 }, truth: [n, n], title: `face ${n}` }));
  const svg = await toSvg(faceGrid({ faces, columns: 2, side: 40 }));
  assert.equal(count(svg, /<image/g), 3);
  for (const { title } of faces) assert.ok(svg.includes(`>${title}<`), title);
  assert.ok(svg.includes(">truth<") && !svg.includes(">prediction<"), "the legend names what is not there");
  assert.throws(() => faceGrid({ faces: [] }), /as there is none: expected one or more/);
});

Deno.test("frameAround() is square, holds all shapes, and keeps their middle", () => {
  const frame = frameAround([0, 0, 100, 50], [20, -10]);
  assert.deepEqual(frame, { x: [-6, 106], y: [-36, 76] });
  assert.deepEqual(frameOfPicture(4), { x: [-0.5, 3.5], y: [-0.5, 3.5] });
});
