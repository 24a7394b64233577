/// <reference lib="deno.worker" />
import { drawInto, type Job, placeInto } from "./job.ts";

/** A part of the work on a job, which several workers share. */
export interface Assignment {
  readonly job: Job;
  /** `place` finds landmarks and transforms alone. */
  readonly task: "place" | "draw";
  /** The faces, in the order in which they are wanted; shared. */
  readonly order: Int32Array;
  /** `[1]` how many of them were begun; shared. */
  readonly next: Int32Array;
  /** Whether to tell of every face. */
  readonly tell: boolean;
}

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = ({ data: { job, task, order, next, tell } }: MessageEvent<Assignment>) => {
  const work = task === "place" ? placeInto : drawInto;
  for (;;) {
    const turn = Atomics.add(next, 0, 1);
    if (turn >= order.length) break;
    work(job, order[turn]!);
    if (tell) self.postMessage("face");
  }
  self.postMessage("done");
};
