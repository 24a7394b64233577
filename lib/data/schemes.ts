import type { LandmarkScheme } from "./landmark_scheme.ts";

/** The whole numbers from `first` to `last`, upwards or downwards. */
function range(first: number, last: number): number[] {
  const step = first <= last ? 1 : -1;
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, i) => first + step * i);
}

/** A flip map from the pairs that change places; every other landmark keeps its own. */
export function flipFromPairs(points: number, pairs: Iterable<readonly [number, number]>): number[] {
  const flip = range(0, points - 1);
  for (const [a, b] of pairs) {
    flip[a] = b;
    flip[b] = a;
  }
  return flip;
}

/** The 68 landmarks of iBUG (300W), in its order: the person's right, which is the picture's left, comes first. */
export const scheme68: LandmarkScheme = {
  name: "68",
  points: 68,
  flip: [
    ...range(16, 0),
    ...range(26, 17),
    ...range(27, 30),
    ...range(35, 31),
    ...[45, 44, 43, 42, 47, 46],
    ...[39, 38, 37, 36, 41, 40],
    ...range(54, 48),
    ...range(59, 55),
    ...range(64, 60),
    ...range(67, 65),
  ],
  interOcular: [[36], [45]],
  interPupil: [range(36, 41), range(42, 47)],
  regions: {
    jaw: range(0, 16),
    brows: range(17, 26),
    nose: range(27, 35),
    eyes: range(36, 47),
    mouth: range(48, 67),
  },
  lines: [
    range(0, 16),
    range(17, 21),
    range(22, 26),
    range(27, 30),
    range(31, 35),
    [...range(36, 41), 36],
    [...range(42, 47), 42],
    [...range(48, 59), 48],
    [...range(60, 67), 60],
  ],
};

/** The 29 landmarks of COFW, in its order. */
export const scheme29: LandmarkScheme = {
  name: "29",
  points: 29,
  flip: [
    1,
    0,
    3,
    2,
    6,
    7,
    4,
    5,
    9,
    8,
    11,
    10,
    14,
    15,
    12,
    13,
    17,
    16,
    19,
    18,
    ...range(20, 21),
    23,
    22,
    ...range(24, 28),
  ],
  interOcular: [[8], [9]],
  interPupil: [[16], [17]],
  regions: {
    jaw: [28],
    brows: range(0, 7),
    nose: range(18, 21),
    eyes: range(8, 17),
    mouth: range(22, 27),
  },
  lines: [
    [0, 4, 2, 5, 0],
    [1, 6, 3, 7, 1],
    [8, 12, 10, 13, 8],
    [9, 14, 11, 15, 9],
    [18, 20, 19, 21, 18],
    [22, 24, 23, 27, 22],
    [22, 25, 23, 26, 22],
  ],
};

/** The 98 landmarks of WFLW, in its order. */
export const scheme98: LandmarkScheme = {
  name: "98",
  points: 98,
  flip: flipFromPairs(98, [
    ...range(0, 15).map((i) => [i, 32 - i] as const),
    ...[[33, 46], [34, 45], [35, 44], [36, 43], [37, 42], [38, 50], [39, 49], [40, 48], [41, 47]] as const,
    ...[[55, 59], [56, 58]] as const,
    ...[[60, 72], [61, 71], [62, 70], [63, 69], [64, 68], [65, 75], [66, 74], [67, 73]] as const,
    ...[[76, 82], [77, 81], [78, 80], [83, 87], [84, 86]] as const,
    ...[[88, 92], [89, 91], [93, 95], [96, 97]] as const,
  ]),
  interOcular: [[60], [72]],
  interPupil: [[96], [97]],
  regions: {
    jaw: range(0, 32),
    brows: range(33, 50),
    nose: range(51, 59),
    eyes: [...range(60, 75), 96, 97],
    mouth: range(76, 95),
  },
  lines: [
    range(0, 32),
    [...range(33, 41), 33],
    [...range(42, 50), 42],
    range(51, 54),
    range(55, 59),
    [...range(60, 67), 60],
    [...range(68, 75), 68],
    [...range(76, 87), 76],
    [...range(88, 95), 88],
  ],
};

const SCHEMES: Readonly<Record<string, LandmarkScheme>> = { "68": scheme68, "29": scheme29, "98": scheme98 };

/**
 * The built-in scheme of that name: `68`, `29` or `98`.
 *
 * @throws {RangeError} if there is none
 */
export function schemeByName(name: string): LandmarkScheme {
  const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  if (!scheme) {
    throw new RangeError(
      `Cannot find landmark scheme as it must be one of ${Object.keys(SCHEMES).join(", ")}: ${name}`,
    );
  }
  return scheme;
}

