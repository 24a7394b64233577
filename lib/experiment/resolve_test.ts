import assert from "node:assert/strict";
import { defineExperiment, type ExperimentPage } from "./page.ts";
import { type Override, parseOverride, resolveExperiment } from "./resolve.ts";

const PAGE = defineExperiment({
  summary: "A toy",
  dataset: "synthetic",
  synthetic: { train: 100, test: 20 },
  architecture: "mnv2",
  size: 64,
  loss: { name: "acr", lambda: 2 },
  optimizer: "adam",
  schedule: { name: "cosine", learningRate: 0.002 },
  augmentation: { preset: "basic", flip: false, rotation: { degrees: 10 } },
  epochs: 5,
});

const set = (...texts: string[]): Override[] => texts.map(parseOverride);
const resolve = (...texts: string[]) => resolveExperiment(PAGE, set(...texts));

Deno.test("resolveExperiment() fills in every default", () => {
  const { settings, variant, changed } = resolve();
  assert.equal(variant, "acr");
  assert.deepEqual(changed, {});
  assert.equal(settings.batch, 32);
  assert.deepEqual(settings.synthetic, { train: 100, test: 20, seed: 0 });
  assert.deepEqual(settings.loss, {
    name: "acr",
    options: { lambda: 2, form: "continuous", unit: "normalised", scale: 1, difficulty: "shape" },
  });
  assert.deepEqual(settings.optimizer, { name: "adam", options: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } });
  assert.deepEqual(settings.schedule.options, { learningRate: 0.002, warmup: 0.05, final: 0.01 });
  assert.equal(settings.augmentation.operations.flip, undefined);
  assert.equal(settings.augmentation.operations.rotation!.degrees, 10);
  assert.equal(settings.evaluation.normalizer, "inter-ocular");
  assert.equal(resolveExperiment({ ...PAGE, dataset: "300w" }).settings.synthetic, null);
  assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
});

Deno.test("resolveExperiment() reads each override as its setting's type and names the variant by what changed", () => {
  const { settings, variant, changed } = resolve(
    "epochs=7",
    "loss.lambda=0.5",
    "loss.form=paper",
    "evaluation.flipTest=true",
    "limit=50",
    "model.dropout=none",
    "augmentation.rotation.degrees=25",
    "augmentation.flip=true",
    "optimizer.beta1=.8",
    "schedule=step",
    "schedule.at=0.3,0.6",
  );
  assert.equal(settings.epochs, 7);
  assert.equal(settings.loss.options["lambda"], 0.5);
  assert.equal(settings.evaluation.flipTest, true);
  assert.equal(settings.limit, 50);
  assert.equal(settings.augmentation.operations.rotation!.degrees, 25);
  assert.ok(settings.augmentation.operations.flip);
  assert.deepEqual(settings.schedule, { name: "step", options: { learningRate: 0.002, factor: 0.1, at: [0.3, 0.6] } });
  assert.ok(variant.startsWith("acr,augmentation.flip=true,"), variant);
  assert.equal(changed["limit"], 50);
  assert.ok(!("model.dropout" in changed), "a value equal to the page's is no change");
});

Deno.test("resolveExperiment() gives a run one variant, whatever the order and spelling of its overrides", () => {
  const variants = [
    resolve("epochs=7", "loss.lambda=1").variant,
    resolve("loss.lambda=1.0", "epochs=7").variant,
    resolve("loss.lambda=9", "epochs=+7", "loss.lambda=1e0", "batch=32").variant,
  ];
  assert.deepEqual(new Set(variants), new Set(["acr,epochs=7,loss.lambda=1"]));
});

Deno.test("resolveExperiment() forgets the options of a loss that another one replaces", () => {
  const { settings, variant, changed } = resolve("loss=l2");
  assert.equal(settings.loss.name, "l2");
  assert.ok(!("lambda" in settings.loss.options));
  assert.equal(variant, "l2");
  assert.deepEqual(changed, { loss: "l2" });
  // The loss may come after its options on the command line.
  assert.equal(resolve("loss.w=5", "loss=wing").settings.loss.options["w"], 5);
  assert.equal(resolve("loss.w=5", "loss=wing").variant, "wing,loss.w=5");
});

