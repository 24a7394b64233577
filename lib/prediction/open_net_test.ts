import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { writeKeras } from "@/models/keras/mod.ts";
import { layersFile } from "@/models/layers_file.ts";
import { toPlainModel } from "@/models/plain.ts";
import { createModel } from "@/models/registry.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { withFolder } from "@/testing.ts";
import type { LandmarkNet } from "./landmark_net.ts";
import { openNet, type OpenNetOptions } from "./open_net.ts";
import { writeTestRun } from "./test_run.ts";

await useBackend({ quiet: true });

const small = () => createModel("mnv2", { points: 68, size: 32, alpha: 0.35, seed: 4 });
const picture = tf.randomUniform([1, 32, 32, 3], 0, 1, "float32", 7);
const outputOf = ({ model }: Pick<LandmarkNet, "model">) => [...(model.predict(picture) as tf.Tensor).dataSync()];

async function opened(path: string, options: OpenNetOptions = {}) {
  const net = await openNet(path, options);
  const outputs = outputOf(net);
  net.model.dispose();
  return { ...net, outputs };
}

Deno.test("openNet() opens a run with what its configuration says", async () => {
  await withFolder(async (folder) => {
    const net = await opened(await writeTestRun(folder));
    assert.deepEqual([net.kind, net.points, net.size, net.scheme], ["run", 68, 32, "68"]);
    assert.deepEqual([net.convention, net.protocol, net.protocolKnown], ["centered", "acr-224", true]);
    assert.equal(net.title, "mnv2 of run toy/acr/seed-0");
    assert.ok(net.lines.length > 0);
    const own = await opened(await writeTestRun(join(folder, "own"), { scheme: "cats-9" }));
    assert.deepEqual([own.points, own.scheme, own.lines], [9, "cats-9", []]);
  });
});

Deno.test("openNet() turns the sign of released models, told by name, note or option", async () => {
  await withFolder(async (folder) => {
    const model = small();
    const plain = outputOf({ model }), turned = plain.map((value) => -value);
    const release = join(folder, "300w_mnv2_ACRLoss.h5"), unsaid = join(folder, "mine.h5");
    await writeKeras(release, model);
    await Deno.copyFile(release, unsaid);
    await writeKeras(join(folder, "noted.h5"), model, { labels: "released" });
    await writeKeras(join(folder, "cofw_EF3_xxxLoss.h5"), model, { labels: "centered" });
    const cases: [string, OpenNetOptions, number[], RegExp][] = [
      [release, {}, turned, /by its name/],
      [release, { convention: "centered" }, plain, /as asked/],
      [unsaid, {}, plain, /assumed/],
      [unsaid, { convention: "released" }, turned, /as asked/],
      [join(folder, "noted.h5"), {}, turned, /note/],
      // A note of ours counts more than the name.
      [join(folder, "cofw_EF3_xxxLoss.h5"), {}, plain, /note/],
    ];
    for (const [path, options, expected, because] of cases) {
      const net = await opened(path, options);
      net.outputs.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-6, path));
      assert.match(net.because, because);
      assert.equal(net.convention, expected === turned ? "released" : "centered");
      assert.equal(net.protocolKnown, false);
    }
    model.dispose();
  });
});

Deno.test("openNet() reads a layers model, by its folder or its model.json, with and without a note", async () => {
  await withFolder(async (folder) => {
    const model = small(), plain = toPlainModel(model, { fold: true });
    const expected = outputOf({ model });
    await plain.save(layersFile(join(folder, "bare")));
    plain.setUserDefinedMetadata({
      acr_lab: { labels: "centered", protocol: "hrnet-256", scheme: "mine", lines: [[0, 1, 2]] },
    });
    await plain.save(layersFile(join(folder, "noted")));
    for (const path of [join(folder, "bare"), join(folder, "noted", "model.json")]) {
      const net = await opened(path);
      assert.deepEqual([net.kind, net.size, net.points], ["layers", 32, 68]);
      net.outputs.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-5));
    }
    const noted = await opened(join(folder, "noted"));
    assert.deepEqual([noted.protocol, noted.scheme, noted.lines], ["hrnet-256", "mine", [[0, 1, 2]]]);
    assert.match((await opened(join(folder, "bare"))).because, /assumed/);
    const turned = await opened(join(folder, "bare"), { convention: "released" });
    turned.outputs.forEach((value, i) => assert.ok(Math.abs(value + expected[i]!) < 1e-5));
    plain.dispose();
    model.dispose();
  });
});

Deno.test("openNet() says in one sentence what a path lacks", async () => {
  await withFolder(async (folder) => {
    const run = await writeTestRun(folder);
    const config = await Deno.readTextFile(join(run, "config.json"));
    const broken = async (name: string, text: string) => {
      const path = join(folder, name);
      await Deno.mkdir(path);
      await Deno.writeTextFile(join(path, "config.json"), text);
      await Deno.copyFile(join(run, "weights.ckpt"), join(path, "weights.ckpt"));
      return path;
    };
    const unfinished = join(folder, "unfinished");
    await Deno.mkdir(unfinished);
    await Deno.writeTextFile(join(unfinished, "config.json"), config);
    await Deno.writeTextFile(join(folder, "text.h5"), "no HDF5");
    const model = small();
    await writeKeras(join(folder, "mine.h5"), model);
    model.dispose();
    const resized = await openNet(join(folder, "mine.h5"), { size: 64 });
    assert.deepEqual([resized.size, resized.model.inputs[0]!.shape], [64, [null, 64, 64, 3]]);
    resized.model.dispose();
    const cut = await broken("cut", config);
    await Deno.truncate(join(cut, "weights.ckpt"), 5000);
    const cases: [string, OpenNetOptions, RegExp][] = [
      [join(folder, "none"), {}, /^Cannot open a model as there is no such file or folder: '/],
      [folder, {}, /neither config\.json \(a run\) nor model\.json/],
      [unfinished, {}, /has no weights\.ckpt, which comes at its end: it is interrupted/],
      [await broken("garbage", "{"), {}, /is broken: .*is not JSON/],
      [await broken("nothing", "{}"), {}, /is broken: .*'version' is not 1/],
      [await broken("scheme", config.replace('"68"', '"../../x"')), {}, /names no landmark scheme: \.\.\/\.\.\/x/],
      [
        await broken("points", config.replace('"68"', '"cats-99999"')),
        {},
        /config\.json makes no network: .*1 to 10000/,
      ],
      [await broken("network", config.replace('"mnv2"', '"vgg"')), {}, /config\.json makes no network: /],
      [await broken("other", config.replace("0.35", "0.5")), {}, /as they are another network's/],
      [cut, {}, /checksum is wrong/],
      [join(folder, "text.h5"), {}, /neither an HDF5 file nor a \.keras archive/],
      [join(folder, "mine.h5"), { network: "efnb0" }, /Cannot load weights from '.*mine\.h5' into .* as they differ/],
      [run, { size: 64 }, /with --size as a run says that itself: 64/],
      [run, { network: "efnb0" }, /with --network as a run says that itself: efnb0/],
    ];
    for (const [path, options, expected] of cases) {
      await assert.rejects(openNet(path, options), (error: Error) => {
        assert.match(error.message, expected);
        assert.ok(!error.message.includes("\n"), error.message);
        return true;
      });
    }
  });
});
