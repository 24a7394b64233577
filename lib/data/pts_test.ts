import assert from "node:assert/strict";
import { join } from "node:path";
import { createRandom } from "@/random.ts";
import { sharedData, testWith, withFolder } from "@/testing.ts";
import { formatPts, parsePts, readPts } from "./pts.ts";
import { pythonWith, runPython } from "./test_fixtures.ts";

const text = (lines: string[], count = lines.length) => `version: 1\nn_points: ${count}\n{\n${lines.join("\n")}\n}\n`;
const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}.5 ${2 * i + 1}`);

Deno.test("parsePts() turns 1-based into 0-based pixels", () => {
  assert.deepEqual([...parsePts(text(["1 1", "90.25 121.5"]), "x.pts")], [0, 0, 89.25, 120.5]);
});

Deno.test("parsePts() accepts what iBUG's files and their re-distributions differ in", () => {
  const wanted = [9, 19, -3, 1.5];
  for (
    const variant of [
      "version: 1\nn_points:  2\n{\n10 20\n-2 2.5\n}",
      "version: 1\r\nn_points: 2\r\n{\r\n10 20\r\n-2 2.5\r\n}\r\n",
      "version: 1.0\rn_points: 2\r{\r10 20\r-2 2.5\r}\r",
      "\ufeffversion:1\n\nn_points:2\n{\n   10.000000    20.000000  \n\n\t-2.0\t2.50\n}\n\n",
      "version: 1\nn_points: 2\n{ \n1e1 +2.0E1\n-2. 2.5\n } \n",
    ]
  ) assert.deepEqual([...parsePts(variant, "x.pts", { points: 2 })], wanted);
});

Deno.test("parsePts() reads back what formatPts() wrote, to half a millionth of a pixel", () => {
  const random = createRandom(3);
  const landmarks = Float64Array.from({ length: 136 }, () => random.uniform(-20, 4000));
  const back = parsePts(formatPts(landmarks), "x.pts", { points: 68 });
  landmarks.forEach((value, i) => assert.ok(Math.abs(value - back[i]!) <= 5.1e-7));
});

Deno.test("formatPts() refuses what is not finite", () => {
  assert.throws(() => formatPts([1, 2, NaN, 4]), {
    name: "RangeError",
    message: "Cannot format landmarks as landmark 1 is not finite: NaN 4",
  });
});

Deno.test("parsePts() refuses malformed text with one clear sentence each", () => {
  const good = lines(68);
  const cases: [string, string][] = [
    [text(lines(67)), "it has another number of points than 68: 67"],
    [text(lines(67), 68), "it ends after 67 points: expected 68"],
    [text(lines(69), 68), `line 72 must be '}' after 68 points: "69.5 137"`],
    [text(good.with(5, "NaN 3")), `line 9 has something that is no number: "NaN"`],
    [text(good.with(5, "3 Infinity")), `line 9 has something that is no number: "Infinity"`],
    [text(good.with(5, "3 1e999")), "line 9 lies outside any picture: 1e999"],
    [text(good.with(5, "3 -2000000")), "line 9 lies outside any picture: -2000000"],
    [text(good.with(5, "0x10 3")), `line 9 has something that is no number: "0x10"`],
    [text(good.with(5, "3")), "line 9 has 1 number: expected 2"],
    [text(good.with(5, "3 4 5")), "line 9 has 3 numbers: expected 2"],
    [text([], 0), "it has another number of points than 68: 0"],
    [text(good, 999_999_999_999), "it has another number of points than 68: 999999999999"],
    [text(good).replace("n_points: 68", "n_points: many"), `line 2 must be 'n_points: N': "n_points: many"`],
    [text(good).replace("n_points: 68", "n_points: -68"), `line 2 must be 'n_points: N': "n_points: -68"`],
    [text(good).replace("{", ""), `line 4 must be '{': "1.5 1"`],
    [text(good).replace("}", ""), "line 72 must be '}' after 68 points: end of file"],
    [`${text(good)}surplus`, `nothing may follow '}', which line 73 does: "surplus"`],
    ["", "line 1 must be 'version: 1': end of file"],
    ["version: 2\n", `line 1 must be 'version: 1': "version: 2"`],
    ["\u0000\u0001ELF\ufffd", `line 1 must be 'version: 1': "\\u0000\\u0001ELF\ufffd"`],
    ["x".repeat(2 << 20), "a .pts file has 1048576 characters at most: 2097152"],
  ];
  for (const [bad, reason] of cases) {
    assert.throws(() => parsePts(bad, "x.pts", { points: 68 }), {
      message: `Cannot read landmarks from 'x.pts' as ${reason}`,
    });
  }
  assert.throws(() => parsePts("version: 1\nn_points: 999999999\n{\n", "x.pts"), {
    name: "RangeError",
    message: "Cannot read landmarks from 'x.pts' as it must have 1 to 10000 points: 999999999",
  });
});

Deno.test("readPts() does not load a huge file", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "huge.pts");
    await Deno.writeFile(path, new Uint8Array(3 << 20));
    await assert.rejects(readPts(path), {
      message: `Cannot read landmarks from '${path}' as a .pts file has 1048576 characters at most: 3145728`,
    });
  });
});

const data = sharedData("300w");
const python = pythonWith("numpy");
testWith(
  data && python ? { data, python } : undefined,
  data ? "no Python with numpy (set ACR_PYTHON)" : "no ../shared/data",
  "readPts() agrees with NumPy's text reader on every 20th real file",
  async ({ data, python }) => {
    const paths = ["afw", "helen/trainset", "lfpw/trainset", "helen/testset"].flatMap((folder) =>
      [...Deno.readDirSync(join(data, folder))].map(({ name }) => join(data, folder, name))
        .filter((path) => path.endsWith(".pts")).sort()
    ).filter((_, i) => i % 20 === 0);
    const theirs = await runPython(
      python,
      `import sys, json, numpy as np
print(json.dumps([(np.loadtxt(p, skiprows=3, max_rows=68) - 1).ravel().tolist() for p in sys.argv[1:]]))`,
      ...paths,
    ) as number[][];
    assert.ok(paths.length > 100);
    for (const [i, path] of paths.entries()) assert.deepEqual([...await readPts(path, { points: 68 })], theirs[i]);
  },
);
