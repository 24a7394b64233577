import assert from "node:assert/strict";
import { join } from "node:path";
import { withFolder } from "@/testing.ts";
import { parseJsonc } from "./jsonc.ts";
import { OWN_FILE, ownTemplate, parseOwnDataset } from "./own_description.ts";
import { readOwn, writeOwnTemplate } from "./own_points.ts";
import { formatOwnCsv, formatOwnJson, type OwnFace, parseOwnCsv, parseOwnJson, splitCsvLine } from "./own_tables.ts";
import { formatPts } from "./pts.ts";
import { scheme29, scheme68, scheme98 } from "./schemes.ts";
import { dottedPicture, encodePicture } from "./test_fixtures.ts";

async function picture(path: string): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeFile(path, await encodePicture(dottedPicture(60, 40, []), 60, 40));
}

const points = (seed: number) => Float64Array.of(10 + seed, 5.5, 30, 6, 20, 30.25);

/** A dataset.jsonc for three points, two of which change places. */
function description(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    ...{ name: "mine", annotations: "pts", firstPixel: 1, testShare: 0, points: 3, flipPairs: [[0, 1]] },
    ...{ interOcular: [[0], [1]], interPupil: [[0], [1]], regions: { eyes: [0, 1], chin: [2] }, ...changes },
  });
}

Deno.test("readOwn() reads .pts files beside pictures, in folders that name the split", async () => {
  await withFolder(async (root) => {
    await Deno.writeTextFile(join(root, OWN_FILE), `// mine\n${description()}`);
    for (const [i, name] of ["train/a10", "train/a9", "test/b", "c"].entries()) {
      await picture(join(root, `${name}.png`));
      await Deno.writeTextFile(join(root, `${name}.pts`), formatPts(points(i)));
    }
    const train = await readOwn(root, "train");
    assert.deepEqual(train.faces.map(({ id }) => id), ["c", "train/a9", "train/a10"]);
    assert.deepEqual([...train.faces[1]!.landmarks], [...points(1)]);
    assert.deepEqual([train.dataset, train.scheme.name, train.scheme.flip], ["mine", "mine-3", [1, 0, 2]]);
    assert.deepEqual((await readOwn(root, "test")).faces.map(({ id }) => id), ["test/b"]);

    // A tool that writes .pts files which count from 0.
    await Deno.writeTextFile(join(root, OWN_FILE), description({ firstPixel: 0 }));
    const [face] = (await readOwn(root, "test")).faces;
    assert.deepEqual([...face!.landmarks], [...points(2).map((value) => value + 1)]);
  });
});

Deno.test("readOwn() reads tables that formatOwnCsv() and formatOwnJson() wrote", async () => {
  await withFolder(async (root) => {
    const faces: OwnFace[] = [
      { file: `odd, "name".png`, landmarks: points(0), split: "train" },
      { file: "b.png", landmarks: points(1), split: "test" },
      { file: "b.png", landmarks: points(2), split: "train" },
      { file: "b.png", landmarks: points(3), split: "train" },
    ];
    for (const { file } of faces) await picture(join(root, file));
    for (const [annotations, text] of [["p.csv", formatOwnCsv(faces)], ["p.json", formatOwnJson(faces)]] as const) {
      await Deno.writeTextFile(join(root, OWN_FILE), description({ annotations, firstPixel: 0 }));
      await Deno.writeTextFile(join(root, annotations), text);
      const train = await readOwn(root, "train");
      assert.deepEqual(train.problems, []);
      assert.deepEqual(train.faces.map(({ id, landmarks }) => [id, ...landmarks]), [
        [`odd, "name"`, ...points(0)],
        ["b", ...points(2)],
        ["b#2", ...points(3)],
      ]);
      assert.deepEqual((await readOwn(root, "test")).faces.map(({ landmarks }) => [...landmarks]), [[...points(1)]]);
    }
  });
});

Deno.test("readOwn() splits by name alone where nothing else says how", async () => {
  await withFolder(async (root) => {
    await Deno.writeTextFile(join(root, OWN_FILE), description({ annotations: "p.csv", testShare: 0.25 }));
    await picture(join(root, "0.png"));
    const faces = Array.from({ length: 200 }, (_, i) => ({ file: `${i}.png`, landmarks: points(0) }));
    for (let i = 1; i < 200; i++) await Deno.link(join(root, "0.png"), join(root, `${i}.png`));
    await Deno.writeTextFile(join(root, "p.csv"), formatOwnCsv(faces));
    const test = (await readOwn(root, "test")).faces.map(({ id }) => id);
    const train = (await readOwn(root, "train")).faces.map(({ id }) => id);
    assert.deepEqual([...test, ...train].sort(), faces.map(({ file }) => file.slice(0, -4)).sort());
    assert.ok(test.length > 30 && test.length < 70, `${test.length}`);
    await Deno.writeTextFile(join(root, "p.csv"), formatOwnCsv(faces.slice(0, 100)));
    assert.deepEqual((await readOwn(root, "test")).faces.map(({ id }) => id), test.filter((id) => Number(id) < 100));
  });
});

