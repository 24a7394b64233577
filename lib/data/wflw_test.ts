import assert from "node:assert/strict";
import { join } from "node:path";
import { withFolder } from "@/testing.ts";
import { dottedPicture, encodePicture } from "./test_fixtures.ts";
import { parseWflwLine, readWflw, WFLW_ATTRIBUTES, type WflwLine, writeWflwList } from "./wflw.ts";

function line(seed: number, file: string, attributes: string[] = []): WflwLine {
  const landmarks = Float64Array.from({ length: 196 }, (_, i) => seed + (i % 2 ? 10 + i / 8 : 20 + i / 4));
  return { landmarks, rectangle: [10, 11, 70, 41], attributes, file };
}

async function picture(root: string, file: string): Promise<void> {
  const path = join(root, "WFLW_images", file);
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeFile(path, await encodePicture(dottedPicture(100, 60, []), 100, 60));
}

Deno.test("readWflw() reads back what writeWflwList() wrote, with attributes as subsets, in the list's order", async () => {
  await withFolder(async (root) => {
    await picture(root, "9--Press/b.png");
    await picture(root, "0--Parade/a.png");
    const lines = [
      line(0, "9--Press/b.png", ["pose", "blur"]),
      line(1, "0--Parade/a.png"),
      line(2, "9--Press/b.png", [...WFLW_ATTRIBUTES]),
    ];
    await writeWflwList(root, "test", lines);
    const set = await readWflw(root, "test");
    assert.deepEqual(set.faces.map(({ id, subsets }) => [id, subsets]), [
      ["9--Press/b", ["full", "pose", "blur"]],
      ["0--Parade/a", ["full"]],
      ["9--Press/b#2", ["full", "pose", "expression", "illumination", "makeup", "occlusion", "blur"]],
    ]);
    set.faces.forEach(({ landmarks }, i) => assert.deepEqual(landmarks, lines[i]!.landmarks));
    assert.equal(set.partial, "partial: 3 of 2500 faces");
    // From the paper's table of test subsets.
    assert.deepEqual(set.expectedSubsets, {
      ...{ full: 2500, pose: 326, expression: 314, illumination: 698, makeup: 206, occlusion: 736, blur: 773 },
    });
    assert.deepEqual(set.problems, []);
    assert.equal((await set.faces[2]!.image.open()).width, 100);
  });
});

Deno.test("parseWflwLine() refuses malformed lines with one clear sentence each", () => {
  const words = [...Array(200).fill("5.5"), "0", "1", "0", "0", "1", "0", "a/b c.jpg"];
  const good = parseWflwLine(words.join(" "), "x");
  assert.deepEqual([good.attributes, good.file], [["expression", "occlusion"], "a/b c.jpg"]);
  const cases: [string[], string][] = [
    [words.slice(0, 150), "it has 150 fields: expected 207"],
    [words.with(7, "NaN"), `field 8 is no number: "NaN"`],
    [words.with(199, "1e300"), "field 200 lies outside any picture: 1e300"],
    [words.with(202, "2"), "attribute 'illumination' must be 0 or 1: 2"],
    [["\u0000junk"], "it has 1 fields: expected 207"],
  ];
  for (const [bad, reason] of cases) {
    assert.throws(() => parseWflwLine(bad.join(" "), "line 3 of 'x.txt'"), {
      name: "SyntaxError",
      message: `Cannot read face from line 3 of 'x.txt' as ${reason}`,
    });
  }
});

Deno.test("readWflw() lets no list lead out of WFLW_images, by .., by absolute names or by symbolic links", async () => {
  await withFolder(async (root) => {
    await picture(root, "a.png");
    await Deno.copyFile(join(root, "WFLW_images/a.png"), join(root, "outside.png"));
    await Deno.symlink(join(root, "outside.png"), join(root, "WFLW_images/link.png"));
    await Deno.symlink(root, join(root, "WFLW_images/up"));
    const bad = ["../outside.png", "x/../../outside.png", join(root, "outside.png"), "link.png", "up/outside.png"];
    const path = await writeWflwList(root, "train", [
      ...[...bad, "missing.png", "."].map((file) => line(0, file)),
      line(0, "a.png"),
    ]);
    const set = await readWflw(root, "train");
    assert.deepEqual(set.faces.map(({ id }) => id), ["a"]);
    const outside = (file: string) => `Cannot use file of '${path}' as it leads out of '${root}/WFLW_images': ${file}`;
    assert.deepEqual(set.problems.map(({ message }) => message), [
      ...bad.map(outside),
      "Cannot read face from line 6 of list_98pt_rect_attr_train.txt as there is no picture in WFLW_images: missing.png",
      "Cannot read face from line 7 of list_98pt_rect_attr_train.txt as there is no picture in WFLW_images: .",
    ]);
  });
});

Deno.test("readWflw() says what to download when there is nothing", async () => {
  await withFolder(async (root) => {
    await assert.rejects(readWflw(root, "test"), /Cannot find WFLW's test faces as .*wywu\.github\.io.*7500 faces/s);
    await writeWflwList(root, "test", []);
    await assert.rejects(readWflw(root, "test"), /Cannot find WFLW's pictures as '.*' has no WFLW_images\./);
  });
});
