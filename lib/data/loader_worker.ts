/** The worker of {@linkcode BatchLoader}: makes samples of an epoch into shared memory whenever it is told of one. */
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "@/errors.ts";
import { type EpochMessage, work, type WorkerMessage } from "./loader_queue.ts";
import { createSampleWriter } from "./loader_sample.ts";
import { unpackStart, type WorkerStart } from "./loader_share.ts";

const { source, queue } = unpackStart(workerData as WorkerStart);
const write = createSampleWriter(source);
const send = (message: WorkerMessage) => parentPort!.postMessage(message);

parentPort!.on("message", ({ epoch }: EpochMessage) => {
  let current = -1;
  try {
    work(queue, (index, slot, row) => write(epoch, current = index, slot, row), () => send({ type: "ready" }));
  } catch (error) {
    send({ type: "failed", index: current, message: messageOf(error) });
  }
  send({ type: "idle" });
});