Deno.test("writeOwnTemplate() writes a commented file that parses, and replaces none", async () => {
  await withFolder(async (root) => {
    const path = await writeOwnTemplate(join(root, "new"), "my-faces", 21);
    const text = await Deno.readTextFile(path);
    assert.equal(text, ownTemplate("my-faces", 21));
    const own = parseOwnDataset(text, path);
    assert.deepEqual([own.name, own.scheme.points, own.annotations, own.testShare], ["my-faces", 21, "pts", 0.2]);
    await assert.rejects(writeOwnTemplate(join(root, "new"), "my-faces", 21), {
      message: `Cannot write '${path}' as it exists: delete it first`,
    });
    await assert.rejects(writeOwnTemplate(join(root, "other"), "My Faces", 21), {
      message:
        `Cannot use '${join(root, "other", OWN_FILE)}' as name must be of lower-case letters, digits, . _ and -: ` +
        `"My Faces"`,
    });
    assert.equal(parseOwnDataset(ownTemplate("one", 1), "x").scheme.points, 1);
  });
});

Deno.test("ownTemplate() of 68, 29 and 98 points is filled with the scheme of 300W, COFW and WFLW", () => {
  for (const { name, points, ...scheme } of [scheme68, scheme29, scheme98]) {
    const { scheme: written } = parseOwnDataset(ownTemplate("mine", points), "x");
    assert.deepEqual(written, { ...scheme, name: `mine-${name}`, points });
    assert.match(ownTemplate("mine", points), /From here on: the \d+ landmarks of (300W|COFW|WFLW)/);
  }
  assert.doesNotMatch(ownTemplate("mine", 21), /From here on/);
  for (const points of [1, 21, 68]) {
    const longest = ownTemplate("mine", points).split("\n").filter((line) => !line.includes('": ['));
    assert.ok(longest.every((line) => line.length <= 120), `${points}`);
  }
});

Deno.test("parseOwnDataset() refuses malformed descriptions with one clear sentence each", () => {
  const cases: [Record<string, unknown>, string][] = [
    [
      { naem: "x" },
      "its entries must be name, annotations, firstPixel, testShare, points, flipPairs, interOcular, " +
      "interPupil, regions, lines: naem",
    ],
    [{ name: "300w" }, `name must be another than those of known datasets: "300w"`],
    [{ name: "../up" }, `name must be of lower-case letters, digits, . _ and -: "../up"`],
    [{ annotations: "points.xml" }, `annotations must be "pts" or name a .csv or .json file: "points.xml"`],
    [{ firstPixel: 2 }, "firstPixel must be 0 or 1: 2"],
    [{ testShare: "half" }, `testShare must be a number from 0 to 1: "half"`],
    [{ points: 1e12 }, "points must be a whole number from 1 to 10000: 1000000000000"],
    [{ flipPairs: [[0, 1, 2]] }, "flipPairs must be a list of pairs: [[0,1,2]]"],
    [{ flipPairs: [[0, 7]] }, "flipPairs must name landmarks from 0 to 2, each once: 7"],
    [{ flipPairs: [[0, 1], [1, 2]] }, "flipPairs must name landmarks from 0 to 2, each once: 1"],
    [{ interOcular: [0, 1] }, "interOcular must be two lists of landmarks: [0,1]"],
    [{ regions: [0] }, "regions must be lists of landmarks by name: [0]"],
    [{ regions: { "a\nb": [0, 1, 2] } }, "names of regions must be of letters, digits, spaces, _ and -: a?b"],
    [{ lines: "none" }, `lines must be a list of lists of landmarks: "none"`],
  ];
  for (const [changes, reason] of cases) {
    assert.throws(() => parseOwnDataset(description(changes), "x"), { message: `Cannot use 'x' as ${reason}` });
  }
  assert.throws(() => parseOwnDataset(description({ regions: { eyes: [0, 1] } }), "x"), {
    message: "Cannot use landmark scheme 'x' as each landmark must be in a region, which one is not: 2",
  });
  assert.throws(() => parseOwnDataset("{ name: ", "x"), { message: /^Cannot read 'x' as it is not JSON: / });
  assert.throws(() => parseOwnDataset("[]", "x"), { message: "Cannot use 'x' as it must be an object: []" });
});

const messages = (found: readonly unknown[]) => found.map((item) => (item as { message?: string }).message);

