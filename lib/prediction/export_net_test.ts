import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { useBackend } from "@/tensorflow/mod.ts";
import { withFolder } from "@/testing.ts";
import { exportNet } from "./export_net.ts";
import { openNet } from "./open_net.ts";
import { writeTestRun } from "./test_run.ts";

await useBackend({ quiet: true });

Deno.test("exportNet() writes what predicts the same, and says how it is meant", async () => {
  await withFolder(async (folder) => {
    const net = await openNet(await writeTestRun(folder));
    for (const [format, fold] of [["layers", true], ["layers", false], ["h5", true]] as const) {
      const out = join(folder, `${format}-${fold}`);
      const { path, largest, faces } = await exportNet(net, format, out, { fold, faces: 2 });
      assert.equal(path, join(out, format === "h5" ? "model.h5" : "model.json"));
      assert.ok(largest < 1e-3 && faces === 2, `${format}: ${largest}`);
      const again = await openNet(path);
      assert.deepEqual([again.points, again.size, again.convention], [68, 32, "centered"]);
      assert.deepEqual([again.because, again.protocolKnown, again.scheme], ["as its note says", true, "68"]);
      assert.deepEqual(again.lines, net.lines);
      const normalizations = again.model.layers.filter((layer) => /BatchNorm/.test(layer.getClassName())).length;
      assert.equal(normalizations > 0, format === "h5" || !fold);
      again.model.dispose();
    }
    net.model.dispose();
  });
});

Deno.test("exportNet() does not vouch for an export that predicts something else", async () => {
  await withFolder(async (folder) => {
    const net = await openNet(await writeTestRun(folder));
    // Folded, run by another library: never the same to the last bit, where numbers are large.
    const head = net.model.layers.at(-1)!;
    head.setWeights(head.getWeights().map((weight) => tf.mul(weight, 1e4)));
    await assert.rejects(
      exportNet(net, "layers", join(folder, "out"), { faces: 1, tolerance: 0 }),
      /Cannot vouch for export '.*model\.json' as it does not predict what the model does, by 0 px: \d/,
    );
    net.model.dispose();
  });
});
