import assert from "node:assert/strict";
import { join } from "node:path";
import { withFolder } from "@/testing.ts";
import { read300W } from "./300w.ts";
import { colorsBySide, drawContactSheet, mirrorPixels } from "./contact_sheet.ts";
import { decodeImage, type RgbImage } from "./decode.ts";
import { cropOf, drawFaceGrid, drawSheet, landmarksOf } from "./face_picture.ts";
import { prepareFaces } from "./prepare.ts";
import type { PreparedFaces } from "./prepared.ts";
import { scheme68 } from "./schemes.ts";
import { roughFace, write300WFace } from "./test_fixtures.ts";

async function withSet(count: number, test: (set: PreparedFaces) => Promise<void>): Promise<void> {
  await withFolder(async (root) => {
    for (let i = 0; i < count; i++) await write300WFace(root, "afw", `${i}`, { seed: i });
    await test(await prepareFaces(await read300W(root, "train"), { cacheDir: join(root, "c"), size: 64, quiet: true }));
  });
}

const at = (
  { width, data }: RgbImage,
  x: number,
  y: number,
) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];

function near(actual: number[], expected: number[], message: string): void {
  assert.ok(expected.every((value, i) => Math.abs(value - actual[i]!) < 60), `${message}: ${actual} for ${expected}`);
}

Deno.test("drawFaceGrid() puts cyan on true and yellow on predicted landmarks", async () => {
  await withSet(3, async (set) => {
    const moved = set.landmarks.map((value, i) => i % 2 ? value : value + 8);
    const png = await drawFaceGrid(set, [2, 0], moved, { columns: 2, side: 256 });
    const sheet = await decodeImage(png, "grid");
    assert.deepEqual([sheet.width, sheet.height], [2 * 256 + 3 * 4, 256 + 2 * 4]);
    for (const [cell, face] of [2, 0].entries()) {
      const points = landmarksOf(set, face);
      // The bridge of the nose: nothing else is near.
      for (const m of [28, 29]) {
        const place = (x: number, y: number) =>
          [Math.round((x + 0.5) * 4 - 0.5) + 4 + 260 * cell, Math.round((y + 0.5) * 4 - 0.5) + 4] as const;
        near(at(sheet, ...place(points[2 * m]!, points[2 * m + 1]!)), [0, 229, 255], `truth ${m}`);
        near(at(sheet, ...place(points[2 * m]! + 8, points[2 * m + 1]!)), [255, 212, 0], `prediction ${m}`);
      }
    }
    await assert.rejects(drawFaceGrid(set, [3]), {
      message: "Cannot draw face as the set has faces 0 to 2: 3",
    });
    await assert.rejects(drawFaceGrid(set, [0], new Float32Array(5)), {
      message: "Cannot draw predictions as there must be 3 x 136 of them: 5",
    });
    await assert.rejects(drawSheet([], 64), { message: "Cannot draw a sheet of faces as there is none" });
  });
});

Deno.test("drawContactSheet() shows each face and its mirror image, with the same color on the same side", async () => {
  await withSet(4, async (set) => {
    const sheet = await decodeImage(await drawContactSheet(set, { count: 2, seed: 3, side: 256 }), "sheet");
    assert.deepEqual([sheet.width, sheet.height], [4 * 260 + 4, 264]);
    // Cyan in the left half, yellow in the right one, points and lines; the middle may be a little off.
    for (const cell of [0, 1]) {
      const count = { cyan: [0, 0], yellow: [0, 0] };
      for (let y = 4; y < 260; y++) {
        for (let x = 0; x < 256; x++) {
          const [r, g, b] = at(sheet, 4 + 260 * cell + x, y) as [number, number, number];
          const side = x < 128 ? 0 : 1;
          if (Math.abs(x - 128) < 12) continue;
          if (r < 60 && g > 180 && b > 180) count.cyan[side]!++;
          if (r > 200 && g > 160 && b < 60) count.yellow[side]!++;
        }
      }
      assert.ok(count.cyan[0]! > 100 && count.cyan[1]! === 0, `cyan ${count.cyan}`);
      assert.ok(count.yellow[1]! > 100 && count.yellow[0]! === 0, `yellow ${count.yellow}`);
    }
    assert.deepEqual(
      await drawContactSheet(set, { count: 2, seed: 3, augment: "strong" }),
      await drawContactSheet(set, { count: 2, seed: 3, augment: "strong" }),
    );
    const augmented = await decodeImage(await drawContactSheet(set, { count: 2, seed: 3, augment: "strong" }), "sheet");
    assert.deepEqual([augmented.width, augmented.height], [8 * 204 + 4, 208]);
  });
});

Deno.test("mirrorPixels() twice is the identity, and colorsBySide() leaves the middle white", () => {
  const pixels = Uint8Array.from({ length: 5 * 5 * 3 }, (_, i) => i * 3);
  const once = mirrorPixels(pixels, 5);
  assert.deepEqual([...once.subarray(0, 3)], [...pixels.subarray(12, 15)]);
  assert.deepEqual(mirrorPixels(once, 5), pixels);
  const landmarks = Float32Array.from([...roughFace(30, 30, 40), ...roughFace(32, 30, 40, 1)]);
  const colors = colorsBySide({ scheme: scheme68, landmarks });
  const [cyan, yellow, white] = ["#00e5ff", "#ffd400", "#ffffff"];
  // The lower lip is numbered from the picture's right to its left.
  assert.deepEqual([0, 16, 8, 45, 59, 55].map((m) => colors[m]), [cyan, yellow, white, yellow, cyan, yellow]);
});

Deno.test("cropOf() and landmarksOf() are views of one face", async () => {
  await withSet(2, (set) => {
    assert.equal(cropOf(set, 1).byteOffset, 64 * 64 * 3);
    assert.equal(landmarksOf(set, 1).length, 136);
    assert.equal(landmarksOf(set, 1)[0], set.landmarks[136]);
    return Promise.resolve();
  });
});
