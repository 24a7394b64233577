import assert from "node:assert/strict";
import sharp from "sharp";
import { pictureUrl } from "./picture.ts";

Deno.test("pictureUrl() encodes pixels that lie in shared memory", async () => {
  const pixels = new Uint8Array(new SharedArrayBuffer(32 * 32 * 3)).fill(200);
  const url = await pictureUrl(pixels, 32, { side: 16 });
  const prefix = "data:image/jpeg;base64,";
  assert.ok(url.startsWith(prefix));
  const { data, info } = await sharp(Uint8Array.fromBase64(url.slice(prefix.length))).raw().toBuffer({
    resolveWithObject: true,
  });
  assert.deepEqual([info.width, info.height], [16, 16]);
  assert.ok(data.every((value) => Math.abs(value - 200) <= 2));
});

Deno.test("pictureUrl() refuses pixels that do not fill the picture", async () => {
  await assert.rejects(pictureUrl(new Uint8Array(10), 2), {
    name: "TypeError",
    message: "Cannot encode a picture of side 2 as it has 10 bytes: expected 12",
  });
});
