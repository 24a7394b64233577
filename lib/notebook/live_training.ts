import { type Displayable, showLive, type Shown } from "@/plots/display.ts";
import { trainingCurves } from "@/plots/training_curves.ts";
import type { EpochRecord } from "@/training/trainer.ts";

/** Options of {@linkcode liveTraining}. */
export interface LiveTrainingOptions {
  /** Name of the run, for a legend. @default none */
  name?: string;
  /** Heading of the plot. @default "Training" */
  title?: string;
  /** Makes the display; for tests. @default showLive */
  show?: (item: Displayable) => Promise<Shown>;
}

/** A curve that grows with every epoch. */
export interface LiveTraining {
  /** For `train({ onEpoch })`. */
  readonly onEpoch: (record: EpochRecord) => Promise<void>;
  /** What has been told so far. */
  readonly records: readonly EpochRecord[];
}

/** What stands where the curve will be. */
const WAITING = { [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "The curve begins after the first epoch" }) };

/** Makes a curve of the validation error, or of the loss where no face is held out, that grows in place. */
export async function liveTraining(
  { name, title = "Training", show = showLive }: LiveTrainingOptions = {},
): Promise<LiveTraining> {
  const records: EpochRecord[] = [];
  const shown = await show(WAITING);
  return {
    records,
    async onEpoch(record) {
      records.push(record);
      const validated = records.every(({ validationNme }) => validationNme !== null);
      await shown.update(trainingCurves({
        runs: [{
          name: name ?? "this run",
          first: records[0]!.epoch,
          values: records.map(({ loss, validationNme }) => validated ? 100 * validationNme! : loss),
        }],
        value: validated ? "validation NME (% of inter-ocular distance)" : "training loss",
        legend: name !== undefined,
        title,
      }));
    },
  };
}
