import assert from "node:assert/strict";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { sharedData, testWith, withFolder } from "@/testing.ts";
import { decodeImage, imageFile, openImage } from "./decode.ts";
import { pythonWith, runPython } from "./test_fixtures.ts";

/** 6 x 4 pixels, upper half (200, 100, 50), lower half (60, 90, 140). */
function picture() {
  const data = new Uint8Array(6 * 4 * 3);
  for (let i = 0; i < 24; i++) data.set(i < 12 ? [200, 100, 50] : [60, 90, 140], i * 3);
  return sharp(data, { raw: { width: 6, height: 4, channels: 3 } });
}

function near(actual: ArrayLike<number>, expected: number[], tolerance: number): void {
  expected.forEach((value, i) => assert.ok(Math.abs(value - actual[i]!) <= tolerance, `${actual[i]} for ${value}`));
}

Deno.test("decodeImage() turns every kind of picture into 8-bit RGB", async () => {
  const transparent = picture().ensureAlpha(0.5);
  const kinds: [string, Sharp, number][] = [
    ["png", picture().png(), 0],
    ["palette", picture().png({ palette: true }), 0],
    ["transparent", transparent.png(), 0],
    ["16-bit", picture().toColourspace("rgb16").png(), 0],
    ["webp", picture().webp({ lossless: true }), 0],
    ["jpeg", picture().jpeg({ quality: 100, chromaSubsampling: "4:4:4" }), 3],
    // There and back through inks without a profile.
    ["cmyk", picture().toColourspace("cmyk").jpeg({ quality: 100, chromaSubsampling: "4:4:4" }), 50],
  ];
  for (const [kind, pipeline, tolerance] of kinds) {
    const image = await decodeImage(await pipeline.toBuffer(), kind);
    assert.deepEqual([image.width, image.height, image.data.length], [6, 4, 72], kind);
    near(image.data, [200, 100, 50], tolerance);
    near(image.data.subarray(-3), [60, 90, 140], tolerance);
  }
  for (const space of ["b-w", "grey16"]) {
    const { data } = await decodeImage(await picture().toColourspace(space).png().toBuffer(), space);
    assert.equal(data.length, 72);
    assert.ok(data[0] === data[1] && data[1] === data[2] && data[0]! > 90 && data[0]! < 140, `${space} ${data[0]}`);
  }
});

Deno.test("decodeImage() does not turn a picture by its EXIF orientation", async () => {
  const turned = await picture().withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
  assert.equal((await sharp(turned).metadata()).orientation, 6);
  const { width, height, data } = await decodeImage(turned, "turned.jpg");
  assert.deepEqual([width, height], [6, 4]);
  near(data, [200, 100, 50], 12);
});

Deno.test("openImage() reads a part of a picture", async () => {
  const image = await openImage(await picture().png().toBuffer(), "x.png");
  const part = await image.read({ left: 2, top: 1, width: 3, height: 2 });
  assert.deepEqual([part.width, part.height], [3, 2]);
  assert.deepEqual([...part.data], [200, 100, 50, 200, 100, 50, 200, 100, 50, 60, 90, 140, 60, 90, 140, 60, 90, 140]);
});

Deno.test("decodeImage() refuses what is no whole picture with one clear sentence each", async () => {
  const jpeg = await picture().jpeg().toBuffer();
  const png = await picture().png().toBuffer();
  const webp = await picture().webp().toBuffer();
  // A PNG header that claims 100,000 x 100,000 pixels, with its right checksum (Python's zlib.crc32).
  const huge = Uint8Array.from(png);
  new DataView(huge.buffer).setUint32(16, 100_000);
  new DataView(huge.buffer).setUint32(20, 100_000);
  new DataView(huge.buffer).setUint32(29, crc32(huge.subarray(12, 29)));
  const cases: [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /^Cannot decode image 'x' as it is empty: 0 bytes$/],
    [jpeg.subarray(0, -2), /^Cannot decode image 'x' as it is truncated: its JPEG data has no end in \d+ bytes$/],
    [jpeg.subarray(0, 100), /^Cannot decode image 'x' as it is truncated: its JPEG data has no end in 100 bytes$/],
    [png.subarray(0, -9), /^Cannot decode image 'x' as it is truncated: its PNG data has no end in \d+ bytes$/],
    [webp.subarray(0, -5), /^Cannot decode image 'x' as it is truncated: its WebP data has no end in \d+ bytes$/],
    [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 0xff, 0xd9), /^Cannot decode image 'x' as it is damaged: .+$/],
    [
      new TextEncoder().encode(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`),
      /^Cannot decode image 'x' as it is none of JPEG, PNG, WebP: it starts with "<svg xml"$/,
    ],
    [huge, /^Cannot decode image 'x' as it may have 100000000 pixels at most: 100000 x 100000$/],
  ];
  for (const [bytes, message] of cases) await assert.rejects(decodeImage(bytes, "x"), { message });
  await assert.rejects(decodeImage(jpeg, "x", { maxBytes: 10 }), {
    name: "RangeError",
    message: `Cannot decode image 'x' as a file may have 10 bytes at most: ${jpeg.length}`,
  });
});

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

Deno.test("imageFile() has a stamp that changes with the file", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.png");
    await Deno.writeFile(path, await picture().png().toBuffer());
    const before = await imageFile(path);
    assert.equal((await before.open()).width, 6);
    await Deno.utime(path, new Date(5000), new Date(5000));
    assert.notEqual((await imageFile(path)).stamp, before.stamp);
  });
});

const data = sharedData("300w");
const python = pythonWith("numpy", "PIL");
testWith(
  data && python ? { data, python } : undefined,
  data ? "no Python with numpy and PIL (set ACR_PYTHON)" : "no ../shared/data",
  "decodeImage() agrees with Pillow on real pictures",
  async ({ data, python }) => {
    const folder = join(data, "afw");
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".jpg")).sort();
    for (const name of names.slice(0, 5)) {
      const path = join(folder, name);
      const { width, height, data } = await decodeImage(await Deno.readFile(path), path);
      const theirs = await runPython(
        python,
        `import sys, json, numpy as np; from PIL import Image
a = np.asarray(Image.open(sys.argv[1]).convert("RGB")); print(json.dumps([a.shape, a[::17, ::13].ravel().tolist()]))`,
        path,
      ) as [number[], number[]];
      assert.deepEqual([height, width, 3], theirs[0]);
      let i = 0, worst = 0;
      for (let y = 0; y < height; y += 17) {
        for (let x = 0; x < width; x += 13) {
          for (let c = 0; c < 3; c++) {
            worst = Math.max(worst, Math.abs(data[(y * width + x) * 3 + c]! - theirs[1][i++]!));
          }
        }
      }
      // Both use libjpeg-turbo or its kin; versions differ in the last bit of the color transform.
      assert.ok(worst <= 3, `${name} ${worst}`);
    }
  },
);
