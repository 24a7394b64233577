import assert from "node:assert/strict";
import { join } from "node:path";
import { decodeImage } from "@/data/decode.ts";
import { readDataset } from "@/data/datasets.ts";
import { readNpy, writeNpy } from "@/data/npy.ts";
import { formatPts } from "@/data/pts.ts";
import { dottedPicture, encodePicture, roughFace, write300WFace } from "@/data/test_fixtures.ts";
import { sampleShapes } from "@/data/synthetic/mod.ts";
import { ShapeModel } from "@/shape/shape_model.ts";
import { withFolder } from "@/testing.ts";
import { say } from "./test_output.ts";
import { runData } from "./data.ts";

const run = (...args: string[]) => say(runData, ...args);

async function faces(root: string, train: number, test = 2): Promise<string> {
  const dir = join(root, "300w");
  for (let i = 0; i < train; i++) await write300WFace(dir, "afw", `${i}`, { seed: i });
  for (let i = 0; i < test; i++) await write300WFace(dir, "ibug", `${i}`, { seed: 100 + i });
  return dir;
}

Deno.test("data without a command, or with --help, reads as a menu", async () => {
  for (const args of [[], ["--help"], ["help"]]) {
    const { code, out } = await run(...args);
    assert.equal(code, 0);
    for (const name of ["check", "prepare", "show", "pca", "compare", "new", "synthesize"]) {
      assert.match(out, new RegExp(`^  ${name} +[A-Z]`, "m"));
    }
  }
  const { code, out } = await run("prepare", "--help");
  assert.equal(code, 0);
  assert.match(out, /Usage: deno task data prepare \[options\] <dataset>/);
});

Deno.test("data refuses unknown commands, options and values with one sentence that lists what exists", async () => {
  const cases: [string[], string][] = [
    [
      ["chekc"],
      "Cannot run 'data' as the command must be one of check, prepare, show, pca, compare, new, synthesize: chekc " +
      "(did you mean check?)",
    ],
    [
      ["check", "300w", "--form", "x"],
      "Cannot run 'data check' as it has no option '--form', did you mean --from?: the " +
      "options are --from, --cache, --quiet, --all, --json, --help",
    ],
    [
      ["check", "301w"],
      "Cannot find dataset as it must be one of 300w, cofw, wflw, own, synthetic: 301w (did you mean " +
      "300w?)",
    ],
    [["check"], "Cannot run 'data check' as its argument 'dataset' is missing"],
    [
      ["prepare", "300w", "--protocol", "acr"],
      "Cannot crop as the protocol must be one of acr-224, square-1.1, " +
      "pipnet-256, hrnet-256: acr",
    ],
    [
      ["show", "300w", "--augment", "stronk"],
      "Cannot augment as the preset must be one of none, basic, acr, strong: " +
      "stronk (did you mean strong?)",
    ],
  ];
  await withFolder(async (root) => {
    const dir = await faces(root, 2);
    for (const [args, sentence] of cases) {
      const where = args.length > 1 && args[0] !== "check"
        ? ["--from", dir, "--cache", join(root, "c"), "--quiet"]
        : [];
      const { code, out, error } = await run(...args, ...where);
      assert.notEqual(code, 0);
      assert.equal(out, "");
      // The wording of commander's own complaints belongs to lib/cli/command.ts.
      if (args.length > 1 || args[0] === "chekc") assert.equal(error, `${sentence}\n`);
      else assert.match(error, /^Cannot run 'data check'.*dataset.*\n$/);
    }
    for (const percent of ["0", "101", "ninety"]) {
      const { code, error } = await run("pca", "300w", "--percent", percent);
      assert.notEqual(code, 0);
      assert.match(error, /^Cannot run 'data pca'.*expected a number from 1 to 100: '.*'\n$/);
    }
  });
});

