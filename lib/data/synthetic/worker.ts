/// <reference lib="deno.worker" />
import { drawInto, type Job } from "./job.ts";

/** What a worker is told at its start: the job and the shared counter of faces begun. */
export interface Assignment {
  readonly job: Job;
  readonly next: Int32Array;
}

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = ({ data: { job, next } }: MessageEvent<Assignment>) => {
  const count = job.hard.length;
  for (;;) {
    const index = Atomics.add(next, 0, 1);
    if (index >= count) break;
    drawInto(job, index);
    self.postMessage("face");
  }
  self.postMessage("done");
};
