import assert from "node:assert/strict";
import { join } from "node:path";
import { decodeImage } from "@/data/decode.ts";
import { readPts } from "@/data/pts.ts";
import { dottedPicture, encodePicture, roughFace } from "@/data/test_fixtures.ts";
import { writeTestRun } from "@/prediction/test_run.ts";
import { withFolder } from "@/testing.ts";
import { say } from "./test_output.ts";
import { runPredict } from "./predict.ts";

const predict = (...args: string[]) => say(runPredict, ...args);

async function withRun(test: (folder: string, run: string, picture: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const picture = join(folder, "face.jpg");
    await Deno.writeFile(
      picture,
      await encodePicture(dottedPicture(170, 140, roughFace(90, 70, 80)), 170, 140, "jpeg"),
    );
    const run = await writeTestRun(folder);
    await test(folder, run, picture);
  });
}

Deno.test("predict prints JSON, and says which part of the picture it used", async () => {
  await withRun(async (_, run, picture) => {
    const { code, out, error } = await predict(run, picture);
    assert.equal(code, 0, error);
    const { width, height, model, faces } = JSON.parse(out);
    assert.deepEqual([width, height, faces.length], [170, 140, 1]);
    assert.deepEqual([model.size, model.points, model.scheme, model.protocol], [32, 68, "68", "acr-224"]);
    assert.deepEqual([faces[0].crop, faces[0].box], [[15, 0, 155, 140], null]);
    assert.equal(faces[0].landmarks.length, 68);
    // The untrained network answers with an oval around the middle.
    assert.ok(faces[0].landmarks.every(([x, y]: number[]) => x! > 15 && x! < 155 && y! > 0 && y! < 140));
    assert.match(error, /Model: mnv2 of run toy\/acr\/seed-0, 68 landmarks, 32 px\n/);
    assert.match(error, /no box given: .* middle square of 140 x 140 pixels is used\n/);
    assert.equal((await predict(run, picture, "--quiet")).error, "");
    assert.equal(JSON.parse((await predict(run, picture, picture, "--quiet")).out).length, 2);
  });
});

Deno.test("predict writes JSON, .pts counted from 1 and a picture for every box", async () => {
  await withRun(async (folder, run, picture) => {
    const boxes = ["--box", "40,30,90,80", "--box", "10.5,20,60,60"];
    const out = join(folder, "out");
    const { code, out: said, error } = await predict(run, picture, ...boxes, "--out", out);
    assert.equal(code, 0, error);
    assert.match(error, /face 1, 40,30,90,80: the box, tight .*\n.*face 2, 10\.5,20,60,60: the box, tight .*\n$/);
    const base = join(out, "face.landmarks");
    assert.deepEqual(said.trim().split("\n"), [`${base}.json`, `${base}.png`, `${base}-1.pts`, `${base}-2.pts`]);
    const { faces } = JSON.parse(await Deno.readTextFile(`${base}.json`));
    assert.deepEqual(faces.map(({ box }: { box: number[] }) => box), [[40, 30, 90, 80], [10.5, 20, 60, 60]]);
    for (const [i, { landmarks }] of faces.entries()) {
      const read = await readPts(`${base}-${i + 1}.pts`);
      landmarks.flat().forEach((value: number, j: number) => assert.ok(Math.abs(value - read[j]!) < 1e-5));
      const first = (await Deno.readTextFile(`${base}-${i + 1}.pts`)).split("\n")[3]!.split(" ").map(Number);
      assert.ok(Math.abs(first[0]! - landmarks[0][0] - 1) < 1e-5);
    }
    const overlay = await decodeImage(await Deno.readFile(`${base}.png`), "overlay");
    assert.deepEqual([overlay.width, overlay.height], [850, 700]);
    await predict(run, picture, "--out", out);
    assert.ok((await Deno.stat(`${base}.pts`)).isFile);
  });
});

Deno.test("predict goes on after a picture that it cannot read, and ends with exit code 1", async () => {
  await withRun(async (folder, run, picture) => {
    const bad = join(folder, "bad.png"), out = join(folder, "out");
    await Deno.writeTextFile(bad, "no picture");
    const { code, error } = await predict(run, bad, picture, "--out", out, "--quiet");
    assert.equal(code, 1);
    assert.match(error, /^Cannot decode image '.*bad\.png' as .*\nCannot predict all pictures as .*: 1 of 2\n$/);
    assert.ok((await Deno.stat(join(out, "face.landmarks.json"))).isFile);
  });
});

Deno.test("predict says in one sentence what is wrong with its arguments", async () => {
  await withRun(async (folder, run, picture) => {
    const other = join(folder, "other", "face.png");
    await Deno.mkdir(join(folder, "other"));
    await Deno.copyFile(picture, other);
    const cases: [string[], RegExp][] = [
      [[run], /as missing required argument 'pictures'/],
      [[run, picture, "--box", "1,2,3"], /'--box' is wrong, expected x,y,width,height in pixels.*: '1,2,3'/],
      [[run, picture, "--box", "1,2,3,1e9"], /'--box' is wrong/],
      [[run, picture, "--box", "1,2,0,5"], /'--box' is wrong/],
      [[run, picture, "--box", "500,500,20,20"], /box lies outside the picture of 170 x 140: 500,500,20,20/],
      [[run, picture, other, "--box", "1,2,30,40"], /--box with several pictures .*: 2 pictures/],
      [[run, picture, other, "--out", folder], /two pictures of one name into one folder: 'face'/],
      [[run, join(folder, "none.jpg")], /no such file: '.*none\.jpg'/],
      [[join(folder, "none"), picture], /no such file or folder: '.*none'/],
      [[run, join(folder, "other")], /Cannot read picture '.*other' as it is not a file/],
      [[run, picture, "--convention", "sideways"], /'--convention' is wrong, expected one of auto, centered, released/],
      [[run, picture, "--boxes", "1"], /has no option '--boxes', did you mean --box/],
    ];
    for (const [args, expected] of cases) {
      const { code, error, out } = await predict(...args, "--quiet");
      assert.equal(code, 1, args.join(" "));
      assert.match(error, expected);
      assert.equal(error.trim().split("\n").length, 1, error);
      assert.equal(out, "");
    }
  });
});
