import { formatDuration } from "@/progress.ts";

/** What one epoch came to: a line of `metrics.jsonl`. */
export interface EpochRecord {
  /** 0-based. */
  readonly epoch: number;
  /** Steps done when it ended. */
  readonly step: number;
  /** Mean training loss over its faces. */
  readonly loss: number;
  /** Mean inter-ocular NME of the held-out training faces, a fraction; null without any. */
  readonly validationNme: number | null;
  /** Learning rate of its last step. */
  readonly learningRate: number;
  /** Explained variance, in percent, of its Smooth-Faces; null where the loss has no use for them. */
  readonly percentage: number | null;
  /** Time its steps took. */
  readonly seconds: number;
  /** Training faces for each second of those. */
  readonly imagesPerSecond: number;
  /** Share of that time spent waiting for batches. */
  readonly stall: number;
}

/**
 * One line for people.
 *
 * @param left seconds that the rest of the run will take at the pace so far
 */
export function describeEpoch(record: EpochRecord, epochs: number, left: number): string {
  const { epoch, loss, validationNme, percentage, seconds, imagesPerSecond, stall } = record;
  return [
    `Epoch ${epoch + 1}/${epochs}`,
    `loss ${loss.toPrecision(4)}`,
    ...(validationNme === null ? [] : [`validation NME ${(100 * validationNme).toFixed(2)} %`]),
    ...(percentage === null ? [] : [`smooth ${percentage} %`]),
    `${imagesPerSecond.toFixed(1)} images/s`,
    ...(stall > 0.05 ? [`waiting for data ${(100 * stall).toFixed(0)} %`] : []),
    formatDuration(seconds),
    ...(left > 0 ? [`${formatDuration(left)} left`] : []),
  ].join("  ");
}
