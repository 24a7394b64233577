import assert from "node:assert/strict";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { parseNpy, readNpy, writeNpy } from "@/data/npy.ts";
import { sharedData, testWith, withFolder } from "@/testing.ts";
import { difficultyTable } from "./difficulty.ts";
import { ShapeModel } from "./shape_model.ts";

/** The same numbers in [0, 1) as the Python below: s = (1103515245 s + 12345) mod 2^31, s / 2^31. */
function lcg(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff;
    return state / 2 ** 31;
  });
}

/** 40 shapes of 4 points; one coordinate follows from two others, so that the last eigenvalue is 0. */
function fortyShapes(): Float64Array {
  const shapes = lcg(40 * 8, 1), widths = [4, 1, 3, .5, 2, .25, 1, .125];
  for (let i = 0; i < shapes.length; i++) shapes[i]! *= widths[i % 8]!;
  for (let i = 0; i < shapes.length; i += 8) {
    shapes[i + 1]! += shapes[i]!;
    shapes[i + 5] = 0.75 * shapes[i + 2]! - shapes[i + 4]!;
  }
  return shapes;
}

const close = (actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-12) => {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i]! - value) <= tolerance, `${i}: ${actual[i]} is not ${value}`)
  );
};

// scikit-learn 1.9.1, X as in fortyShapes(): q = PCA(svd_solver="full").fit(X), then q.explained_variance_, q.mean_,
// q.components_[:3], PCA(n_components=f).fit(X).n_components_, q.transform(X[:1])[0, :3], q.mean_ + b[:2] @ q.components_[:2]
const GOLDEN = {
  eigenvalues: [
    2.62046929371663,
    1.1575832076314654,
    0.3556807320099239,
    0.09664546744928844,
    0.03853763246709154,
    0.017561905860155734,
    0.001455523786464791,
    0,
  ],
  mean: [
    1.7205024726688862,
    2.2330861567519604,
    1.421826358884573,
    0.20366412126459182,
    1.000034474954009,
    0.06633529420942068,
    0.5126817379146814,
    0.06211890262784436,
  ],
  components: [
    [
      0.6722614955747602,
      0.6942056189858462,
      0.16477745859815032,
      0.01272807320617134,
      -0.06308553883217272,
      0.18666863278078544,
      -0.0014594777719489167,
      0.001526983005182184,
    ],
    [
      -0.19835222882760664,
      -0.16552309749814112,
      0.6226075696011891,
      0.0136393247131937,
      -0.2335641016268821,
      0.7005197788277737,
      0.012011561982839314,
      0.002802301100389911,
    ],
    [
      0.016593432072450152,
      -0.01561184523747356,
      0.6016598033014663,
      0.03972807312954147,
      0.7380430587185517,
      -0.2867982062424523,
      -0.09453733933626936,
      -0.003164402264114656,
    ],
  ],
  modes: { 0.3: 1, 0.5: 1, 0.8: 2, 0.9: 3, 0.95: 3, 0.99: 5 },
  b: [-0.15033696242901495, -1.4685568594694705, 0.7160768946668186],
  restored: [
    1.9107282477020298,
    2.371801472924003,
    0.48271959918671226,
    0.18172049753510983,
    1.3525207268052177,
    -0.9904810274151834,
    0.4952614896268075,
    0.057774002137888095,
  ],
};

Deno.test("ShapeModel.fit() equals scikit-learn's PCA, signs of modes included", () => {
  const model = ShapeModel.fit(fortyShapes(), 40, 8);
  close(model.eigenvalues, GOLDEN.eigenvalues);
  close(model.mean, GOLDEN.mean);
  GOLDEN.components.forEach((mode, k) => close(model.modes.subarray(8 * k, 8 * k + 8), mode));
});

Deno.test("ShapeModel.modesFor() takes the smallest k that explains more than the fraction, as scikit-learn", () => {
  const model = ShapeModel.fit(fortyShapes(), 40, 8);
  for (const [fraction, k] of Object.entries(GOLDEN.modes)) assert.equal(model.modesFor(Number(fraction)), k);
  assert.equal(model.modesFor(1), 8);
  for (const bad of [0, -0.1, 1.01, 80, NaN]) {
    assert.throws(() => model.modesFor(bad), {
      name: "RangeError",
      message: `Cannot choose modes as the fraction of variance must be in (0, 1]: ${bad}`,
    });
  }
});

