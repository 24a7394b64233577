import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import type { FaceSet } from "@/data/face_set.ts";
import { hashFaces, storePrepared } from "@/data/prepared.ts";
import { scheme68 } from "@/data/schemes.ts";
import { createRandom } from "@/random.ts";
import { faceGallery, findPrepared, meanPredictedFace } from "@/results/face_gallery.ts";
import { type FinishedRun, listRuns } from "@/results/read_run.ts";
import { exampleRequest } from "@/results/testdata/example_runs.ts";
import { writeRealRun } from "@/results/testdata/real_runs.ts";
import { openRun, runPath } from "@/results/run.ts";
import { findChromium, withPage } from "@/demo/chromium.ts";
import { testWith } from "@/testing.ts";
import type { Output } from "./command.ts";
import { runReport } from "./report.ts";

/** Twelve noise pictures of 16 x 16 with 68 points each, cut at different places and scales. */
function tinySet(): FaceSet {
  const random = createRandom(3, "tiny");
  const count = 12, size = 16;
  const images = Uint8Array.from({ length: count * size * size * 3 }, () => random.integer(256));
  const landmarks = Float32Array.from({ length: count * 136 }, () => random.uniform(1, 15));
  const transforms = Float32Array.from({ length: count * 4 }, (_, i) => i % 4 < 2 ? random.uniform(0.1, 2) : -i);
  const faces = Array.from({ length: count }, (_, i) => i);
  return {
    ...{ dataset: "300w", split: "test", scheme: scheme68, protocol: "acr-224", size, count },
    ...{ images, landmarks, transforms, partial: "partial: 12 of 689 faces" },
    ids: faces.map((i) => `helen/testset/<${i}>`),
    subsets: { common: faces.slice(0, 8), challenging: faces.slice(8), full: faces },
    hash: hashFaces({ images, landmarks, transforms }),
  };
}

