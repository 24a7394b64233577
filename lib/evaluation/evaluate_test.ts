import assert from "node:assert/strict";
import { areaUnderCurve, authorsAuc, failureRate } from "./distribution.ts";
import { evaluate, evaluateErrors } from "./evaluate.ts";
import { close, sixFaces } from "./evaluation_fixture.ts";
import golden from "./evaluation_golden.json" with { type: "json" };
import { meanShapePredictions } from "./mean_shape.ts";

function withSubsets() {
  const { set, predictions } = sixFaces();
  const subsets = { common: [0, 2, 3, 5], challenging: [1, 4], private: [], full: [0, 1, 2, 3, 4, 5] };
  return { set: { ...set, subsets, partial: "partial: 6 of 689 faces" }, predictions };
}

Deno.test("evaluate() gives every subset its numbers and the whole protocol, as plain JSON", () => {
  const { set, predictions } = withSubsets();
  const evaluation = evaluate(set, predictions, { threshold: 0.08, normalizer: "box" });
  const errors = golden.nme.box.original;
  const { challenging } = evaluation.subsets;
  assert.deepEqual(Object.keys(evaluation.subsets), ["common", "challenging", "full"]);
  assert.deepEqual(evaluation.emptySubsets, ["private"]);
  close(challenging!.nme, (errors[1]! + errors[4]!) / 2);
  close(challenging!.percentiles[50], (errors[1]! + errors[4]!) / 2);
  close(challenging!.standardDeviation, Math.abs(errors[1]! - errors[4]!) / Math.SQRT2);
  const pair = [errors[1]!, errors[4]!];
  close(challenging!.failureRate, failureRate(pair, 0.08));
  close(challenging!.auc, areaUnderCurve(pair, 0.08));
  close(challenging!.authorsAuc, authorsAuc(pair));
  const { name, count, dataset, split, partial, protocol } = challenging!;
  assert.deepEqual({ name, count, dataset, split, partial, protocol }, {
    name: "challenging",
    count: 2,
    dataset: "tiny",
    split: "test",
    partial: "partial: 6 of 689 faces",
    protocol: {
      crop: "acr-224",
      scheme: "4",
      normalizer: "box",
      space: "original",
      threshold: 0.08,
      auc: "Simpson over steps of 0.0001, divided by the threshold",
      flipTest: false,
    },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(evaluation)), evaluation);
  assert.deepEqual(evaluation.data, {
    dataset: "tiny",
    split: "test",
    count: 6,
    partial: "partial: 6 of 689 faces",
    hash: "00",
  });
});

Deno.test("evaluate() uses inter-ocular distance, original pixels and a threshold of 0.1 unless told otherwise", () => {
  const { set, predictions } = withSubsets();
  const { protocol, subsets } = evaluate(set, predictions);
  const { normalizer, space, threshold } = protocol;
  assert.deepEqual([normalizer, space, threshold], ["inter-ocular", "original", 0.1]);
  close(subsets.full!.nme, golden.nme["inter-ocular"].original.reduce((sum, x) => sum + x, 0) / 6);
  const crop = evaluate(set, predictions, { space: "crop", flipTest: true });
  assert.deepEqual([crop.protocol.space, crop.protocol.flipTest], ["crop", true]);
  close(crop.subsets.full!.nme, golden.nme["inter-ocular"].crop.reduce((sum, x) => sum + x, 0) / 6);
});

Deno.test("evaluate() scores the mean-shape predictor like any other", () => {
  const { set } = withSubsets();
  const { subsets } = evaluate(set, meanShapePredictions(set, set));
  assert.ok(subsets.full!.nme > evaluate(set, sixFaces().predictions).subsets.full!.nme);
});

Deno.test("evaluate() never averages a prediction that is not finite", () => {
  const { set, predictions } = withSubsets();
  predictions[8 * 3] = NaN;
  assert.throws(() => evaluate(set, predictions), { name: "RangeError", message: /face 'tiny\/3'.*not finite: NaN/ });
  assert.throws(() => evaluateErrors(set, Float64Array.of(0, 0, NaN, 0, 0, 0)), {
    name: "RangeError",
    message: "Cannot evaluate face 'tiny/2' as its error is not finite: NaN",
  });
});

Deno.test("evaluate() refuses sets without faces, subsets that point nowhere and other numbers of errors", () => {
  const { set, predictions } = withSubsets();
  assert.throws(() => evaluate({ ...set, subsets: { full: [] } }, predictions), {
    name: "RangeError",
    message: "Cannot evaluate 'tiny test' as its subset 'full' has no faces: 0",
  });
  assert.throws(() => evaluate({ ...set, subsets: { full: [6] } }, predictions), /subset 'full' .* 0 to 5: 6/);
  assert.throws(() => evaluateErrors(set, new Float64Array(5)), { name: "TypeError", message: /needs 6 errors: 5/ });
  assert.throws(() => evaluate(set, predictions, { threshold: 10 }), /threshold must be in \(0, 1\].*: 10/);
});