/**
 * `map98To68[m]` is the WFLW landmark that stands where landmark `m` of the 68 does.
 *
 * **Warning: the same names, not the same definitions.** WFLW's annotators were told other things than iBUG's: its jaw
 * line has 33 points spread evenly along the visible contour (every second one is taken here), its brow points lie on
 * the brow's upper edge, and its eyelid points at quarters of the lid, where iBUG's lie near thirds. A network trained on
 * the one and measured on the other shows that difference as an error that no training removes. Numbers across the two
 * schemes are for comparison of one network with another under this same map, never with published 300W numbers.
 */
export const map98To68: readonly number[] = [
  ...range(0, 16).map((i) => 2 * i),
  ...range(33, 37),
  ...range(42, 46),
  ...range(51, 59),
  ...[60, 61, 63, 64, 65, 67],
  ...[68, 69, 71, 72, 73, 75],
  ...range(76, 95),
];

/**
 * Picks 68 landmarks out of 98; mind the warning at {@linkcode map98To68}.
 *
 * @param landmarks `[196]`, in any unit
 * @returns `[136]`, in the same unit
 * @throws {TypeError} if `landmarks` is not 196 long
 */
export function convert98To68(landmarks: ArrayLike<number>): Float32Array {
  if (landmarks.length !== 196) {
    throw new TypeError(`Cannot convert landmarks as they must be 196 numbers: ${landmarks.length}`);
  }
  const result = new Float32Array(136);
  map98To68.forEach((from, to) => {
    result[2 * to] = landmarks[2 * from]!;
    result[2 * to + 1] = landmarks[2 * from + 1]!;
  });
  return result;
}

/**
 * Mirrors landmarks left to right and renames them, so that each keeps its meaning. Applied twice it changes nothing.
 *
 * @param landmarks `[2M]` in pixels of a picture `width` pixels wide (0-based, pixel centres at whole numbers)
 * @returns `[2M]` in pixels of the mirrored picture
 */
export function flipLandmarks(
  landmarks: ArrayLike<number>,
  scheme: LandmarkScheme,
  width: number,
): Float32Array {
  const result = new Float32Array(landmarks.length);
  scheme.flip.forEach((from, to) => {
    result[2 * to] = width - 1 - landmarks[2 * from]!;
    result[2 * to + 1] = landmarks[2 * from + 1]!;
  });
  return result;
}

/**
 * Checks a scheme that a user has written.
 *
 * @param source what to call it in an error
 * @throws {RangeError} if its flip map is no involution, a landmark is out of range, or the regions do not hold each
 * landmark exactly once
 */
export function validateScheme(scheme: LandmarkScheme, source: string): void {
  const { points, flip, interOcular, interPupil, regions, lines } = scheme;
  const fail = (reason: string) => new RangeError(`Cannot use landmark scheme '${source}' as ${reason}`);
  const valid = (m: number) => Number.isInteger(m) && m >= 0 && m < points;
  if (!Number.isInteger(points) || points < 1 || points > 10_000) {
    throw fail(`the number of points must be a whole number from 1 to 10000: ${points}`);
  }
  if (flip.length !== points) throw fail(`its flip map must name ${points} landmarks: ${flip.length}`);
  flip.forEach((m, i) => {
    if (!valid(m)) throw fail(`flip of landmark ${i} must be a landmark from 0 to ${points - 1}: ${m}`);
    if (flip[m] !== i) throw fail(`flip of landmark ${i} is ${m}, whose flip must be ${i}: ${flip[m]}`);
  });
  for (const [name, groups] of Object.entries({ interOcular, interPupil })) {
    if (groups.length !== 2 || groups.some((group) => group.length === 0)) {
      throw fail(`${name} must be two groups of landmarks: ${JSON.stringify(groups)}`);
    }
    for (const m of groups.flat()) {
      if (!valid(m)) throw fail(`${name} must name landmarks from 0 to ${points - 1}: ${m}`);
    }
  }
  const owner = new Map<number, string>();
  for (const [name, region] of Object.entries(regions)) {
    for (const m of region) {
      if (!valid(m)) throw fail(`region '${name}' must name landmarks from 0 to ${points - 1}: ${m}`);
      const other = owner.get(m);
      if (other !== undefined) throw fail(`landmark ${m} must be in one region: '${other}' and '${name}'`);
      owner.set(m, name);
    }
  }
  for (let m = 0; m < points; m++) {
    if (!owner.has(m)) throw fail(`each landmark must be in a region, which one is not: ${m}`);
  }
  for (const m of lines.flat()) {
    if (!valid(m)) throw fail(`its lines must name landmarks from 0 to ${points - 1}: ${m}`);
  }
}
