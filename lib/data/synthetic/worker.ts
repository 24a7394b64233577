/// <reference lib="deno.worker" />
import { messageOf } from "@/errors.ts";
import { type Board, showFace, takeFace, takeLabels } from "./board.ts";
import { drawInto, type Job, labelInto } from "./job.ts";

/** What a worker is told at its start. */
export interface Assignment {
  readonly job: Job;
  readonly board: Board;
  /** Whether to label all faces before any is drawn. */
  readonly labelsFirst: boolean;
}

/** What a worker says: it finds no more faces to label, or none to draw, or it failed. */
export type WorkerMessage = "labelled" | "drawn" | { readonly failed: string };

declare const self: DedicatedWorkerGlobalScope;

const say = (message: WorkerMessage) => self.postMessage(message);

self.onmessage = ({ data: { job, board, labelsFirst } }: MessageEvent<Assignment>) => {
  try {
    let face: number | undefined;
    if (labelsFirst) { while ((face = takeLabels(board)) !== undefined) labelInto(job, face); }
    say("labelled");
    while ((face = takeFace(board)) !== undefined) {
      drawInto(job, face);
      showFace(board, face);
    }
    say("drawn");
  } catch (error) {
    // Uncaught, it would show its stack on standard error.
    say({ failed: messageOf(error) });
  }
};