Deno.test("ShapeModel.modesFor() goes on where a share only equals the fraction", () => {
  // Two modes of variance 2 each: the first explains exactly 0.5, which is not more than 0.5.
  const model = ShapeModel.fit([1, 1, -1, 1, 1, -1, -1, -1].map((x) => x * Math.sqrt(1.5)), 4, 2);
  close(model.eigenvalues, [2, 2]);
  assert.equal(model.cumulativeVariance()[0], 0.5);
  assert.equal(model.modesFor(0.5), 2);
  assert.equal(model.modesFor(0.49), 1);
});

Deno.test("ShapeModel.project() and reconstruct() equal scikit-learn's transform and its inverse", () => {
  const model = ShapeModel.fit(fortyShapes(), 40, 8);
  const face = fortyShapes().subarray(0, 8);
  close(model.project(face, 3), GOLDEN.b);
  close(model.reconstruct(model.project(face, 2)), GOLDEN.restored);
  close(model.reconstruct(model.project(face)), [...face]);
});

Deno.test("ShapeModel.smooth() clamps each mode to three standard deviations", () => {
  const model = ShapeModel.fit(fortyShapes(), 40, 8);
  const sd = [...model.eigenvalues].map(Math.sqrt);
  const face = model.reconstruct([2 * sd[0]!, -7 * sd[1]!, 5 * sd[2]!], { limit: Infinity });
  close(model.project(face, 3), [2 * sd[0]!, -7 * sd[1]!, 5 * sd[2]!]);
  const smooth = model.smooth(face, 3);
  close(model.project(smooth, 4), [2 * sd[0]!, -3 * sd[1]!, 3 * sd[2]!, 0]);
  close(model.project(model.reconstruct([9 * sd[0]!], { limit: 1 }), 1), [sd[0]!]);
});

Deno.test("ShapeModel.alongMode() moves the mean by standard deviations of one mode", () => {
  const model = ShapeModel.fit(fortyShapes(), 40, 8);
  close(model.project(model.alongMode(1, -4), 3), [0, -4 * Math.sqrt(model.eigenvalues[1]!), 0]);
  assert.throws(() => model.alongMode(8, 1), /number of modes must be 1 to 8: 9/);
});

Deno.test("ShapeModel.fit() has N - 1 modes where shapes are fewer than coordinates, as scikit-learn but for its last, empty one", () => {
  const model = ShapeModel.fit(lcg(40, 3), 5, 8);
  // scikit-learn 1.9.1: PCA().fit(Y).explained_variance_ of these 5 shapes of 8 coordinates, and components_[0]
  close(model.eigenvalues, [0.2536510992032352, 0.18146244310112591, 0.07307147737026011, 0.061594591206705636]);
  close(model.modes.subarray(0, 8), [
    0.18514647997511716,
    -0.03619994530664057,
    -0.32742958181734455,
    -0.45898588676020513,
    0.09929464742323939,
    0.6158282841872058,
    -0.3066253362059837,
    0.40423900133855306,
  ]);
  const face = lcg(40, 3).subarray(8, 16);
  close(model.smooth(face, 4), [...face]);
  assert.throws(() => model.smooth(face, 5), {
    name: "RangeError",
    message: "Cannot project a shape as the number of modes must be 1 to 4: 5",
  });
});

Deno.test("ShapeModel.fit() takes a coordinate that never changes", () => {
  const shapes = fortyShapes();
  for (let i = 3; i < shapes.length; i += 8) shapes[i] = 0.25;
  const model = ShapeModel.fit(shapes, 40, 8);
  assert.ok(model.eigenvalues.every((value) => value >= 0));
  for (const k of [1, 4, 8]) assert.ok(Math.abs(model.smooth(shapes.subarray(0, 8), k)[3]! - 0.25) < 1e-12);
});

Deno.test("ShapeModel.fit() takes float32 shapes and changes nothing in them", () => {
  const shapes = Float32Array.from(fortyShapes());
  const before = shapes.slice();
  close(ShapeModel.fit(shapes, 40, 8).eigenvalues, GOLDEN.eigenvalues, 1e-6);
  assert.deepEqual(shapes, before);
});

