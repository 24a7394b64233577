/**
 * Mutates Keras files of every kind, and demands that each is read or refused with one sentence, in time, and that nothing
 * is written. `ACR_FUZZ=2000 deno test -A lib/models/keras/fuzz_test.ts` runs as many mutations per kind instead of a few,
 * and `ACR_FUZZ_FILES=a.h5:b.keras` takes files of one's own as further kinds.
 *
 * @module
 */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { createRandom, type Random } from "@/random.ts";
import { identify } from "./identify.ts";
import { type H5Worker, startH5Worker } from "./h5_file.ts";
import { openStoredWeights } from "./stored_weights.ts";
import { h5Bytes, type Layers, writeLayers, zipBytes } from "./test_files.ts";

const COUNT = parseInt(Deno.env.get("ACR_FUZZ") ?? "10");
const OWN = (Deno.env.get("ACR_FUZZ_FILES") ?? "").split(":").filter(Boolean);

/** Seconds that a file may take: HDF5 is given up after 2 of work, and a loaded machine may hold up a test. */
const LIMIT = 60;

/** What sizes, offsets and counts in a header may be made to claim. */
const CLAIMS = [0n, 1n, 0xffn, 0xffffn, 0x7fffffffn, 0xffffffffn, 1n << 40n, (1n << 63n) - 1n, (1n << 64n) - 1n];

/** Where the headers of a file are: most of it is numbers, in which a change means nothing. */
function headers(bytes: Uint8Array): number[] {
  const marks = [
    "TREE",
    "HEAP",
    "SNOD",
    "GCOL",
    "OHDR",
    "OCHK",
    "FRHP",
    "BTHD",
    "PK\x01\x02",
    "PK\x03\x04",
    "PK\x05\x06",
  ];
  const text = new TextDecoder("latin1").decode(bytes);
  const found = [0];
  for (const mark of marks) {
    for (let at = text.indexOf(mark); at >= 0 && found.length < 5000; at = text.indexOf(mark, at + 1)) found.push(at);
  }
  return found;
}

/** Changes some bytes, makes a number claim something else, cuts, doubles or swaps pieces. */
function mutate(good: Uint8Array, places: readonly number[], random: Random): Uint8Array {
  let bytes = good.slice();
  const place = () => {
    const near = random.chance(0.8) ? places[random.integer(places.length)]! + random.integer(160) : undefined;
    return Math.min(near ?? random.integer(bytes.length), Math.max(0, bytes.length - 1));
  };
  for (let left = random.integer(4); left >= 0 && bytes.length > 0; left--) {
    const at = place(), kind = random.integer(8), piece = 1 + random.integer(64);
    if (kind <= 2) bytes[at] = kind === 0 ? bytes[at]! ^ (1 << random.integer(8)) : random.integer(256);
    else if (kind <= 4) {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, BigInt.asUintN(64, CLAIMS[random.integer(CLAIMS.length)]!), true);
      const claim = new Uint8Array(view.buffer, 0, [1, 2, 4, 8][random.integer(4)]!);
      bytes.set(claim.subarray(0, bytes.length - at), at);
    } else if (kind === 5) bytes.copyWithin(at, place(), place() + piece);
    else if (kind === 6 && random.chance(0.3)) bytes = bytes.slice(0, at);
    else if (kind === 7 && random.chance(0.3)) {
      bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at, at + piece), ...bytes.subarray(at)]);
    }
  }
  return bytes;
}

/** Opens a file and reads all that it says it holds, within reason. */
async function readAll(path: string, worker: H5Worker): Promise<void> {
  using stored = await openStoredWeights(path, worker);
  const weights = stored.layers.flatMap(({ weights }) => weights);
  const size = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);
  await stored.read(weights.filter(({ shape }) => size(shape) <= 10_000_000).slice(0, 300));
  identify(stored);
}

const LAYERS: Layers = {
  Conv1: { kernel: [3, 3, 3, 16] },
  bn_Conv1: { gamma: [16], beta: [16], moving_mean: [16], moving_variance: [16] },
  Conv1_relu: {},
  expanded_conv_project: { kernel: [1, 1, 16, 8] },
  block_16_project: { kernel: [1, 1, 16, 112] },
  Conv_1: { kernel: [1, 1, 16, 1280] },
  O_L: { kernel: [16, 10], bias: [10] },
};
const CONFIG = JSON.stringify({
  class_name: "Functional",
  config: { layers: Object.keys(LAYERS).map((name) => ({ class_name: "Layer", config: { name } })) },
});

function keras2(libver: "earliest" | "latest"): Promise<Uint8Array> {
  return h5Bytes((file) => {
    file.create_attribute("model_config", CONFIG);
    writeLayers(file.create_group("model_weights") as unknown as typeof file, LAYERS);
  }, { libver: [libver, "latest"] });
}