Deno.test("parseOwnCsv() refuses malformed tables and lines with one clear sentence each", () => {
  const head = "file,x0,y0,x1,y1,x2,y2";
  assert.throws(() => parseOwnCsv("file,x0,y0\n", "p.csv", 3), {
    message: "Cannot read 'p.csv' as its first line lacks the column: x1",
  });
  assert.throws(() => parseOwnCsv(`${head},age\n`, "p.csv", 3), {
    message: "Cannot read 'p.csv' as its columns must be file, x0 to y2, split: age",
  });
  const text = `${head},split\na,1,2,3,4,5\nb,1,2,3,4,5,x,\nc,1,2,3,4,5,NaN,\nd,1,2,3,4,5,1e9,\ne,1,2,3,4,5,6,both\n`;
  assert.deepEqual(messages(parseOwnCsv(text, "p.csv", 3)), [
    "Cannot read line 2 of 'p.csv' as it has 6 fields: expected 8",
    `Cannot read line 3 of 'p.csv' as y2 is no number: "x"`,
    `Cannot read line 4 of 'p.csv' as y2 is no number: "NaN"`,
    "Cannot read line 5 of 'p.csv' as y2 lies outside any picture: 1000000000",
    `Cannot read line 6 of 'p.csv' as split must be train or test: "both"`,
  ]);
});

Deno.test("parseOwnJson() refuses malformed lists and entries with one clear sentence each", () => {
  assert.throws(() => parseOwnJson("{}", "p.json", 2), {
    message: "Cannot read 'p.json' as it must be a list of faces: object",
  });
  const bad = [
    null,
    { file: "a", points: [[1, 2]] },
    { file: "a", points: [[1, 2], [3]] },
    { file: "a", points: [[1, 2], [3, null]] },
    { file: "a", points: [[1, 2], [3, 4]], split: 7 },
    { file: "a", point: 3 },
  ];
  assert.deepEqual(messages(parseOwnJson(JSON.stringify(bad), "p.json", 2)), [
    "Cannot read face 0 of 'p.json' as it names no file: undefined",
    "Cannot read face 1 of 'p.json' as it must have 2 points: 1",
    "Cannot read face 2 of 'p.json' as point 1 must be [x, y]: [3]",
    "Cannot read face 3 of 'p.json' as y1 is no number: null",
    "Cannot read face 4 of 'p.json' as split must be train or test: 7",
    "Cannot read face 5 of 'p.json' as its entries must be file, points, split: point",
  ]);
});

Deno.test("readOwn() reports missing pictures and names that lead out of the folder", async () => {
  await withFolder(async (parent) => {
    const root = join(parent, "mine");
    await picture(join(parent, "outside.png"));
    await Deno.mkdir(root);
    await Deno.symlink(join(parent, "outside.png"), join(root, "link.png"));
    const files = ["../outside.png", "/etc/hosts", "link.png", "missing.png", "a\0b"];
    await Deno.writeTextFile(join(root, OWN_FILE), description({ annotations: "p.json" }));
    await Deno.writeTextFile(
      join(root, "p.json"),
      formatOwnJson(files.map((file) => ({ file, landmarks: points(0) }))),
    );
    assert.deepEqual((await readOwn(root, "train")).problems.map(({ message }) => message), [
      ...files.slice(0, 3).map((file) => `Cannot use file of 'p.json' as it leads out of '${root}': ${file}`),
      "Cannot read face of 'p.json' as there is no picture: missing.png",
      "Cannot use file of 'p.json' as its name holds a zero byte",
    ]);
    await Deno.writeTextFile(join(root, OWN_FILE), description({ annotations: "../p.json" }));
    await assert.rejects(readOwn(root, "train"), {
      message: `Cannot use file of '${join(root, OWN_FILE)}' as it leads out of '${root}': ../p.json`,
    });
    await Deno.remove(join(root, OWN_FILE));
    await assert.rejects(readOwn(root, "train"), /Cannot find own points as '.*' has no dataset\.jsonc\..*data new/s);
  });
});

Deno.test("splitCsvLine() follows RFC 4180", () => {
  assert.deepEqual(splitCsvLine(`a,"b, c","d ""e""",,f`), ["a", "b, c", `d "e"`, "", "f"]);
  assert.deepEqual(splitCsvLine(","), ["", ""]);
  assert.deepEqual(splitCsvLine(""), [""]);
  assert.deepEqual(splitCsvLine(` a b , "c" ,  ,d"e`), ["a b", "c", "", `d"e`]);
  assert.throws(() => splitCsvLine(`a,"b"c,d`), {
    message: "Cannot split line as field 2 has a quote without its end",
  });
  // Would take minutes if every field looked for its end again.
  assert.throws(() => splitCsvLine(`"x"",""`.repeat(100_000)), SyntaxError);
});

Deno.test("parseJsonc() takes comments and trailing commas, and leaves strings alone", () => {
  const text = `{ // note\n "a": "x // y, ]", /* b\n */ "c": [1, 2, ], "d\\"": ",}",\n}`;
  assert.deepEqual(parseJsonc(text, "x"), { a: "x // y, ]", c: [1, 2], 'd"': ",}" });
});
