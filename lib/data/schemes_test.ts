import assert from "node:assert/strict";
import type { LandmarkScheme } from "./landmark_scheme.ts";
import {
  convert98To68,
  flipFromPairs,
  flipLandmarks,
  map98To68,
  scheme29,
  scheme68,
  scheme98,
  schemeByName,
  validateScheme,
} from "./schemes.ts";
import { createRandom } from "@/random.ts";

const all = [scheme29, scheme68, scheme98];

for (const scheme of all) {
  Deno.test(`scheme${scheme.name} has a flip map that is an involution and maps regions and normalizers to themselves`, () => {
    assert.equal(scheme.flip.length, scheme.points);
    for (let m = 0; m < scheme.points; m++) assert.equal(scheme.flip[scheme.flip[m]!], m);
    for (const region of Object.values(scheme.regions)) {
      assert.deepEqual(region.map((m) => scheme.flip[m]!).sort((a, b) => a - b), [...region].sort((a, b) => a - b));
    }
    for (const [left, right] of [scheme.interOcular, scheme.interPupil]) {
      assert.deepEqual(left.map((m) => scheme.flip[m]!).sort((a, b) => a - b), [...right].sort((a, b) => a - b));
    }
  });

  Deno.test(`scheme${scheme.name} has regions that hold each landmark exactly once, and lines through the same landmarks when mirrored`, () => {
    const listed = Object.values(scheme.regions).flat().sort((a, b) => a - b);
    assert.deepEqual(listed, Array.from({ length: scheme.points }, (_, m) => m));
    const edges = (map: (m: number) => number) =>
      scheme.lines.flatMap((line) =>
        line.slice(1).map((m, i) => [map(m), map(line[i]!)].sort((a, b) => a - b).join("-"))
      ).sort();
    assert.deepEqual(edges((m) => scheme.flip[m]!), edges((m) => m));
    validateScheme(scheme, scheme.name);
  });

  Deno.test(`flipLandmarks() with scheme${scheme.name} twice is the identity`, () => {
    const random = createRandom(1, scheme.name);
    // Quarters, so that 31 - x is exact.
    const points = Float32Array.from({ length: 2 * scheme.points }, () => random.integer(128) / 4);
    const once = flipLandmarks(points, scheme, 32);
    assert.notDeepEqual(once, points);
    assert.deepEqual(flipLandmarks(once, scheme, 32), points);
  });
}

Deno.test("scheme68 mirrors jaw, brows, eyes and mouth as iBUG's figure shows them", () => {
  // Read off the published figure of the 68 points: pairs across the face's midline, and points on it.
  const pairs = [[0, 16], [7, 9], [17, 26], [21, 22], [31, 35], [36, 45], [37, 44], [39, 42], [40, 47], [48, 54]];
  pairs.push([59, 55], [60, 64], [61, 63], [67, 65]);
  for (const [a, b] of pairs) assert.equal(scheme68.flip[a!], b);
  for (const m of [8, 27, 28, 29, 30, 33, 51, 57, 62, 66]) assert.equal(scheme68.flip[m], m);
});

Deno.test("schemeByName() finds the built-in schemes and lists them when it does not", () => {
  for (const scheme of all) assert.equal(schemeByName(scheme.name), scheme);
  for (const name of ["97", "constructor", ""]) {
    assert.throws(() => schemeByName(name), {
      name: "RangeError",
      message: `Cannot find landmark scheme as it must be one of 29, 68, 98: ${name}`,
    });
  }
});

Deno.test("convert98To68() picks 68 different landmarks of the same regions and commutes with both flips", () => {
  assert.equal(map98To68.length, 68);
  assert.equal(new Set(map98To68).size, 68);
  for (let m = 0; m < 68; m++) assert.equal(scheme98.flip[map98To68[m]!], map98To68[scheme68.flip[m]!]);
  for (const [name, region] of Object.entries(scheme68.regions)) {
    for (const m of region) assert.ok(scheme98.regions[name]!.includes(map98To68[m]!), `${name} ${m}`);
  }
  const converted = convert98To68(Float32Array.from({ length: 196 }, (_, i) => i));
  assert.deepEqual([...converted.slice(0, 4)], [0, 1, 4, 5]);
  assert.deepEqual([...converted.slice(72, 74)], [120, 121]);
  assert.throws(() => convert98To68(new Float32Array(136)), {
    name: "TypeError",
    message: "Cannot convert landmarks as they must be 196 numbers: 136",
  });
});

Deno.test("validateScheme() names the landmark that is wrong", () => {
  const good: LandmarkScheme = {
    name: "mine",
    points: 3,
    flip: flipFromPairs(3, [[0, 1]]),
    interOcular: [[0], [1]],
    interPupil: [[0], [1]],
    regions: { eyes: [0, 1], nose: [2] },
    lines: [[0, 2, 1]],
  };
  validateScheme(good, "mine");
  const cases: [Partial<LandmarkScheme>, string][] = [
    [{ points: 0 }, "the number of points must be a whole number from 1 to 10000: 0"],
    [{ points: 1e9 }, "the number of points must be a whole number from 1 to 10000: 1000000000"],
    [{ flip: [0, 1] }, "its flip map must name 3 landmarks: 2"],
    [{ flip: [0, 1, 3] }, "flip of landmark 2 must be a landmark from 0 to 2: 3"],
    [{ flip: [1, 2, 0] }, "flip of landmark 0 is 1, whose flip must be 0: 2"],
    [{ interOcular: [[0], []] }, "interOcular must be two groups of landmarks: [[0],[]]"],
    [{ interPupil: [[0], [7]] }, "interPupil must name landmarks from 0 to 2: 7"],
    [{ regions: { eyes: [0, 1], nose: [2, 0] } }, "landmark 0 must be in one region: 'eyes' and 'nose'"],
    [{ regions: { eyes: [0, 1] } }, "each landmark must be in a region, which one is not: 2"],
    [{ regions: { eyes: [0, 1], nose: [-2] } }, "region 'nose' must name landmarks from 0 to 2: -2"],
    [{ lines: [[0, 5]] }, "its lines must name landmarks from 0 to 2: 5"],
  ];
  for (const [change, reason] of cases) {
    assert.throws(() => validateScheme({ ...good, ...change }, "mine"), {
      name: "RangeError",
      message: `Cannot use landmark scheme 'mine' as ${reason}`,
    });
  }
});