Deno.test("data check prints counts found and expected, lists problems, and fails only when faces cannot be used", async () => {
  await withFolder(async (root) => {
    const dir = await faces(root, 3);
    const cache = ["--cache", join(root, "cache"), "--quiet"];
    const good = await run("check", "300w", "--from", dir, ...cache);
    assert.equal(good.code, 0, good.error);
    assert.match(good.out, /^300w: 68 landmarks from 0, 29 pairs that mirroring exchanges, eye corners 36 and 45$/m);
    assert.match(good.out, /^300w train: 3 faces \(partial: 3 of 3148 faces\)$/m);
    assert.match(good.out, /^ {2}afw +3 of 337, partial$/m);
    assert.match(good.out, /^ {2}subsets: full 2 of 689, challenging 2 of 135$/m);

    await Deno.remove(join(dir, "afw/1.png"));
    const bad = await run("check", "300w", "--from", dir, ...cache);
    assert.equal(bad.code, 1);
    assert.match(
      bad.out,
      /^unreadable: 1\n {2}train afw\/1\.pts: Cannot read face 'afw\/1\.pts' as there is no 1\.jpg/m,
    );
    assert.match(bad.out, /^Not ready: 1 problem; 2 to look at$/m);
    const json = await run("check", "300w", "--from", dir, ...cache, "--json");
    assert.deepEqual(JSON.parse(json.out).problems[0].kind, "unreadable");
  });
});

Deno.test("data prepare, then data pca and data show, leave arrays, a shape model and pictures", async () => {
  await withFolder(async (root) => {
    const dir = await faces(root, 12);
    const source = ["--from", dir, "--cache", join(root, "cache"), "--size", "48", "--quiet"];
    const prepared = await run("prepare", "300w", ...source);
    assert.equal(prepared.code, 0, prepared.error);
    const directory = /^ {2}(.*300w-train-acr-224-48-[0-9a-f]{8})$/m.exec(prepared.out)![1]!;
    assert.deepEqual((await readNpy(join(directory, "images.npy"))).shape, [12, 48, 48, 3]);

    const out = join(root, "pca");
    const { code, out: said, error } = await run("pca", "300w", ...source, "--percent", "90", "--out", out);
    assert.equal(code, 0, error);
    const model = await ShapeModel.load(out);
    const [, kept, all, explained] = /: (\d+) of (\d+) modes explain (\d+\.\d+) %/.exec(said)!;
    assert.deepEqual([model.count, model.dims, Number(all)], [Number(kept), 136, 11]);
    assert.ok(Number(explained) > 90);
    // The labels of the mean face lie within half a crop of its middle.
    assert.ok(model.mean.every((value) => Math.abs(value) < 0.6) && model.mean.some((value) => value < -0.3));
    assert.ok((await decodeImage(await Deno.readFile(join(out, "modes.png")), "modes")).width > 200);

    for (const more of [[], ["--augment", "acr"], ["--split", "test"], ["--side", "300"]]) {
      const file = join(root, "sheet.png");
      const shown = await run("show", "300w", ...source, "--count", "2", "--out", file, ...more);
      assert.equal(shown.code, 0, shown.error);
      const { width, height } = await decodeImage(await Deno.readFile(file), file);
      const sizes: Record<string, number[]> = { "--augment": [1636, 208], "--side": [1220, 308] };
      assert.deepEqual([width, height], sizes[more[0] ?? ""] ?? [820, 208]);
    }
  });
});

Deno.test("data prepare takes a folder that holds one split only, and says which is missing", async () => {
  await withFolder(async (root) => {
    const dir = await faces(root, 0, 2);
    const flags = ["--from", dir, "--cache", join(root, "cache"), "--size", "32", "--quiet"];
    const { code, out, error } = await run("prepare", "300w", ...flags);
    assert.equal(code, 0);
    assert.match(out, /^300w test: 2 faces of 32 x 32, acr-224/);
    assert.equal(error, `Cannot find 300W's train faces as '${dir}' has none of their folders.\n`);
  });
});

