import { showLive, type Shown } from "@/plots/display.ts";
import type { PlotSpec } from "@/plots/spec.ts";
import { trainingCurves } from "@/plots/training_curves.ts";
import type { EpochRecord } from "@/training/trainer.ts";

export interface LiveTrainingOptions {
  /** Name of the run in the plot. @default "this run" */
  name?: string;
  /** @default "Training" */
  title?: string;
  /** Shows the first curve; for tests. @default showLive */
  show?: (spec: PlotSpec) => Promise<Shown>;
}

/** A curve that grows with every epoch. */
export interface LiveTraining {
  /** For `train({ onEpoch })`. */
  readonly onEpoch: (record: EpochRecord) => Promise<void>;
  /** What has been told so far. */
  readonly records: readonly EpochRecord[];
}

/** Makes a curve of the validation error, or of the loss where no face is held out, that grows in place. */
export function liveTraining(
  { name = "this run", title = "Training", show = showLive }: LiveTrainingOptions = {},
): LiveTraining {
  const records: EpochRecord[] = [];
  let shown: Shown | undefined;
  return {
    records,
    async onEpoch(record) {
      records.push(record);
      const first = records[0]!.epoch;
      const validated = records.every(({ validationNme }) => validationNme !== null);
      const spec = trainingCurves({
        runs: [{
          name,
          first,
          values: records.map(({ loss, validationNme }) => validated ? 100 * validationNme! : loss),
        }],
        value: validated ? "validation NME (% of inter-ocular distance)" : "training loss",
        title,
      });
      if (shown === undefined) shown = await show(spec);
      else await shown.update(spec);
    },
  };
}
