/// <reference lib="deno.worker" />
/**
 * Reads one file in COFW's format after the other for the fuzz test: in a worker, as a damaged file may bring HDF5 down.
 *
 * @module
 */
import { readCofw } from "./cofw.ts";
import { hdf5Stopped } from "./hdf5.ts";

self.onmessage = async ({ data: folder }: MessageEvent<string>) => {
  let refused: string | undefined;
  const started = performance.now();
  try {
    const source = await readCofw(folder, "train");
    for (const { image } of source.faces) await (await image.open()).read();
    refused = source.problems[0]?.message;
  } catch (error) {
    refused = error instanceof Error ? error.message : `not an error: ${error}`;
  }
  self.postMessage({ refused, stopped: hdf5Stopped(), seconds: (performance.now() - started) / 1000 });
};