Deno.test("data compare prints statistics of real and drawn shapes beside each other, and draws both", async () => {
  await withFolder(async (root) => {
    const dir = await faces(root, 10, 2);
    const out = join(root, "compared.svg");
    const { code, out: said, error } = await run("compare", "300w", "--from", dir, "--count", "20", "--out", out);
    assert.equal(code, 0, error);
    assert.match(said, /^shapes +12 +20$/m);
    // A rough face is always the same but for its noise: nearly nothing is explained by turning the head.
    const [, real, drawn] = /^NME of the mean shape as a predictor +([\d.]+) % +([\d.]+) %$/m.exec(said)!;
    assert.ok(Number(real) < 4 && Number(drawn) > 8, `${real} and ${drawn}`);
    assert.match(said, /^The mean shapes lie \d+\.\d\d % apart, at most \d+\.\d\d % \(landmark \d+\)$/m);
    assert.match(await Deno.readTextFile(out), /300w, 12 shapes.*drawn, 20 shapes/s);

    // The same shapes from an array, in either form.
    const landmarks = sampleShapes(20, 7), file = join(root, "shapes.npy");
    for (const shape of [[20, 136], [20, 68, 2]]) {
      await writeNpy(file, { shape, data: landmarks });
      const { out: same } = await run("compare", file, "--seed", "7", "--out", out);
      assert.match(same, /^The mean shapes lie 0\.00 % apart, at most 0\.00 % /m);
    }
    const refused: [string[], Float64Array, RegExp][] = [
      [["20", "135"], new Float64Array(2700), /as it must be \[N, 68, 2\] or \[N, 136\]: \[20, 135\]$/],
      [["9", "136"], new Float64Array(9 * 136), /as there must be at least 10: 9$/],
      [["10", "136"], new Float64Array(1360).fill(NaN, 147), /as landmark 5 of face 1 is in no picture: NaN$/],
    ];
    for (const [shape, data, reason] of refused) {
      await writeNpy(file, { shape: shape.map(Number), data });
      const { code, out: nothing, error } = await run("compare", file, "--out", out);
      assert.deepEqual([code, nothing], [1, ""]);
      assert.match(error.trim(), reason);
    }
    const { error: synthetic } = await run("compare", "synthetic", "--out", out);
    assert.match(synthetic, /^Cannot read faces from a folder as these are drawn/);
  });
});

Deno.test("data new writes a template that data check reads, and replaces none", async () => {
  await withFolder(async (root) => {
    const folder = join(root, "mine");
    assert.equal((await run("new", folder, "--points", "3", "--name", "cats")).code, 0);
    for (const [i, part] of ["train", "test"].entries()) {
      await Deno.mkdir(join(folder, part));
      const landmarks = Float64Array.of(20 + 5 * i, 20, 60, 22, 40, 50);
      await Deno.writeFile(join(folder, part, "a.png"), await encodePicture(dottedPicture(90, 80, landmarks), 90, 80));
      await Deno.writeTextFile(join(folder, part, "a.pts"), formatPts(landmarks));
    }
    const check = await run("check", "own", "--from", folder, "--cache", join(root, "cache"), "--quiet");
    assert.equal(check.code, 0, check.out + check.error);
    assert.match(check.out, /^cats train: 1 face$/m);
    assert.deepEqual(await run("new", folder), {
      code: 1,
      out: "",
      error: `Cannot write '${join(folder, "dataset.jsonc")}' as it exists: delete it first\n`,
    });
  });
});

