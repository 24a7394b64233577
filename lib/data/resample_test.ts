import assert from "node:assert/strict";
import { sha256 } from "@/files.ts";
import { type CropBox, planCrop } from "./resample.ts";

/** A picture that any language can make: (7 x + 13 y + 50 c + x y mod 31) mod 256. */
function picture(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) data[i++] = (x * 7 + y * 13 + c * 50 + (x * y) % 31) % 256;
    }
  }
  return { width, height, data };
}

/** Decodes only what the plan asks for, as the preparation does. */
function crop(width: number, height: number, box: CropBox, size: number): Uint8Array {
  const whole = picture(width, height);
  const plan = planCrop(box, width, height, size);
  const { left, top } = plan.part;
  const part = { width: Math.max(0, plan.part.width), height: Math.max(0, plan.part.height) };
  const data = new Uint8Array(part.width * part.height * 3);
  for (let y = 0; y < part.height; y++) {
    const from = ((y + top) * width + left) * 3;
    data.set(whole.data.subarray(from, from + part.width * 3), y * part.width * 3);
  }
  const target = new Uint8Array(size * size * 3).fill(99);
  plan.run({ ...part, data }, target);
  return target;
}

Deno.test("planCrop() gives Pillow's bytes, shrinking and enlarging, at whole and broken edges", () => {
  // Pillow 13.0.0, over the picture above as a uint8 array a:
  // Image.fromarray(a).resize((S, S), Image.BILINEAR, box=box); sha256 of its bytes.
  const golden: [number, number, [number, number, number, number], number, string][] = [
    [50, 40, [3, 2, 47, 39], 16, "118d264f6ead8b8d2bd3af5487c68b361345c423026aab99f621de9ada85915f"],
    [50, 40, [10.25, 4.5, 33.75, 30.125], 16, "bea61585a91ca64f93502bf6d302708b96253d326cf4ac36cc9abc4c86e0ea0e"],
    [20, 20, [2, 2, 9, 9], 12, "87c6e23adf03863dda9c13ada1446e4f81ea2f34a89b27a164833cd18527c1e8"],
    [300, 200, [0, 0, 300, 200], 8, "a85d211f4c0e222412affd25565d3b5dbf068eba2d568cfc48c3a22d8cb9a4f6"],
  ];
  for (const [width, height, [left, top, right, bottom], size, hash] of golden) {
    assert.equal(sha256(crop(width, height, { left, top, right, bottom }, size)), hash);
  }
});

Deno.test("planCrop() of the whole picture at its own size is the picture", () => {
  assert.deepEqual(crop(24, 24, { left: 0, top: 0, right: 24, bottom: 24 }, 24), picture(24, 24).data);
});

Deno.test("planCrop() leaves black what lies beyond the picture, and moves nothing inside it", () => {
  const target = crop(10, 10, { left: -5, top: -3, right: 15, bottom: 17 }, 20);
  const whole = picture(10, 10).data;
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 20; x++) {
      const [u, v] = [x - 5, y - 3];
      const inside = u >= 0 && u < 10 && v >= 0 && v < 10;
      const wanted = inside ? [...whole.subarray((v * 10 + u) * 3, (v * 10 + u) * 3 + 3)] : [0, 0, 0];
      assert.deepEqual([...target.subarray((y * 20 + x) * 3, (y * 20 + x) * 3 + 3)], wanted);
    }
  }
  const outside = crop(10, 10, { left: 50, top: 50, right: 60, bottom: 60 }, 8);
  assert.ok(outside.every((value) => value === 0));
});
