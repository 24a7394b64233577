import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { withFolder } from "@/testing.ts";
import { readPicture } from "./picture.ts";

Deno.test("readPicture() turns pictures upright as sharp does, for every EXIF orientation", async () => {
  const width = 5, height = 3;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256);
  await withFolder(async (folder) => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const path = join(folder, `${orientation}.png`);
      await sharp(data, { raw: { width, height, channels: 3 } }).withMetadata({ orientation }).png().toFile(path);
      const picture = await readPicture(path);
      const { data: expected, info } = await sharp(path).rotate().removeAlpha().raw().toBuffer({
        resolveWithObject: true,
      });
      assert.deepEqual([picture.width, picture.height], [info.width, info.height]);
      assert.deepEqual([...picture.data], [...expected], `orientation ${orientation}`);
      assert.equal(picture.turned, orientation !== 1);
    }
  });
});

Deno.test("readPicture() says in one sentence why it cannot", async () => {
  await withFolder(async (folder) => {
    const text = join(folder, "a.png"), cut = join(folder, "b.png");
    await Deno.writeTextFile(text, "<svg xmlns='http://www.w3.org/2000/svg'/>");
    const whole = await sharp({ create: { width: 40, height: 40, channels: 3, background: "red" } }).png().toBuffer();
    await Deno.writeFile(cut, whole.subarray(0, 60));
    await assert.rejects(readPicture(text), /^SyntaxError: Cannot decode image '.*a\.png' as it is none of JPEG, PNG/);
    await assert.rejects(readPicture(cut), /^SyntaxError: Cannot decode image '.*b\.png' as it is truncated/);
    await assert.rejects(readPicture(join(folder, "c.png")), /Cannot read picture '.*c\.png' as there is no such file/);
    await assert.rejects(readPicture(folder), /as it is not a file/);
  });
});