Deno.test("data synthesize writes a folder that data check accepts, and fills no folder that is in use", async () => {
  await withFolder(async (root) => {
    const out = join(root, "wflw");
    const flags = ["--layout", "wflw", "--out", out, "--train", "4", "--test", "3", "--size", "48", "--quiet"];
    assert.equal((await run("synthesize", ...flags)).code, 0);
    const check = await run("check", "wflw", "--from", out, "--cache", join(root, "cache"), "--quiet");
    assert.equal(check.code, 0, check.out + check.error);
    assert.match(check.out, /^wflw train: 4 faces/m);
    assert.deepEqual(await run("synthesize", ...flags), {
      code: 1,
      out: "",
      error: `Cannot write synthetic faces to '${out}' as it is not empty: choose another folder\n`,
    });
    // As in photographs, there is more in a picture than the face, unless one wants it tight.
    const tight = join(root, "tight");
    assert.equal((await run("synthesize", ...flags.with(3, tight), "--margin", "0")).code, 0);
    const widths = async (dir: string) =>
      (await readDataset("wflw", "train", dir)).faces.map(({ landmarks }) => {
        const span = (axis: number) => {
          const values = landmarks.filter((_, i) => i % 2 === axis);
          return (Math.max(...values) - Math.min(...values)) / 48;
        };
        return Math.max(span(0), span(1));
      });
    assert.ok((await widths(out)).every((width) => width < 1 / 1.7));
    assert.ok((await widths(tight)).every((width) => width > 0.8));
  });
});

