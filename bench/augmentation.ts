/**
 * Augmented images per second by number of workers, against the same work in Python (OpenCV + NumPy in processes), taking
 * turns in one run.
 *
 *     deno run -A bench/augmentation.ts [--rounds 5] [--count 512] [--size 224] [--batch 32] [--workers 1,2] [--json]
 *
 * Python: that of `ACR_BENCH_PYTHON`, which must have OpenCV and NumPy; else a virtual environment in `.cache/bench-venv`,
 * made on first use. About a minute on 2 cores.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { PresetName } from "@/data/augment.ts";
import type { FaceSet } from "@/data/face_set.ts";
import { BatchLoader } from "@/data/loader.ts";
import { scheme68 } from "@/data/schemes.ts";
import { messageOf } from "@/errors.ts";
import { exists } from "@/files.ts";
import { inProject } from "@/paths.ts";
import { createRandom } from "@/random.ts";

interface Settings {
  readonly rounds: number;
  readonly count: number;
  readonly size: number;
  readonly batch: number;
  readonly workers: readonly number[];
}

interface Row {
  readonly what: string;
  readonly workers: number;
  /** Images per second, one per round. */
  readonly rates: number[];
}

/** Pictures with ramps, edges and grain, and landmarks that fill them: what they show does not matter to the speed. */
function faces({ count, size }: Settings): FaceSet {
  const random = createRandom(1, "bench");
  const images = new Uint8Array(new SharedArrayBuffer(count * size * size * 3));
  const landmarks = new Float32Array(count * 136);
  for (let face = 0; face < count; face++) {
    const image = images.subarray(face * size * size * 3, (face + 1) * size * size * 3);
    const [a, b, c] = [1 + random.integer(3), 1 + random.integer(3), random.integer(128)];
    for (let i = 0; i < image.length; i++) {
      const x = Math.floor(i / 3) % size, y = Math.floor(i / 3 / size);
      image[i] = ((a * x + b * y) >> 2 & 127) + (Math.imul(i, 0x9e3779b1) >>> 28) + (i % 3 ? c : 0);
    }
    for (let i = 0; i < 136; i++) landmarks[face * 136 + i] = random.uniform(5, size - 5);
  }
  const ids = Array.from({ length: count }, (_, i) => `${i}`);
  const transforms = Float32Array.from({ length: count * 4 }, (_, i) => [1, 1.2, 0, 0][i % 4]!);
  return {
    dataset: "bench",
    split: "train",
    scheme: scheme68,
    protocol: "acr-224",
    size,
    count,
    images,
    landmarks,
    transforms,
    ids,
    subsets: { full: ids.map(Number) },
    partial: "",
    hash: "",
  };
}

async function python(): Promise<string> {
  const given = Deno.env.get("ACR_BENCH_PYTHON");
  if (given) return given;
  const venv = inProject(".cache", "bench-venv"), path = join(venv, "bin", "python");
  if (!await exists(path)) await command("python3", "-m", "venv", venv);
  const { success } = await new Deno.Command(path, { args: ["-c", "import cv2, numpy"], stderr: "null" }).output();
  if (!success) {
    console.error(`Installing OpenCV and NumPy into ${venv}`);
    await command(path, "-m", "pip", "install", "--quiet", "numpy", "opencv-python-headless");
  }
  return path;
}

async function command(path: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(path, { args, stdout: "null", stderr: "piped" }).output();
  if (!success) throw new Error(`Cannot run '${path} ${args.join(" ")}': ${new TextDecoder().decode(stderr).trim()}`);
}

/** The Python side: each `ask` sends a line and waits for one. */
async function startPeer() {
  const path = await python();
  const child = new Deno.Command(path, {
    args: [inProject("bench", "augmentation_peer.py")],
    stdin: "piped",
    stdout: "piped",
  })
    .spawn();
  const writer = child.stdin.getWriter();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let rest = "";
  return {
    async ask(message: unknown): Promise<Record<string, unknown>> {
      await writer.write(new TextEncoder().encode(JSON.stringify(message) + "\n"));
      while (!rest.includes("\n")) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`Cannot measure the Python peer as it ended: ${path}`);
        rest += value;
      }
      const end = rest.indexOf("\n"), line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      return JSON.parse(line);
    },
    async close() {
      await writer.close();
      await child.status;
    },
  };
}

