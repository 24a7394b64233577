import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { generateFaces } from "@/data/synthetic/mod.ts";
import { openNet } from "@/prediction/open_net.ts";
import { readPicture } from "@/prediction/picture.ts";
import { predictPicture } from "@/prediction/predict_picture.ts";
import { writeTestRun } from "@/prediction/test_run.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { sharedData, testWith, withFolder } from "@/testing.ts";
import { createPredictor } from "@/training/predictor.ts";
import { findChromium, type Page, withPage } from "./chromium.ts";
import { serveDemo } from "./server.ts";

const SHOWN = `document.getElementById("landmarks").textContent`;
const STATUS = `document.getElementById("status").textContent`;

interface Shown {
  width: number;
  height: number;
  crop: number[];
  milliseconds: number;
  backend: string;
  landmarks: [number, number][];
}

/** Gives the page a picture, or a box, and waits for what it makes of it. */
async function ask(page: Page, { picture, box }: { picture?: string; box?: string }): Promise<Shown> {
  await page.evaluate(`document.getElementById("landmarks").textContent = ""`);
  if (picture !== undefined) await page.choose("#file", picture);
  if (box !== undefined) {
    await page.evaluate(`{
      const input = document.getElementById("box");
      input.value = ${JSON.stringify(box)};
      input.dispatchEvent(new Event("change"));
    }`);
  }
  await page.until(SHOWN);
  return JSON.parse(await page.evaluate<string>(SHOWN));
}

/** A picture of a drawn face: upright, and as a camera that was held sideways stores it. */
async function drawnPictures(folder: string): Promise<string[]> {
  const { images, size } = await generateFaces({ count: 1, size: 200, seed: 3, split: "test", quiet: true });
  const face = sharp(new Uint8Array(images), { raw: { width: size, height: size, channels: 3 } })
    .extend({ left: 30, right: 50, top: 0, bottom: 10, background: "#345" });
  const paths = [join(folder, "face.jpg"), join(folder, "sideways.jpg")];
  const upright = await face.png().toBuffer();
  await sharp(upright).jpeg({ quality: 92 }).toFile(paths[0]!);
  await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 92 }).toFile(paths[1]!);
  return paths;
}

for (const [architecture, size] of [["mnv2", 64], ["efnb0", 96]] as const) {
  testWith(
    findChromium(),
    "no Chromium",
    `the demo's page predicts with ${architecture} what predict does, on files and before a webcam`,
    (chromium) => testPage(chromium, architecture, size),
  );
}

async function testPage(chromium: string, architecture: string, size: number): Promise<void> {
  await useBackend({ quiet: true });
  await withFolder(async (folder) => {
    const net = await openNet(await writeTestRun(folder, { size, architecture }));
    const predictor = createPredictor(net.model, { compiled: false });
    const pictures = await drawnPictures(folder);
    const real = sharedData("300w");
    if (real) pictures.push(join(real, "afw", "1051618982_1.jpg"));
    const stop = new AbortController();
    const listening = Promise.withResolvers<string>();
    const served = serveDemo(net, { port: 0, signal: stop.signal, onListen: listening.resolve });
    try {
      await withPage(chromium, `${await listening.promise}?backend=wasm`, async (page) => {
        await page.until("document.body.dataset.ready");
        for (const path of pictures) {
          const picture = await readPicture(path);
          for (const box of [undefined, [40, 30, 110, 120] as const]) {
            const shown = await ask(page, box ? { box: box.join(",") } : { picture: path });
            const [face] = await predictPicture(net, predictor, picture, box ? [box] : []);
            const { left, top, right, bottom } = face!.crop;
            assert.deepEqual([shown.width, shown.height], [picture.width, picture.height]);
            assert.deepEqual(shown.crop, [left, top, right, bottom]);
            assert.ok(shown.backend === "wasm" && shown.milliseconds > 0);
            // In pixels of a crop of 224; decoders may differ by a shade.
            const scale = 224 / (right - left);
            const far = Math.max(...shown.landmarks.flat().map((v, i) => Math.abs(v - face!.landmarks[i]!) * scale));
            assert.ok(far < 0.5, `${path}: ${far} px`);
          }
        }
        assert.match(await page.evaluate<string>(STATUS), /ms per face with wasm; the box, tight around/);

        await page.evaluate(`{
            const input = document.getElementById("box");
            input.value = "9000,9000,10,10";
            input.dispatchEvent(new Event("change"));
          }`);
        await page.until(`${STATUS}.includes("box lies outside the picture")`);
        await Deno.writeTextFile(join(folder, "bad.jpg"), "no picture");
        await page.choose("#file", join(folder, "bad.jpg"));
        await page.until(`${STATUS}.startsWith("Cannot read the picture")`);

        // Chromium's own test camera.
        await page.evaluate(`document.getElementById("webcam").click()`);
        await page.until(SHOWN);
        const before = await page.evaluate<string>(SHOWN);
        await page.until(`${SHOWN} !== ${JSON.stringify(before)}`);
        assert.match(await page.evaluate<string>(STATUS), /ms per face .* no box given/);
        await page.evaluate(`document.getElementById("webcam").click()`);
        assert.deepEqual(page.complaints, []);
      });
    } finally {
      stop.abort();
      await served;
      predictor.dispose();
      net.model.dispose();
    }
  });
}
