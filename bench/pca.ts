/**
 * Fitting the shape model beside scikit-learn's PCA, on random shapes of one kind and size, in turn.
 *
 *     deno task bench:pca
 *
 * @module
 */
import { fromFileUrl } from "@/paths.ts";
import { createRandom } from "@/random.ts";
import { ShapeModel } from "@/shape/shape_model.ts";
import { Peer } from "./peer.ts";
import { benchPython } from "./setup.ts";
import { median, pairedRatio } from "./statistics.ts";

const FACES = 3148, NUMBERS = 136, ROUNDS = 7;

/** Shapes with 20 true modes and a little noise. */
function shapes(): Float32Array {
  const random = createRandom(0, "pca");
  const modes = Array.from({ length: 20 }, () => Float64Array.from({ length: NUMBERS }, () => random.normal()));
  const values = new Float32Array(FACES * NUMBERS);
  for (let face = 0; face < FACES; face++) {
    const weights = modes.map((_, i) => random.normal() / (i + 1));
    for (let j = 0; j < NUMBERS; j++) {
      values[face * NUMBERS + j] = weights.reduce(
        (sum, weight, i) => sum + weight * modes[i]![j]!,
        0.01 * random.normal(),
      );
    }
  }
  return values;
}

if (import.meta.main) {
  const data = shapes();
  const script = fromFileUrl(new URL("./peers/pca_peer.py", import.meta.url));
  const { peer, ready } = await Peer.start({
    name: "scikit-learn",
    command: await benchPython(),
    args: [script, String(FACES), String(NUMBERS)],
  });
  const ours: number[] = [], theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    ShapeModel.fit(data, FACES, NUMBERS);
    ours.push((performance.now() - started) / 1000);
    theirs.push(await peer.run(1));
  }
  await peer.stop();
  const { median: ratio, low, high } = pairedRatio(theirs, ours);
  console.log(
    `PCA of ${FACES} x ${NUMBERS}: acr-lab (ml-pca) ${(1000 * median(ours)).toFixed(0)} ms, ${ready.version} ${
      (1000 * median(theirs)).toFixed(0)
    } ms`,
  );
  console.log(`ours is ${ratio.toFixed(2)}x as fast (${low.toFixed(2)}-${high.toFixed(2)})`);
}
