/**
 * Mutates files of every format that is read, and demands that each is read or refused with one sentence, within a second,
 * without a trace outside its folder. `ACR_FUZZ=10000 deno test -A lib/data/fuzz_test.ts` runs as many mutations per
 * format instead of a few dozen.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { createRandom, type Random } from "@/random.ts";
import { withFolder } from "@/testing.ts";
import { read300W } from "./300w.ts";
import { writeCofw } from "./cofw.ts";
import { decodeImage } from "./decode.ts";
import { encodeNpy, readNpy } from "./npy.ts";
import { OWN_FILE } from "./own_description.ts";
import { readOwn } from "./own_points.ts";
import { formatOwnCsv, formatOwnJson } from "./own_tables.ts";
import { prepareFaces } from "./prepare.ts";
import { formatPts } from "./pts.ts";
import { dottedPicture, encodePicture, roughFace } from "./test_fixtures.ts";
import { readWflw, writeWflwList } from "./wflw.ts";

const COUNT = parseInt(Deno.env.get("ACR_FUZZ") ?? "60");

/** Seconds that a file may take. A loaded machine may hold up a test for longer than the reader works. */
const LIMIT = COUNT > 1000 ? 1 : 5;

const TOKENS = [
  "NaN",
  "-1",
  "0",
  "99999999999999999999",
  "1e308",
  "../../../etc/passwd",
  "\0",
  "\n",
  "{",
  "}",
  ",",
  '"',
];

/** Changes a few bytes, or cuts, repeats or replaces a piece. */
function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let result = bytes.slice();
  for (let i = random.integer(4); i >= 0; i--) {
    const at = random.integer(result.length + 1), piece = random.integer(Math.min(64, result.length - at + 1));
    const before = result.subarray(0, at), after = result.subarray(at + piece);
    const kind = random.integer(6);
    if (kind === 0) result = result.slice(0, at);
    else if (kind === 1) result = Uint8Array.from([...before, ...after]);
    else if (kind === 2) {
      result = Uint8Array.from([...before, ...result.subarray(at, at + piece), ...result.subarray(at)]);
    } else if (kind === 3) {
      const token = new TextEncoder().encode(TOKENS[random.integer(TOKENS.length)]);
      result = Uint8Array.from([...before, ...token, ...after]);
    } else if (result.length > 0) {
      // Bytes near the front are headers, where a change matters most.
      const index = random.chance(0.5) ? random.integer(Math.min(200, result.length)) : random.integer(result.length);
      result[index] = kind === 4 ? random.integer(256) : [0, 1, 0x7f, 0x80, 0xff][random.integer(5)]!;
    }
  }
  return result;
}

/** Everything below a folder: names, sizes and times of change. */
function snapshot(folder: string, except: string): string[] {
  const found: string[] = [];
  const walk = (path: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      const child = join(path, name);
      if (child === except) continue;
      if (isDirectory) walk(child);
      else {
        const { size, mtime } = Deno.lstatSync(child);
        found.push(`${child} ${size} ${mtime?.getTime()}`);
      }
    }
  };
  walk(folder);
  return found.sort();
}

/** Runs `read` on mutated versions of a good file. */
async function fuzz(
  name: string,
  root: string,
  good: Uint8Array,
  read: (bytes: Uint8Array, iteration: number) => Promise<unknown>,
  limit: number = LIMIT,
): Promise<void> {
  const before = snapshot(root, join(root, "box"));
  let refused = 0, slowest = 0;
  for (let i = 0; i < COUNT; i++) {
    const bytes = mutate(good, createRandom(17, "fuzz", name, i));
    const attempt = async (): Promise<number> => {
      const started = performance.now();
      try {
        await read(bytes, i);
      } catch (error) {
        refused++;
        assert.ok(error instanceof Error, `${name} ${i}: threw ${error}`);
        const [sentence] = error.message.split("\n\n");
        assert.match(sentence!, /^Cannot [^\n]+$/, `${name} ${i}: ${error.stack}`);
        assert.ok(sentence!.length < 1000, `${name} ${i}: ${sentence}`);
      }
      return (performance.now() - started) / 1000;
    };
    const seconds = await attempt();
    slowest = Math.max(slowest, seconds);
    // A file that hangs does so again; a machine with other work does not.
    if (seconds >= limit) {
      const again = await attempt();
      assert.ok(again < limit, `${name} ${i}: ${seconds.toFixed(1)} s, then ${again.toFixed(1)} s`);
    }
  }
  assert.ok(refused > COUNT / 20, `${name}: only ${refused} of ${COUNT} were refused`);
  assert.deepEqual(snapshot(root, join(root, "box")), before);
  if (COUNT > 1000) {
    console.log(`${name}: ${COUNT} mutated, ${refused} refused, none took longer than ${slowest.toFixed(2)} s`);
  }
}