Deno.test("ShapeModel.fit() refuses what is no set of shapes", () => {
  const shapes = fortyShapes();
  assert.throws(() => ShapeModel.fit(shapes.subarray(0, 8), 1, 8), {
    name: "RangeError",
    message: "Cannot fit a shape model as it needs at least 2 shapes: 1",
  });
  assert.throws(() => ShapeModel.fit(shapes, 40, 7), { name: "RangeError", message: /even number of coordinates: 7$/ });
  assert.throws(() => ShapeModel.fit(shapes, 41, 8), {
    name: "TypeError",
    message: "Cannot fit a shape model as 41 shapes of 8 need 328 numbers: 320",
  });
  assert.throws(() => ShapeModel.fit(new Float32Array(32).fill(3), 4, 8), {
    name: "RangeError",
    message: "Cannot fit a shape model as all shapes are the same: 4 shapes",
  });
  const broken = shapes.slice();
  broken[8 * 5 + 3] = NaN;
  assert.throws(() => ShapeModel.fit(broken, 40, 8), {
    name: "RangeError",
    message: "Cannot fit a shape model as coordinate 3 of shape 5 is not finite: NaN",
  });
  assert.throws(() => ShapeModel.fit(shapes.map((x) => x * 1e200), 40, 8), /coordinates are too large/);
});

Deno.test("ShapeModel.project() and reconstruct() refuse vectors of another length", () => {
  const model = ShapeModel.fit(fortyShapes(), 40, 8);
  assert.throws(() => model.project([1, 2], 1), { name: "TypeError", message: /length is not 8: 2$/ });
  assert.throws(() => model.reconstruct(new Array(9).fill(0)), /number of modes must be 1 to 8: 9/);
  assert.throws(() => model.project(fortyShapes().subarray(0, 8), 1.5), /number of modes must be 1 to 8: 1.5/);
  assert.throws(() => model.reconstruct([0], { limit: -1 }), /limit must not be negative: -1/);
});

Deno.test("ShapeModel.save() writes three float64 arrays that load() reads back bit for bit", () =>
  withFolder(async (dir) => {
    const model = ShapeModel.fit(lcg(40, 3), 5, 8);
    await model.save(join(dir, "new", "pca"));
    const files = [...Deno.readDirSync(join(dir, "new", "pca"))].map(({ name }) => name).sort();
    assert.deepEqual(files, ["eigenvalues.npy", "eigenvectors.npy", "mean.npy"]);
    const vectors = await readNpy(join(dir, "new", "pca", "eigenvectors.npy"));
    assert.deepEqual([vectors.dtype, vectors.shape], ["f8", [8, 4]]);
    assert.equal(vectors.data[1], model.modes[8], "modes are columns");
    const loaded = await ShapeModel.load(join(dir, "new", "pca"));
    assert.deepEqual([loaded.mean, loaded.eigenvalues, loaded.modes], [model.mean, model.eigenvalues, model.modes]);
  }));

Deno.test("ShapeModel.load() refuses missing, misshapen and meaningless files", () =>
  withFolder(async (dir) => {
    await assert.rejects(ShapeModel.load(dir), {
      name: "NotFound",
      message: `Cannot load a shape model from '${dir}' as it has no such file: mean.npy`,
    });
    const model = ShapeModel.fit(fortyShapes(), 40, 8);
    const broken = async (
      file: string,
      shape: number[],
      data: Float64Array | Int32Array,
      name: string,
      message: RegExp,
    ) => {
      await model.save(dir);
      await writeNpy(join(dir, file), { shape, data });
      await assert.rejects(ShapeModel.load(dir), { name, message });
    };
    const { mean, eigenvalues, modes } = model;
    await broken("mean.npy", [8], new Int32Array(8), "TypeError", /mean.npy must be f8 with 1 axes: i4 \[8\]/);
    await broken("mean.npy", [7], mean.subarray(1), "TypeError", /even number of coordinates: 7/);
    await broken("mean.npy", [6], mean.subarray(2), "TypeError", /must have 1 to 6 modes: 8/);
    await broken("mean.npy", [8], mean.map(() => NaN), "RangeError", /element 0 of mean.npy is not finite: NaN/);
    await broken("eigenvalues.npy", [8, 1], eigenvalues, "TypeError", /must be f8 with 1 axes: f8 \[8, 1\]/);
    await broken("eigenvalues.npy", [8], eigenvalues.toReversed(), "RangeError", /eigenvalue 1 is .* out of order/);
    await broken("eigenvalues.npy", [8], eigenvalues.map((x) => -x), "RangeError", /eigenvalue 0 is negative/);
    await broken("eigenvectors.npy", [4, 16], modes, "TypeError", /eigenvectors.npy must be \[8, 8\] .*: \[4, 16\]/);
    await broken("eigenvectors.npy", [8, 8], modes.map((x) => 2 * x), "RangeError", /column 0 .* not of length 1: 2/);
    await Deno.writeFile(join(dir, "mean.npy"), new Uint8Array([1, 2, 3]));
    await assert.rejects(ShapeModel.load(dir), { name: "SyntaxError", message: /mean.npy/ });
  }));