Deno.test("data prepare refuses 20 malformed inputs with one sentence, exit code 1, and nothing left behind", async () => {
  const good = formatPts(roughFace(80, 70, 90));
  const lines = good.split("\n");
  const picture = await encodePicture(dottedPicture(170, 140, roughFace(80, 70, 90)), 170, 140);
  const jpeg = await encodePicture(dottedPicture(170, 140, roughFace(80, 70, 90)), 170, 140, "jpeg");
  const pts = (text: string) => async (dir: string) => await Deno.writeTextFile(join(dir, "afw/0.pts"), text);
  const png = (bytes: Uint8Array) => async (dir: string) => await Deno.writeFile(join(dir, "afw/0.png"), bytes);
  const swap = (index: number, text: string) => lines.with(index, text).join("\n");
  const file = (dir: string, name: string) => `'${join(dir, "afw", name)}'`;
  const cases: [string, (dir: string) => Promise<void>, (dir: string) => string][] = [
    [
      "67 points",
      pts(good.replace("68", "67")),
      (d) => `read landmarks from ${file(d, "0.pts")} as it has another number of points than 68: 67`,
    ],
    [
      "one line too few",
      pts(swap(70, "").replace(/\n\n/, "\n")),
      (d) => `read landmarks from ${file(d, "0.pts")} as it ends after 67 points: expected 68`,
    ],
    [
      "NaN",
      pts(swap(8, "NaN 3")),
      (d) => `read landmarks from ${file(d, "0.pts")} as line 9 has something that is no number: "NaN"`,
    ],
    [
      "Infinity",
      pts(swap(8, "3 -Infinity")),
      (d) => `read landmarks from ${file(d, "0.pts")} as line 9 has something that is no number: "-Infinity"`,
    ],
    [
      "one number",
      pts(swap(8, "3")),
      (d) => `read landmarks from ${file(d, "0.pts")} as line 9 has 1 number: expected 2`,
    ],
    [
      "far away",
      pts(swap(8, "3 1e12")),
      (d) => `read landmarks from ${file(d, "0.pts")} as line 9 lies outside any picture: 1e12`,
    ],
    [
      "huge count",
      pts(good.replace("68", "999999999999")),
      (d) => `read landmarks from ${file(d, "0.pts")} as it has another number of points than 68: 999999999999`,
    ],
    [
      "no brace",
      pts(good.replace("}", "")),
      (d) => `read landmarks from ${file(d, "0.pts")} as line 72 must be '}' after 68 points: end of file`,
    ],
    [
      "something after the brace",
      pts(`${good}more`),
      (d) => `read landmarks from ${file(d, "0.pts")} as nothing may follow '}', which line 73 does: "more"`,
    ],
    [
      "binary junk",
      pts("\u0000\u0001\u0002"),
      (d) => `read landmarks from ${file(d, "0.pts")} as line 1 must be 'version: 1': "\\u0000\\u0001\\u0002"`,
    ],
    [
      "empty .pts",
      pts(""),
      (d) => `read landmarks from ${file(d, "0.pts")} as line 1 must be 'version: 1': end of file`,
    ],
    [
      "huge .pts",
      pts("x".repeat(3 << 20)),
      (d) => `read landmarks from ${file(d, "0.pts")} as a .pts file has 1048576 characters at most: 3145728`,
    ],
    [
      "missing picture",
      (d) => Deno.remove(join(d, "afw/0.png")),
      () => "read face 'afw/0.pts' as there is no 0.jpg or 0.png beside it",
    ],
    [
      "two pictures",
      (d) => Deno.copyFile(join(d, "afw/0.png"), join(d, "afw/0.jpg")),
      () => "read face 'afw/0.pts' as it could belong to several pictures: 0.jpg, 0.png",
    ],
    ["empty picture", png(new Uint8Array(0)), (d) => `decode image ${file(d, "0.png")} as it is empty: 0 bytes`],
    [
      "truncated JPEG",
      png(jpeg.subarray(0, 900)),
      (d) => `decode image ${file(d, "0.png")} as it is truncated: its JPEG data has no end in 900 bytes`,
    ],
    [
      "truncated PNG",
      png(picture.subarray(0, 500)),
      (d) => `decode image ${file(d, "0.png")} as it is truncated: its PNG data has no end in 500 bytes`,
    ],
    [
      "a drawing",
      png(new TextEncoder().encode("<svg/>")),
      (d) => `decode image ${file(d, "0.png")} as it is none of JPEG, PNG, WebP: it starts with "<svg/>"`,
    ],
    [
      "points beyond the picture",
      pts(formatPts(roughFace(900, 900, 90))),
      () => "crop face 'afw/0' as nothing of its box is in the picture: ",
    ],
    [
      "no 300W at all",
      (d) => Deno.remove(d, { recursive: true }),
      (d) => `find 300W's train faces as '${d}' has none of their folders.`,
    ],
  ];
  assert.equal(cases.length, 20);
  await withFolder(async (root) => {
    for (const [name, spoil, sentence] of cases) {
      const dir = await faces(join(root, name), 1, 1), cache = join(root, name, "cache");
      await spoil(dir);
      const { code, out, error } = await run(
        "prepare",
        "300w",
        "--from",
        dir,
        "--cache",
        cache,
        "--size",
        "32",
        "--quiet",
      );
      assert.equal(code, 1, name);
      assert.equal(out, "", name);
      const wanted = `Cannot ${sentence(dir)}`;
      assert.equal(error.slice(0, wanted.length), wanted, name);
      if (!/^(points beyond|no 300W)/.test(name)) assert.equal(error, `${wanted}\n`, name);
      const left = await Array.fromAsync(Deno.readDir(cache)).catch(() => []);
      assert.deepEqual(left, [], name);
    }
    // A file where the cache should be, and a .mat that is none.
    const dir = await faces(root, 1, 1);
    await Deno.writeTextFile(join(root, "file"), "");
    const blocked = await run("prepare", "300w", "--from", dir, "--cache", join(root, "file"), "--quiet");
    assert.equal(blocked.code, 1);
    assert.match(blocked.error, /^Cannot write prepared faces to '.*' as [^\n]+\n$/);
    await Deno.writeTextFile(join(root, "COFW_train_color.mat"), "MATLAB 5.0 MAT-file");
    const mat = await run("prepare", "cofw", "--from", root, "--cache", join(root, "c"), "--quiet");
    assert.equal(
      mat.error,
      `Cannot read '${
        join(root, "COFW_train_color.mat")
      }' as it is not an HDF5 file (MATLAB writes one with save -v7.3)\n`,
    );
  });
});