/** An outer folder with a bystander, and in it the box that the readers may use. */
async function withBox(test: (root: string, box: string) => Promise<void>): Promise<void> {
  await withFolder(async (root) => {
    await Deno.writeTextFile(join(root, "bystander.txt"), "do not touch");
    await Deno.mkdir(join(root, "box"));
    await test(root, join(root, "box"));
  });
}

const encode = (text: string) => new TextEncoder().encode(text);

/** Reads both splits' problems as refusals, so that they are held to the same rules. */
async function requireFaces(read: Promise<{ problems: readonly { message: string }[] }>): Promise<void> {
  const { problems } = await read;
  for (const { message } of problems) assert.match(message, /^Cannot [^\n]+$/);
  if (problems.length > 0) throw new SyntaxError(problems[0]!.message);
}

Deno.test("mutated .pts files are read or refused", async () => {
  await withBox(async (root, box) => {
    await Deno.mkdir(join(box, "afw"));
    const landmarks = roughFace(80, 70, 90);
    await Deno.writeFile(join(box, "afw/a.png"), await encodePicture(dottedPicture(170, 140, landmarks), 170, 140));
    await fuzz("pts", root, encode(formatPts(landmarks)), async (bytes, i) => {
      await Deno.writeFile(join(box, "afw/a.pts"), bytes);
      const source = await read300W(box, "train");
      await requireFaces(Promise.resolve(source));
      // What is accepted is cropped as well.
      await prepareFaces(source, { cacheDir: join(box, `cache${i}`), size: 16, quiet: true });
    });
  });
});

Deno.test("mutated .npy files are read or refused", async () => {
  await withBox(async (root, box) => {
    const path = join(box, "a.npy");
    const good = encodeNpy({ shape: [3, 4, 5], data: Float32Array.from({ length: 60 }, (_, i) => i) });
    await fuzz("npy", root, good, async (bytes, i) => {
      await Deno.writeFile(path, bytes);
      await readNpy(path, { shared: i % 2 === 0 });
    });
  });
});

for (const format of ["jpeg", "png", "webp"] as const) {
  Deno.test(`mutated ${format} pictures are decoded or refused`, async () => {
    const landmarks = roughFace(40, 35, 45);
    const pipeline = sharp(dottedPicture(80, 70, landmarks), { raw: { width: 80, height: 70, channels: 3 } });
    const good = new Uint8Array(await pipeline.toFormat(format).toBuffer());
    await withBox(async (root) => {
      await fuzz(format, root, good, async (bytes) => {
        const { width, height, data } = await decodeImage(bytes, "x", { maxPixels: 1_000_000 });
        assert.equal(data.length, width * height * 3);
      });
    });
  });
}

