import type { Job } from "./job.ts";
import type { Assignment } from "./worker.ts";

/** Threads that work on one job together. Those that have placed faces draw them faster than fresh ones would. */
export class Crew {
  readonly #job: Job;
  readonly #threads: Worker[];
  #fail: (error: Error) => void = () => {};

  constructor(job: Job, count: number) {
    this.#job = job;
    this.#threads = Array.from({ length: count }, () => {
      const thread = new Worker(new URL("./worker.ts", import.meta.url).href, { type: "module" });
      thread.onerror = (event) => {
        event.preventDefault();
        this.#fail(new Error(`Cannot draw synthetic faces as a worker failed: ${event.message}`));
      };
      return thread;
    });
  }

  /**
   * Shares faces out, in this order.
   *
   * @param onFace called after every face
   * @throws {Error} if a worker fails, or the crew is dismissed meanwhile
   */
  async work(task: Assignment["task"], order: ArrayLike<number>, onFace?: () => void): Promise<void> {
    const shared = new Int32Array(new SharedArrayBuffer(4 * order.length));
    shared.set(order);
    const next = new Int32Array(new SharedArrayBuffer(4));
    const assignment: Assignment = { job: this.#job, task, order: shared, next, tell: onFace !== undefined };
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      let busy = this.#threads.length;
      for (const thread of this.#threads) {
        thread.onmessage = ({ data }) => {
          if (data === "face") onFace?.();
          else if (--busy === 0) resolve();
        };
        thread.postMessage(assignment);
      }
    });
  }

  /** Ends the threads, at work or not. */
  dismiss(): void {
    for (const thread of this.#threads) thread.terminate();
    this.#fail(new Error("Cannot draw synthetic faces as the drawing was stopped"));
  }
}
