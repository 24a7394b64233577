import assert from "node:assert/strict";
import { join } from "node:path";
import { compareGroups, describeComparison, formatP, type GroupComparison, meanFaceErrors } from "./compare.ts";
import { comparisonTable } from "./comparison_table.ts";
import { formatFaceErrors } from "./face_errors.ts";
import { type FinishedRun, isFinished, listRuns } from "./read_run.ts";
import type { FaceError } from "./schema.ts";
import { type ExampleOptions, writeExample } from "./testdata/example_runs.ts";

/** Runs of ACR (seeds 1, 2) and L2 (seed 1) with these errors. */
async function withRuns(
  errors: [ExampleOptions, FaceError[] | undefined][],
  use: (runs: FinishedRun[], root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [options, faces] of errors) {
      const path = writeExample(root, options);
      if (faces) await Deno.writeTextFile(join(path, "errors.csv"), formatFaceErrors(faces));
    }
    await use((await listRuns(root)).filter(isFinished), root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const faces = (errors: readonly number[], names = "abcdefghijklmnop") =>
  errors.map((nme, i): FaceError => ({ id: names[i]!, subsets: i < 2 ? ["full", "easy"] : ["full"], nme }));

const byLoss = (runs: FinishedRun[], loss: string) => ({
  label: loss,
  runs: runs.filter(({ result }) => result.loss === loss),
});

/* SciPy 1.17.1: a = numpy.mean([[.02,.03,.05,.08,.06,.04],[.03,.04,.03,.06,.09,.05]], 0); b = [.041,.05,.0445,.083,.1,.033]
   scipy.stats.wilcoxon(a, b) and numpy.mean(a - b) */
Deno.test("compareGroups() averages seeds per face, joins faces by name and equals SciPy", () =>
  withRuns([
    [{ seed: 1 }, faces([0.02, 0.03, 0.05, 0.08, 0.06, 0.04])],
    [{ seed: 2 }, faces([0.03, 0.04, 0.03, 0.06, 0.09, 0.05])],
    // In another order: joined by name, not by row.
    [{ seed: 1, loss: "l2" }, faces([0.041, 0.05, 0.0445, 0.083, 0.1, 0.033]).reverse()],
  ], async (runs) => {
    const result = await compareGroups(byLoss(runs, "acr"), byLoss(runs, "l2"), { seed: 4 });
    assert(Math.abs(result.difference - -0.01025) < 1e-15);
    assert.equal(result.pValue, 0.09375);
    assert.deepEqual([result.count, result.wins, result.a.runs, result.b.runs], [6, 5 / 6, 2, 1]);
    assert(Math.abs(result.a.nme - 0.29 / 6) < 1e-15 && Math.abs(result.b.nme - 0.3515 / 6) < 1e-15);
    assert(result.low < result.difference && result.difference < result.high);
    const easy = await compareGroups(byLoss(runs, "acr"), byLoss(runs, "l2"), { subset: "easy" });
    assert.deepEqual([easy.count, easy.subset, easy.overRuns], [2, "easy", undefined], "L2 has one run");
    assert(Math.abs(easy.difference + 0.0155) < 1e-15);
  }));

Deno.test("compareGroups() adds the interval over seeds where both groups have several, and is wider for it", () =>
  withRuns([
    [{ seed: 1 }, faces([0.02, 0.03, 0.05, 0.08, 0.06, 0.04])],
    [{ seed: 2 }, faces([0.04, 0.05, 0.07, 0.1, 0.08, 0.06])],
    [{ seed: 1, loss: "l2" }, faces([0.04, 0.05, 0.06, 0.1, 0.08, 0.05])],
    [{ seed: 2, loss: "l2" }, faces([0.041, 0.05, 0.061, 0.1, 0.08, 0.051])],
  ], async (runs) => {
    const { overRuns, low, high } = await compareGroups(byLoss(runs, "acr"), byLoss(runs, "l2"));
    assert(high < 0, "over faces alone, the difference is sure");
    assert(overRuns!.low < low && overRuns!.high > 0, "two other seeds might have reversed it");
  }));

Deno.test("compareGroups() refuses what cannot be compared", () =>
  withRuns([
    [{ seed: 1 }, faces([0.1, 0.2])],
    [{ seed: 1, loss: "l2", hash: "other" }, faces([0.1, 0.2], "bz")],
    [{ seed: 1, loss: "l1" }, faces([0.1, 0.2], "yz")],
    [{ seed: 1, loss: "wing" }, undefined],
  ], async (runs) => {
    const [acr, l2, l1, wing] = ["acr", "l2", "l1", "wing"].map((loss) => byLoss(runs, loss));
    await assert.rejects(
      compareGroups(acr!, l2!),
      /^MixedRunsError: Cannot compare 'acr' with 'l2' as that mixes test sets/,
    );
    assert.equal((await compareGroups(acr!, l2!, { mix: true })).count, 1, "the face that both have");
    await assert.rejects(compareGroups(acr!, l1!), /no face of 'full' is in both: 0$/);
    await assert.rejects(compareGroups(acr!, l1!, { subset: "hard" }), /has no face of the subset: 'hard'$/);
    await assert.rejects(compareGroups(acr!, { label: "none", runs: [] }), /'none' as it has no finished run: 0$/);
    await Deno.remove(join(wing!.runs[0]!.path, "errors.csv"));
    await assert.rejects(compareGroups(acr!, wing!), /errors of run 'synthetic-mnv2\/wing\/seed-1' as it has none: /);
  }));

Deno.test("meanFaceErrors() keeps only the faces that every run has", () =>
  withRuns([
    [{ seed: 1 }, faces([1, 2, 3])],
    [{ seed: 2 }, faces([5, 6], "bc")],
  ], async (runs) => {
    assert.deepEqual([...await meanFaceErrors({ label: "", runs }, "full")], [["b", 3.5], ["c", 4.5]]);
  }));

Deno.test("describeComparison() claims a difference only where the interval leaves zero out", () => {
  const base: GroupComparison = {
    ...{ subset: "full", count: 330, difference: -0.0031, low: -0.0042, high: -0.002, confidence: 0.95 },
    ...{ resamples: 10000, wins: 0.712, pValue: 1.2e-9 },
    a: { label: "acr", runs: 3, nme: 0.0401 },
    b: { label: "l2", runs: 1, nme: 0.0432 },
  };
  assert.equal(
    describeComparison(base),
    "acr (3 runs, NME 4.01 %) has a lower NME than l2 (1 run, NME 4.32 %), on 330 faces of 'full': difference -0.31 " +
      "points; 95 % interval -0.42 to -0.20; Wilcoxon p = 1.2e-9; the first is better on 71 % of the faces",
  );
  assert.match(describeComparison({ ...base, high: 0.001 }), /is not shown to differ from l2/);
  assert.match(describeComparison({ ...base, low: 0.001, high: 0.002 }), /has a higher NME than l2/);
  const unsure = { ...base, overRuns: { low: -0.009, high: 0.002 } };
  assert.match(
    describeComparison(unsure),
    /lower NME with these seeds, not surely with others, than l2 .* -0\.20, over seeds as well -0\.90 to 0\.20; /,
  );
  const sure = { ...base, overRuns: { low: -0.009, high: -0.001 } };
  assert.match(describeComparison(sure), /has a lower NME than l2 .* over seeds as well -0\.90 to -0\.10; /);
  assert.match(
    comparisonTable([unsure, base]).toText(),
    / -0\.20 +-0\.90 +0\.20 +1\.2e-9 .*\n.* -0\.20 +– +– +1\.2e-9 /,
  );
  assert.equal(formatP(0.03125), "= 0.0313");
  assert.equal(formatP(0), "< 1e-300");
  const text = comparisonTable([base]).toText();
  assert.match(text, /acr \(3\) +l2 \(1\) +full +330 +4\.01 +4\.32 +-0\.31 +-0\.42 +-0\.20 +1\.2e-9 +71\n/);
});