/** One array of a .npz file (a zip) whose sizes stand in its central directory. */
function readNpz(path: string, name: string) {
  const bytes = Deno.readFileSync(path);
  const view = new DataView(bytes.buffer);
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const nameLength = view.getUint16(at + 28, true);
    if (new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)) === name) break;
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  const local = view.getUint32(at + 42, true);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const entry = bytes.subarray(start, start + view.getUint32(at + 20, true));
  return parseNpy(view.getUint16(at + 10, true) === 8 ? new Uint8Array(inflateRawSync(entry)) : entry, name);
}

testWith(
  sharedData("shapes/shapes68_300w_public.npz"),
  "no ../shared/data",
  "ShapeModel.fit() equals scikit-learn on 3837 real faces: eigenvalues, subspaces, k of 80 to 97 %, and Phi",
  (path) => {
    const { shape, data } = readNpz(path, "pts.npy");
    const count = shape[0]!;
    assert.deepEqual(shape, [3837, 68, 2]);
    // Crop-box coordinates: the tight box and 5 px a side, each side to length 1, the middle at 0.
    const faces = new Float64Array(count * 136);
    for (let i = 0; i < count; i++) {
      for (const axis of [0, 1]) {
        let low = Infinity, high = -Infinity;
        for (let m = 0; m < 68; m++) {
          const value = Number(data[136 * i + 2 * m + axis]);
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
        for (let m = 0; m < 68; m++) {
          const at = 136 * i + 2 * m + axis;
          faces[at] = (Number(data[at]) - (low - 5)) / (high - low + 10) - 0.5;
        }
      }
    }
    const model = ShapeModel.fit(faces, count, 136);
    // scikit-learn 1.9.1, R as above: Q = PCA(svd_solver="full").fit(R); Q.explained_variance_[[0, 1, 2, 3, 9, 50, 135]];
    // PCA(n_components=f, svd_solver="full").fit(R).n_components_
    const expected = {
      0: 0.7078460476511387,
      1: 0.15007816673299978,
      2: 0.060081253012798555,
      3: 0.036764626304998944,
    };
    const small = { 9: 0.004129445251786396, 50: 8.974980828496764e-05, 135: 1.1747063483430383e-06 };
    for (const [k, value] of Object.entries({ ...expected, ...small })) {
      assert.ok(Math.abs(model.eigenvalues[Number(k)]! / value - 1) < 1e-8, `${k}: ${model.eigenvalues[Number(k)]}`);
    }
    const fractions = [0.8, 0.85, 0.9, 0.95, 0.97];
    assert.deepEqual(fractions.map((fraction) => model.modesFor(fraction)), [2, 3, 4, 6, 10]);

    // probe = (np.arange(136) % 7 - 3) / 10; C = Q.components_[:k];
    // np.linalg.norm(C @ probe), (C.T @ (C @ probe)) @ (np.arange(136) / 136): what the subspace makes of a vector
    const probe = Array.from({ length: 136 }, (_, d) => model.mean[d]! + (d % 7 - 3) / 10);
    for (
      const [k, length, weight] of [
        [2, 0.06028107726662625, -0.06617263304433162],
        [4, 0.06074582974589005, -0.0739815064406042],
        [10, 0.18285719448405346, -0.14574286691277982],
        [40, 0.7269076297242462, -0.14363680724772465],
      ] as const
    ) {
      const b = model.project(probe, k);
      const projected = model.reconstruct(b, { limit: Infinity }).map((x, d) => x - model.mean[d]!);
      close([Math.hypot(...b)], [length], 1e-10);
      close([projected.reduce((sum, x, d) => sum + x * d / 136, 0)], [weight], 1e-10);
    }

    // NumPy 2.4.6: B = (R - Q.mean_) @ C.T clipped to 3 sd; D = |Q.mean_ + B @ C - R|; Phi = D / D.max(1); Phi.mean()
    const table = difficultyTable(model, faces, count, fractions);
    const means = fractions.map((fraction) => table.get(Math.round(100 * fraction))!)
      .map((phi) => phi.reduce((sum, x) => sum + x, 0) / phi.length);
    const goldenMeans = [
      0.27181673065399153,
      0.2483234093547785,
      0.2655626695858691,
      0.24658585838437355,
      0.23686809076000742,
    ];
    close(means, goldenMeans, 1e-7);
    close([table.get(97)![136 * 100 + 7]!], [0.0810795964361871], 1e-7);
  },
);
