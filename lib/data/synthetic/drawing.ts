import { createProgress } from "@/progress.ts";
import { COUNT, createBoard, prefer, showFace, takeFace } from "./board.ts";
import { drawInto, type Job } from "./job.ts";
import type { Assignment, WorkerMessage } from "./worker.ts";

/** Draws a job from the moment it is made, in threads of its own or in the calling one. */
export class Drawing {
  /** Settles when the job's landmarks and transforms are known. */
  readonly labelled: Promise<void>;
  /** Settles when all of it is drawn. */
  readonly drawn: Promise<void>;
  /** `[N]`, shared: 1 where the face is drawn; who waits on one is notified. */
  readonly ready: Int32Array;
  readonly #board;
  readonly #threads: Worker[] = [];
  readonly #labelled = Promise.withResolvers<void>();
  readonly #drawn = Promise.withResolvers<void>();
  #ended = false;

  /**
   * @param threads 0 draws in the calling thread
   * @param labelsFirst whether to label all faces before any is drawn, which takes a tenth longer; threads of its own
   * only
   */
  constructor(readonly job: Job, { threads, labelsFirst }: { threads: number; labelsFirst: boolean }) {
    this.#board = createBoard(job.hard.length);
    this.ready = this.#board.ready;
    this.labelled = this.#labelled.promise;
    this.drawn = this.#drawn.promise;
    // Nobody may be waiting when it fails: who asks later is told.
    for (const promise of [this.labelled, this.drawn]) promise.catch(() => {});
    if (threads === 0) this.#drawHere().then(() => this.#end(), (error) => this.#end(error));
    else this.#drawInThreads(threads, labelsFirst);
  }

  /** Asks for these faces before all others, in this order. */
  prefer(faces: Int32Array): void {
    prefer(this.#board, faces);
  }

  /** Waits until all is labelled or drawn, and shows how far that is. */
  async show(stage: "labelled" | "drawn", label: string): Promise<void> {
    const total = this.job.hard.length, place = stage === "labelled" ? COUNT.labels : COUNT.drawn;
    const count = () => Math.min(total, Atomics.load(this.#board.counts, place)), before = count();
    const progress = createProgress({ label, total: total - before, unit: "faces" });
    const timer = setInterval(() => progress.update(count() - before), 100);
    try {
      await this[stage];
      progress.done();
    } catch (error) {
      progress.stop();
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** Gives up what is not drawn yet. */
  close(): void {
    const { counts, order } = this.#board;
    const drawn = Atomics.load(counts, COUNT.drawn);
    this.#end(new Error(`Cannot draw synthetic faces as drawing was given up: ${drawn} of ${order.length} are drawn`));
  }

  #end(failure?: Error): void {
    this.#ended = true;
    for (const thread of this.#threads) thread.terminate();
    for (const { resolve, reject } of [this.#labelled, this.#drawn]) failure ? reject(failure) : resolve();
  }

  async #drawHere(): Promise<void> {
    let face: number | undefined;
    for (let drawn = 1; !this.#ended && (face = takeFace(this.#board)) !== undefined; drawn++) {
      drawInto(this.job, face);
      showFace(this.#board, face);
      // Lets a signal handler or a notebook's interrupt through.
      if (drawn % 16 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  }

  #drawInThreads(count: number, labelsFirst: boolean): void {
    const busy = { labelled: count, drawn: count };
    for (let i = 0; i < count; i++) {
      const thread = new Worker(new URL("./worker.ts", import.meta.url).href, { type: "module" });
      this.#threads.push(thread);
      const fail = (message: string) =>
        this.#end(new Error(`Cannot draw synthetic faces as a worker failed: ${message}`));
      thread.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
        if (typeof data === "object") return fail(data.failed);
        if (--busy[data] > 0) return;
        if (data === "labelled") this.#labelled.resolve();
        else this.#end();
      };
      thread.onerror = (event) => {
        event.preventDefault();
        fail(event.message);
      };
      thread.postMessage({ job: this.job, board: this.#board, labelsFirst } satisfies Assignment);
    }
  }
}