async function bench(settings: Settings): Promise<{ rows: Row[]; peer: Record<string, unknown> }> {
  const set = faces(settings);
  const folder = await Deno.makeTempDir();
  const peer = await startPeer();
  const loaders: BatchLoader[] = [];
  try {
    const [images, landmarks] = [join(folder, "images.bin"), join(folder, "landmarks.bin")];
    await Deno.writeFile(images, set.images.slice());
    await Deno.writeFile(landmarks, new Uint8Array(set.landmarks.slice().buffer));
    const { count, size, batch, workers } = settings;
    const versions = await peer.ask({ images, landmarks, count, size, batch, workers, flip: scheme68.flip });

    const rows: (Row & { run: (epoch: number) => Promise<number> })[] = [];
    for (const threads of workers) {
      for (const augment of ["basic", "strong"] satisfies PresetName[]) {
        const loader = new BatchLoader({ set, batchSize: batch, augment, workers: threads, seed: 1 });
        loaders.push(loader);
        rows.push({
          what: `acr-lab, ${augment}`,
          workers: threads,
          rates: [],
          async run(epoch) {
            const started = performance.now();
            for await (const { release } of loader.epoch(epoch)) release();
            return (performance.now() - started) / 1000;
          },
        });
      }
      rows.push({
        what: "OpenCV + NumPy, basic",
        workers: threads,
        rates: [],
        run: async (epoch) => Number((await peer.ask({ workers: threads, epoch })).seconds),
      });
    }
    for (const row of rows) await row.run(0);
    for (let round = 1; round <= settings.rounds; round++) {
      for (const row of rows) row.rates.push(count / await row.run(round));
    }
    return { rows, peer: versions };
  } finally {
    for (const loader of loaders) await loader.close();
    await peer.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function print(settings: Settings, rows: readonly Row[], peer: Record<string, unknown>): void {
  console.log(
    `Augmented images/s at ${settings.size} px, batches of ${settings.batch}, ${settings.count} images, median of ` +
      `${settings.rounds} rounds (lowest to highest); ${navigator.hardwareConcurrency} cores; ` +
      `OpenCV ${peer.opencv}, NumPy ${peer.numpy}, Python ${peer.python}\n`,
  );
  console.log("| what | workers | images/s | to OpenCV + NumPy |\n| --- | ---: | ---: | ---: |");
  for (const { what, workers, rates } of rows) {
    const other = rows.find((row) => row.workers === workers && row.what.startsWith("OpenCV"))!;
    const ratio = what.endsWith("basic") ? median(rates.map((rate, i) => rate / other.rates[i]!)).toFixed(2) : "";
    const spread = `${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}`;
    console.log(`| ${what} | ${workers} | ${median(rates).toFixed(0)} (${spread}) | ${ratio} |`);
  }
}

function readSettings(args: string[]): Settings & { json: boolean } {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "5" },
      count: { type: "string", default: "512" },
      size: { type: "string", default: "224" },
      batch: { type: "string", default: "32" },
      workers: { type: "string", default: "1,2" },
      json: { type: "boolean", default: false },
    },
  });
  const whole = (name: string, text: string) => {
    if (!/^[1-9]\d{0,5}$/.test(text)) {
      throw new RangeError(`Cannot read --${name} as it is not a whole number above 0: ${text}`);
    }
    return Number(text);
  };
  return {
    rounds: whole("rounds", values.rounds),
    count: whole("count", values.count),
    size: whole("size", values.size),
    batch: whole("batch", values.batch),
    workers: values.workers.split(",").map((text) => whole("workers", text)),
    json: values.json,
  };
}

if (import.meta.main) {
  try {
    const { json, ...settings } = readSettings(Deno.args);
    const { rows, peer } = await bench(settings);
    if (json) {
      console.log(
        JSON.stringify({ settings, peer, rows: rows.map(({ run: _, ...row }: Row & { run?: unknown }) => row) }),
      );
    } else print(settings, rows, peer);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exitCode = 1;
  }
}