function keras3(): Promise<Uint8Array> {
  return h5Bytes((file) => {
    const layers = file.create_group("layers");
    Object.entries(LAYERS).forEach(([name, weights], i) => {
      const vars = layers.create_group(`conv2d_${i}`).create_group("vars");
      vars.create_attribute("name", name);
      Object.values(weights).forEach((shape, n) => {
        const data = new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(1);
        vars.create_dataset({ name: String(n), data, shape, dtype: "<f4" });
      });
    });
  }, { libver: ["earliest", "latest"] });
}

const archive = (weights: Uint8Array, deflate: boolean) =>
  zipBytes([
    { name: "metadata.json", data: new TextEncoder().encode('{"keras_version": "3.1.0"}') },
    { name: "config.json", data: new TextEncoder().encode(CONFIG), deflate },
    { name: "model.weights.h5", data: weights, deflate },
  ]);

/** A kind of file: a sound one, and what becomes of it once mutated. */
interface Kind {
  readonly name: string;
  readonly good: () => Promise<Uint8Array>;
  /** Puts mutated bytes into a file that is otherwise sound. */
  readonly wrap?: (bytes: Uint8Array) => Uint8Array;
}

const KINDS: Kind[] = [
  { name: "keras2.h5", good: () => keras2("earliest") },
  { name: "keras2_new.h5", good: () => keras2("latest") },
  { name: "keras3.weights.h5", good: keras3 },
  { name: "stored.keras", good: async () => archive(await keras3(), false) },
  { name: "deflated.keras", good: async () => archive(await keras3(), true) },
  // A checksum keeps mutated bytes out of a sound archive: here it is right, and the weights inside are not.
  { name: "inner.keras", good: keras3, wrap: (bytes) => archive(bytes, true) },
  ...OWN.map((path): Kind => ({ name: basename(path), good: () => Deno.readFile(path) })),
];

for (const { name, good, wrap = (bytes: Uint8Array) => bytes } of KINDS) {
  Deno.test(`openStoredWeights() reads or refuses mutated files: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    let worker = startH5Worker(), restarts = 0;
    const restart = () => {
      worker.terminate();
      worker = startH5Worker();
    };
    try {
      const path = join(folder, name), bytes = await good(), places = headers(bytes);
      let refused = 0, slowest = 0;
      for (let i = 0; i < COUNT; i++) {
        // The reader is sound, whatever it has seen before.
        if (i % 20 === 0) {
          await Deno.writeFile(path, wrap(bytes.slice()));
          await readAll(path, worker);
        }
        const mutated = wrap(mutate(bytes, places, createRandom(11, "fuzz", name, i)));
        await Deno.writeFile(path, mutated);
        const started = performance.now();
        try {
          await readAll(path, worker);
        } catch (error) {
          refused++;
          assert.ok(error instanceof Error, `${i}: threw ${error}`);
          assert.match(error.message, /^Cannot [^\n]+$/, `${i}: ${error.stack}`);
          // Where the library itself fails, its worker is lost: one of its own, when it is not a test.
          if (/broke down|did not finish/.test(error.message)) {
            restarts++;
            restart();
          }
          assert.ok(error.message.length < 1000 + path.length, `${i}: ${error.message}`);
        }
        // Damaged files leak a little of the library's memory.
        if (i % 200 === 199) restart();
        const seconds = (performance.now() - started) / 1000;
        slowest = Math.max(slowest, seconds);
        assert.ok(seconds < LIMIT, `${i}: ${seconds.toFixed(1)} s`);
      }
      if (COUNT > 100) {
        console.log(
          `${name}: ${refused} of ${COUNT} refused, ${restarts} brought HDF5 down, the slowest took ${
            slowest.toFixed(2)
          } s`,
        );
      }
      assert.ok(refused >= COUNT / 10, `only ${refused} of ${COUNT} were refused`);
      assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), [name]);
      assert.deepEqual(
        await Deno.readFile(path),
        COUNT > 0 ? wrap(mutate(bytes, places, createRandom(11, "fuzz", name, COUNT - 1))) : bytes,
      );
    } finally {
      worker.terminate();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("openStoredWeights() gives up on a file that sends HDF5 round in circles", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // One that the mutations above found.
    const bytes = await keras2("earliest"), path = join(folder, "endless.h5");
    await Deno.writeFile(path, mutate(bytes, headers(bytes), createRandom(11, "fuzz", "keras2.h5", 43)));
    await assert.rejects(openStoredWeights(path), {
      name: "SyntaxError",
      message: /^Cannot read weights from '.*endless\.h5' as HDF5 did not finish: \d+\.\d s$/,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