Deno.test("resolveExperiment() replaces an augmentation by a preset, and takes changes of it", () => {
  const { settings } = resolve("augmentation=none");
  assert.deepEqual(settings.augmentation.operations, {});
  const changed = resolve("augmentation.flip=true", "augmentation=none").settings.augmentation.operations;
  assert.deepEqual(Object.keys(changed), ["flip"]);
});

/** Each is one mistake on a command line, and what the one sentence must say. */
const MISTAKES: [string[], RegExp][] = [
  [["epocs=5"], /^Cannot set 'epocs' as there is no such setting, did you mean epochs.*\?: epocs=5$/],
  [["loss.lamda=5"], /'loss.lamda' as there is no such setting, did you mean loss.lambda/],
  [
    ["loss.whatever-is-this=5"],
    /there are loss.lambda, loss.form, loss.unit, loss.scale, loss.difficulty: loss.whatever-is-this=5$/,
  ],
  [["loss=l2", "loss.lambda=1"], /'loss.lambda' as there is no such setting/],
  [["zzzzzzzzzzzzzzzz=1"], /see --settings for a list: zzz/],
  [
    ["epochs=five"],
    /^Cannot set 'epochs' as it must be a whole number of at least 1 and at most 1000000: epochs=five$/,
  ],
  [["epochs="], /must be a whole number/],
  [["epochs=2.5"], /must be a whole number/],
  [["epochs=0"], /at least 1/],
  [["epochs=0x10"], /must be a whole number/],
  [["epochs=Infinity"], /must be a whole number/],
  [["epochs=1e99"], /must be a whole number/],
  [["epochs=none"], /must be a whole number/],
  [["loss=acrr"], /'loss' as it must be one of acr, l2, .*: loss=acrr$/],
  [["loss.lambda=-1"], /'loss.lambda' as it must be a number above 0: loss.lambda=-1$/],
  [["loss.lambda=NaN"], /must be a number above 0/],
  [["loss.form=papery"], /must be one of continuous, paper/],
  [["evaluation.flipTest=yes"], /must be true or false: evaluation.flipTest=yes$/],
  [["validation=1"], /must be a number of at least 0 and below 1: validation=1$/],
  [["schedule=step", "schedule.at=a,b"], /must be numbers separated by commas: schedule.at=a,b$/],
  [["architecture=resnet"], /must be one of mnv2, efnb0/],
  [["dataset=300x"], /'dataset' as it must be one of .*: dataset=300x$/],
  [["augmentation.flop=true"], /did you mean augmentation.flip/],
  [["augmentation.rotation.degrees=400"], /must be a number of at least 0 and at most 180/],
  [["augmentation.scale.min=5"], /scale.min is above scale.max/],
  [["difficulty.schedule=sometimes"], /Cannot parse a percentage schedule/],
  [["keep=best", "validation=0"], /needs held-out training faces/],
  [["__proto__.x=1"], /no such setting/],
  [["constructor=1"], /no such setting/],
  [["model=big"], /'model' as there is no such setting/],
];
for (const [texts, message] of MISTAKES) {
  Deno.test(`resolveExperiment() refuses ${texts.join(" ")} in one sentence`, () => {
    assert.throws(() => resolve(...texts), (error: Error) => {
      assert.match(error.message, message);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  });
}

Deno.test("resolveExperiment() refuses a mistake on a page and says that it is there", () => {
  const wrong = (change: object) => () => resolveExperiment({ ...PAGE, ...change } as ExperimentPage);
  assert.throws(
    wrong({ batch: "32" }),
    /'batch' on the experiment's page as it must be a whole number .*: batch='32'/,
  );
  assert.throws(wrong({ batch: 0.5 }), /Cannot set 'batch' on the experiment's page as it must be a whole number/);
  assert.throws(
    wrong({ loss: { name: "acr", lamda: 1 } }),
    /'loss.lamda' on the experiment's page .* did you mean loss.lambda/,
  );
  assert.throws(wrong({ epochs: undefined }), /its page must have 'epochs'/);
});

Deno.test("parseOverride() splits at the first equals sign", () => {
  assert.deepEqual(parseOverride("init=a=b.h5"), { key: "init", text: "a=b.h5" });
  for (const text of ["", "epochs", "=5"]) assert.throws(() => parseOverride(text), SyntaxError);
});