Deno.test("mutated .mat files are read or refused", async () => {
  const start = () => new Worker(new URL("./fuzz_cofw_worker.ts", import.meta.url).href, { type: "module" });
  let worker = start(), restarts = 0, longest = 0;
  await withBox(async (root, box) => {
    const pixels = dottedPicture(40, 30, []);
    const face = {
      width: 40,
      height: 30,
      pixels,
      landmarks: new Float64Array(58).fill(9),
      box: [5, 5, 20, 20] as const,
    };
    const good = await Deno.readFile(await writeCofw(join(box, "good"), "train", [face, face]));
    const read = async (folder: string) => {
      const answer = new Promise<{ refused?: string; stopped: boolean; seconds: number }>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(`worker: ${event.message}`));
      });
      worker.postMessage(folder);
      return await answer;
    };
    assert.equal((await read(join(box, "good"))).refused, undefined);
    await fuzz("mat", root, good, async (bytes, i) => {
      // The library keeps what it knows of a file by its inode.
      const folder = join(box, String(i));
      await Deno.mkdir(folder);
      await Deno.writeFile(join(folder, "COFW_train_color.mat"), bytes);
      let answer = await read(folder);
      longest = Math.max(longest, answer.seconds);
      if (answer.seconds >= LIMIT && !answer.stopped) answer = await read(folder);
      const { refused, stopped, seconds } = answer;
      assert.ok(seconds < LIMIT, `mat ${i}: ${seconds.toFixed(1)} s`);
      // Each damaged file leaks a little of the library's memory: after thousands, even a sound one finds none.
      if (stopped || i % 500 === 499) {
        if (stopped) restarts++;
        worker.terminate();
        worker = start();
      } // A file that is sound is still read after all that were not.
      else if (i % 100 === 99) assert.equal((await read(join(box, "good"))).refused, undefined, `${i}`);
      await Deno.remove(folder, { recursive: true });
      if (refused !== undefined) throw new Error(refused);
      // A new worker takes its time to start.
    }, 60);
  });
  worker.terminate();
  if (COUNT > 1000) console.log(`mat: reading took ${longest.toFixed(2)} s at most; ${restarts} new workers`);
  assert.ok(restarts <= COUNT / 100, `${restarts} of ${COUNT} files stopped the library`);
});

Deno.test("mutated WFLW lists are read or refused", async () => {
  await withBox(async (root, box) => {
    await Deno.mkdir(join(box, "WFLW_images"));
    await Deno.writeFile(join(box, "WFLW_images/a.png"), await encodePicture(dottedPicture(90, 60, []), 90, 60));
    const line = { landmarks: new Float64Array(196).fill(20), attributes: ["blur"], file: "a.png" };
    const path = await writeWflwList(box, "train", [{ ...line, rectangle: [1, 2, 30, 40] }]);
    await fuzz("wflw", root, await Deno.readFile(path), async (bytes) => {
      await Deno.writeFile(path, bytes);
      await requireFaces(readWflw(box, "train"));
    });
  });
});

Deno.test("mutated descriptions and tables of own points are read or refused", async () => {
  await withBox(async (root, box) => {
    const scheme = { points: 2, flipPairs: [[0, 1]], interOcular: [[0], [1]], interPupil: [[0], [1]] };
    const description = (annotations: string) =>
      JSON.stringify({ name: "mine", annotations, firstPixel: 0, testShare: 0, ...scheme, regions: { eyes: [0, 1] } });
    await Deno.writeFile(join(box, "a.png"), await encodePicture(dottedPicture(90, 60, []), 90, 60));
    const faces = [0, 1, 2].map((i) => ({
      file: "a.png",
      landmarks: Float64Array.of(i, 2, 3, 4),
      split: "train" as const,
    }));
    const tables = { "p.csv": formatOwnCsv(faces), "p.json": formatOwnJson(faces) };
    for (const [table, text] of Object.entries(tables)) {
      const good = { [OWN_FILE]: description(table), [table]: text };
      for (const [name, content] of Object.entries(good)) await Deno.writeTextFile(join(box, name), content);
      for (const [name, content] of Object.entries(good)) {
        await fuzz(`${table} ${name}`, root, encode(content), async (bytes) => {
          await Deno.writeFile(join(box, name), bytes);
          await requireFaces(readOwn(box, "train"));
        });
        await Deno.writeTextFile(join(box, name), content);
      }
    }
  });
});
