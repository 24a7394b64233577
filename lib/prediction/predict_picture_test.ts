import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { cropProtocol } from "@/data/crop.ts";
import { imageFile } from "@/data/decode.ts";
import { decodeLabels } from "@/data/labels.ts";
import { cropFace } from "@/data/prepare.ts";
import { dottedPicture, encodePicture, roughFace } from "@/data/test_fixtures.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { createPredictor } from "@/training/predictor.ts";
import { withFolder } from "@/testing.ts";
import type { FaceBox } from "./crop_rule.ts";
import { openNet } from "./open_net.ts";
import { drawOverlay } from "./overlay.ts";
import { readPicture } from "./picture.ts";
import { predictPicture } from "./predict_picture.ts";
import { writeTestRun } from "./test_run.ts";

await useBackend({ quiet: true });

Deno.test("predictPicture() with a box says what testing says of the same face", async () => {
  await withFolder(async (folder) => {
    const net = await openNet(await writeTestRun(folder));
    const predictor = createPredictor(net.model, { compiled: false });
    const landmarks = roughFace(90, 70, 80);
    const path = join(folder, "face.png");
    await Deno.writeFile(path, await encodePicture(dottedPicture(170, 140, landmarks), 170, 140));
    // The road of `deno task experiment`.
    const crop = new Uint8Array(32 * 32 * 3);
    const image = await imageFile(path);
    const transform = await cropFace({ id: "face", image, landmarks, subsets: [] }, cropProtocol("acr-224"), 32, crop);
    const inCrop = decodeLabels(await predictor.predict(crop), 32);
    const expected = inCrop.map((value, i) => (value - transform[2 + i % 2]!) / transform[i % 2]!);
    // The road of `deno task predict`.
    const xs = landmarks.filter((_, i) => i % 2 === 0), ys = landmarks.filter((_, i) => i % 2 === 1);
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const box: FaceBox = [left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1];
    const faces = await predictPicture(net, predictor, await readPicture(path), [box, [20, 20, 60, 60]]);
    assert.equal(faces.length, 2);
    faces[0]!.landmarks.forEach((value, i) =>
      assert.ok(Math.abs(value - expected[i]!) < 1e-3, `${value} ${expected[i]}`)
    );
    // The points follow the picture, not only the box.
    const dark = await predictor.predict(new Uint8Array(crop.length));
    assert.ok(decodeLabels(dark, 32).some((value, i) => Math.abs(value - inCrop[i]!) > 0.1));
    assert.ok(faces[1]!.landmarks.some((value, i) => Math.abs(value - expected[i]!) > 3));
    predictor.dispose();
    net.model.dispose();
  });
});

Deno.test("drawOverlay() draws points where they are, on small and on large pictures", async () => {
  for (const [width, height, scale] of [[100, 60, 9], [3000, 1500, 2048 / 3000]] as const) {
    const picture = { width, height, data: new Uint8Array(width * height * 3), source: "black", turned: false };
    const crop = { left: 0.2 * width, top: 0, right: 0.9 * width, bottom: height };
    const landmarks = [0.5 * width, 0.5 * height];
    const png = await drawOverlay(picture, [{ landmarks, crop }]);
    const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [Math.round(width * scale), Math.round(height * scale)]);
    const at = (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)];
    const [x, y] = [Math.floor((landmarks[0]! + 0.5) * scale), Math.floor((landmarks[1]! + 0.5) * scale)];
    assert.deepEqual(at(x, y), [255, 212, 0]);
    assert.deepEqual(at(10, 10), [0, 0, 0]);
  }
});