async function withRuns(use: (folder: string, set: FaceSet) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const set = tinySet();
    await storePrepared(set, join(folder, "prepared", "tiny"), "0".repeat(64));
    for (const seed of [1, 2]) {
      await writeRealRun(join(folder, "results"), set, { loss: "acr", seed, noise: 0.3 });
      await writeRealRun(join(folder, "results"), set, { loss: "l2", seed, noise: 0.6 });
    }
    await use(folder, set);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function report(folder: string, ...args: string[]) {
  const output: Output & { text: string; errors: string } = {
    text: "",
    errors: "",
    color: false,
    out(text) {
      this.text += text;
    },
    error(text) {
      this.errors += text;
    },
  };
  const out = join(folder, "page", "report.html");
  await Deno.remove(out).catch(() => {});
  const places = ["--root", join(folder, "results"), "--prepared", join(folder, "prepared"), "--out", out];
  const code = await runReport([...places, ...args], output);
  const page = await Deno.readTextFile(out).catch(() => "");
  return { code, page, text: output.text, errors: output.errors };
}

const count = (text: string, part: RegExp) => text.match(part)?.length ?? 0;

Deno.test("report writes one page with tables, figures, comparison, faces and configurations", () =>
  withRuns(async (folder) => {
    const { code, page, text, errors } = await report(folder, "--title", "A <title>", "--faces", "3");
    assert.deepEqual([code, errors], [0, ""]);
    assert.match(text, /report\.html \(\d\.\d MB, 4 runs\)\n$/);
    assert(page.includes("<h1>A &lt;title&gt;</h1>"));
    assert(page.includes("<h2>300w test, partial: 12 of 689 faces</h2>"));
    for (
      const title of [
        "Cumulative error distribution",
        "Errors of the faces",
        "NME of the full test set",
        "Training loss",
        "Validation",
        "Error by region",
        "Error of each landmark, 300w-mnv2 acr",
        "Worst faces of 300w-mnv2/acr/seed-1",
        "Best faces of 300w-mnv2/acr/seed-1",
        "Comparison face by face",
        "published, not rerun: 300w",
        "EfficientNet-B3 + ACR (the paper)",
      ]
    ) assert(page.includes(title), title);
    assert.equal(count(page, /<svg /g), 9);
    assert.equal(count(page, /href="data:image\/jpeg;base64,/g), 6);
    assert.equal(count(page, /<details>/g), 2);
    assert(page.includes("helen/testset/&lt;"));
  }));

Deno.test("report makes a page that runs its own scripts alone and fetches nothing", () =>
  withRuns(async (folder) => {
    const { page } = await report(folder);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!;
    const [start, hashes] = policy.split("script-src ");
    assert.equal(start, "default-src 'none'; img-src data:; style-src 'unsafe-inline'; ");
    const scripts = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map(([, script]) => script!);
    const digest = (script: string) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
    assert.deepEqual(hashes!.split(" "), ["'unsafe-eval'", ...scripts.map(digest)]);
    assert.equal(count(page, /<script/g), scripts.length + 1, "and the data");
    const plots = JSON.parse(/<script type="application\/json" id="live-plots">(.*?)<\/script>/.exec(page)![1]!);
    assert.equal(Object.keys(plots).length, 7);
    for (const id of Object.keys(plots)) assert.equal(count(page, new RegExp(`<figure id="${id}"><svg `)), 1);
  }));

testWith(
  findChromium(),
  "no Chromium",
  "report makes plots that tell the numbers below the pointer",
  (chromium) =>
    withRuns(async (folder) => {
      await report(folder);
      const address = pathToFileURL(join(folder, "page", "report.html")).href;
      await withPage(chromium, address, async (page) => {
        await page.until("document.querySelectorAll('figure > .live svg').length === 7");
        // In the middle of the largest bar, by the browser's own pointer.
        const middle = await page.evaluate<{ x: number; y: number }>(`(() => {
        const size = (mark) => mark.getBoundingClientRect();
        const bars = [...document.querySelectorAll(".live .mark-rect.role-mark path")];
        const bar = bars.sort((a, b) => size(b).width * size(b).height - size(a).width * size(a).height)[0];
        bar.scrollIntoView({ block: "center" });
        const { x, y, width, height } = size(bar);
        return { x: x + width / 2, y: y + height / 2 };
      })()`);
        await page.send("Input.dispatchMouseEvent", { type: "mouseMoved", ...middle });
        await page.until("!document.querySelector('.tip').hidden", 10);
        const told = await page.evaluate<string>("document.querySelector('.tip').textContent");
        assert.deepEqual(page.complaints, [], "nothing was refused");
        assert.match(told, /^.+: .+$/m);
      });
    }),
);

Deno.test("report --no-interactive makes a page that asks for nothing from anywhere and runs nothing", () =>
  withRuns(async (folder) => {
    const { page } = await report(folder, "--no-interactive");
    const names = page.replaceAll(/xmlns(:\w+)?="http:\/\/www\.w3\.org\/[^"]*"/g, "");
    assert.equal(count(names, /https?:|<script|<link|<iframe|@import|url\((?!["']?#)/g), 0);
    assert(page.includes(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`));
  }));

Deno.test("report says what it leaves out, and why", () =>
  withRuns(async (folder) => {
    const results = join(folder, "results", "300w-mnv2");
    await Deno.remove(join(results, "acr", "seed-2", "errors.csv"));
    await Deno.remove(join(results, "l2", "seed-1", "metrics.jsonl"));
    await Deno.writeTextFile(join(results, "acr", "seed-1", "predictions.npy"), "junk");
    const waiting = exampleRequest({ seed: 9 });
    await using _running = await openRun(runPath(join(folder, "results"), waiting), waiting);
    const { page, code } = await report(folder);
    assert.equal(code, 0);
    for (
      const sentence of [
        /Cannot read the faces' errors of run '300w-mnv2\/acr\/seed-2' as it has none/,
        /Run '300w-mnv2\/l2\/seed-1' has no metrics\.jsonl/,
        /Cannot .*predictions\.npy/,
        /synthetic-mnv2\/acr\/seed-9<\/td><td[^>]*>running<\/td>/,
      ]
    ) assert.match(page, sentence);

    await Deno.remove(join(folder, "prepared"), { recursive: true });
    const without = await report(folder, "*/l2");
    assert.match(without.page, /Faces are not shown as the prepared ones \([0-9a-f]{8}\) are not in /);
    assert.equal(count((await report(folder, "--faces", "0")).page, /Faces are not shown/g), 0);
  }));

Deno.test("report takes selections, --by, --mix and --no-published, and refuses what cannot be averaged", () =>
  withRuns(async (folder, set) => {
    assert.equal(count((await report(folder, "*/l2", "--no-published")).page, /published, not rerun/g), 0);
    await writeRealRun(join(folder, "results"), { ...set, partial: "", hash: "other" }, {
      loss: "l1",
      seed: 1,
      noise: 1,
    });
    const refused = await report(folder, "--by", "architecture");
    assert.deepEqual([refused.code, refused.page], [1, ""]);
    assert.match(
      refused.errors,
      /^Cannot average the runs of 'mobilenet_v2' as that mixes complete and partial test sets /,
    );
    const mixed = await report(folder, "--by", "architecture", "--mix", "--faces", "0");
    assert.equal(mixed.code, 0);
    assert.match(mixed.page, /MIXED: /);
    assert.equal(count((await report(folder, "--faces", "0")).page, /<h2>300w test/g), 2);
  }));

Deno.test("report answers mistakes with one sentence and writes nothing", () =>
  withRuns(async (folder) => {
    for (
      const [args, expected] of [
        [["--fces", "1"], /no option '--fces', did you mean --faces.*: the options are .*--prepared/],
        [["--faces", "many"], /'--faces' is wrong, expected a whole number of at least 0: 'many'/],
        [["nope"], /Cannot select runs as none lies there, only 300w-mnv2.*: 'nope'/],
        [["--root", join(folder, "empty")], /Cannot write a report as there are no runs: '.*empty'/],
        [["--out", join(folder, "results")], /Cannot write the report to '.*results': /],
      ] as const
    ) {
      const { code, page, errors } = await report(folder, ...args);
      assert.deepEqual([code, page], [1, ""]);
      assert.match(errors, expected);
      assert.equal(count(errors.trimEnd(), /\n/g), 0);
    }
  }));

Deno.test("faceGallery() puts predictions back on the crops, worst first", () =>
  withRuns(async (folder, set) => {
    const run = (await listRuns(join(folder, "results"))).find(({ name }) => name.endsWith("l2/seed-1")) as FinishedRun;
    const found = await findPrepared(join(folder, "prepared"), run.result.data.hash);
    const { worst, best } = await faceGallery(run, found!, 12);
    const errors = worst.map(({ title }) => Number(/: ([\d.]+) %$/.exec(title!)![1]));
    assert.deepEqual(errors, errors.toSorted((a, b) => b - a));
    assert.deepEqual(worst.map(({ title }) => title), best.map(({ title }) => title).reverse());
    for (const { title, truth, prediction, picture } of worst) {
      const face = set.ids.findIndex((id) => title!.startsWith(`${id}:`));
      assert.deepEqual(truth, set.landmarks.subarray(face * 136, (face + 1) * 136));
      // Back from pixels of the original image: noise of 0.6 crop pixels is left.
      const noise = Array.from(prediction!, (value, i) => value - truth![i]!);
      const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value ** 2, 0) / noise.length);
      assert(deviation > 0.4 && deviation < 0.8, String(deviation));
      assert.equal(picture!.size, 16);
    }
    assert.equal(await findPrepared(join(folder, "prepared"), "0".repeat(64)), undefined);
    assert.equal(await findPrepared(join(folder, "nowhere"), "0"), undefined);
    const mean = await meanPredictedFace(run);
    assert.equal(mean.length, 136);
    assert(mean.every((value) => value > 0 && value < 1));
  }));
