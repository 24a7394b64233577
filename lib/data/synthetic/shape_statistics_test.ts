import assert from "node:assert/strict";
import { inflateRawSync } from "node:zlib";
import { parseNpy } from "@/data/npy.ts";
import { sharedData, testWith } from "@/testing.ts";
import { compareShapes, describeShapes, sampleShapes } from "./shape_statistics.ts";

/** One array of a .npz file (a zip) whose sizes stand in its central directory. */
function readNpz(path: string, name: string) {
  const bytes = Deno.readFileSync(path), view = new DataView(bytes.buffer);
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const length = view.getUint16(at + 28, true);
    if (new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length)) === name) break;
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  const local = view.getUint32(at + 42, true);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const entry = bytes.subarray(start, start + view.getUint32(at + 20, true));
  return parseNpy(view.getUint16(at + 10, true) === 8 ? new Uint8Array(inflateRawSync(entry)) : entry, name);
}

Deno.test("describeShapes() frames shapes by their box: their position and scale do not matter", () => {
  const shapes = sampleShapes(12, 5), moved = shapes.map((v, k) => 3 * v + (k % 2 === 0 ? 300 : -70));
  const a = describeShapes(shapes, 12), b = describeShapes(moved, 12);
  assert.ok(a.mean.every((v) => v > 0 && v < 1));
  // The margin of 5 pixels is a smaller part of a larger face.
  a.mean.forEach((v, k) => assert.ok(Math.abs(v - b.mean[k]!) < 0.05));
  assert.ok(a.modes[80] <= a.modes[90] && a.modes[90] <= a.modes[97]);
  assert.ok(Math.abs(a.spectrum.reduce((sum, v) => sum + v, 0) - 1) < 1e-9);
  assert.throws(() => describeShapes([1, 2, 3], 1), TypeError);
});

testWith(
  sharedData("shapes/shapes68_300w_public.npz"),
  "no ../shared/data",
  "compareShapes() finds synthetic shapes like the 3837 real ones of 300W: mean, variance, spectrum, difficulty",
  (path) => {
    const { data, shape } = readNpz(path, "pts.npy"), count = shape[0]!;
    const { synthetic, real, meanDistance } = compareShapes(Float64Array.from(data as Float64Array), count, 900);
    const average = meanDistance.reduce((sum, d) => sum + d, 0) / 68;
    assert.ok(average < 0.015, `mean shapes lie ${average} of the crop apart`);
    assert.ok(Math.abs(synthetic.variance / real.variance - 1) < 0.2, `${synthetic.variance} and ${real.variance}`);
    assert.ok(Math.abs(synthetic.meanShapeError.mean / real.meanShapeError.mean - 1) < 0.15);
    for (const fraction of [80, 85, 90, 95, 97] as const) {
      assert.ok(Math.abs(synthetic.modes[fraction] - real.modes[fraction]) <= (fraction < 97 ? 1 : 3));
    }
    for (let k = 0; k < 6; k++) assert.ok(Math.abs(synthetic.spectrum[k]! - real.spectrum[k]!) < 0.06);
  },
);
