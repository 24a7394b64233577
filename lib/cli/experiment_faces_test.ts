import assert from "node:assert/strict";
import { join } from "node:path";
import { sharedData, testWith } from "@/testing.ts";
import { runExperimentCommand } from "./experiment.ts";

testWith(
  sharedData("300w"),
  "no ../shared/data",
  "deno task experiment 300w-mnv2 trains on real faces and names the set partial",
  async (data) => {
    const folder = await Deno.makeTempDir({ prefix: "acr-lab-300w-" });
    try {
      let out = "", error = "";
      const code = await runExperimentCommand(
        [
          ...["300w-mnv2", "--data", data, "--limit", "24", "--size", "32", "--epochs", "1", "--batch", "8"],
          ...["--set", "model.alpha=0.35", "--set", "validation=0.34", "--set", "evaluation.flipTest=true"],
          ...["--out", join(folder, "results"), "--cache", join(folder, "prepared")],
        ],
        { out: (text) => void (out += text), error: (text) => void (error += text), color: false },
      );
      assert.equal(code, 0, error);
      assert.match(out, /^common +24 /m);
      assert.match(out, /mean of each face and its mirror image/);
      assert.match(out, /300w test is partial: /);
      const run = /^Run: (.*)$/m.exec(out)![1]!;
      const config = JSON.parse(await Deno.readTextFile(join(run, "config.json")));
      assert.match(config.data.train.partial, /partial/);
      assert.equal(config.settings.protocol, "acr-224");
      assert.equal(config.settings.augmentation.operations.flip.probability, 0.5);
      const errors = (await Deno.readTextFile(join(run, "errors.csv"))).trim().split("\n");
      assert.equal(errors.length, 25);
      assert.match(errors[1]!, /^helen\/testset\/[^,]+,(common;full|full;common),0\.\d+$/);
      const files = (await Array.fromAsync(Deno.readDir(run))).map(({ name }) => name).sort();
      assert.deepEqual(files, [
        ...["checkpoint", "config.json", "errors.csv", "events", "faces.png", "metrics.jsonl", "predictions.npy"],
        ...["result.json", "weights.ckpt"],
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
