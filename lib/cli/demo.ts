/**
 * `deno task demo MODEL`: a page that predicts in the browser.
 *
 * @module
 */
import { InvalidArgumentError } from "commander";
import { createCommand, fromHere, onInterrupt, type Output, processOutput, runCommand } from "./command.ts";
import { addModelOptions, describeNet, MODEL_HELP, type ModelFlags } from "./model_options.ts";

interface DemoFlags extends ModelFlags {
  port: number;
}

/** @returns the exit code */
export function runDemo(
  args: readonly string[],
  output: Output = processOutput,
  signal?: AbortSignal,
): Promise<number> {
  const command = createCommand(
    "demo",
    "Serves a page, to this machine only, that finds landmarks in pictures and before a webcam, in the browser.",
    output,
  )
    .argument("<model>", MODEL_HELP)
    .option("--port <number>", "where it listens; 0 for any free port", portOption, 8000);
  addModelOptions(command).action((model: string, flags: DemoFlags) => act(fromHere(model)!, flags, output, signal));
  return runCommand(command, args, output);
}

function portOption(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65535)) throw new InvalidArgumentError(`expected a port from 0 to 65535: '${text}'`);
  return port;
}

async function act(path: string, flags: DemoFlags, output: Output, signal: AbortSignal | undefined): Promise<void> {
  const { useBackend } = await import("@/tensorflow/backend.ts");
  const { openNet } = await import("@/prediction/open_net.ts");
  const { serveDemo } = await import("@/demo/server.ts");
  // The browser computes: here the model is only read and rewritten, which needs no library.
  await useBackend({ backend: "cpu" });
  const net = await openNet(path, flags);
  output.error(describeNet(net));
  const stop = new AbortController();
  signal?.addEventListener("abort", () => stop.abort());
  const release = onInterrupt(stop, "Stopping", output);
  try {
    const onListen = (address: string) => output.out(`${address}\n(Ctrl-C ends it)\n`);
    await serveDemo(net, { port: flags.port, signal: stop.signal, onListen });
  } finally {
    release();
    net.model.dispose();
  }
}

if (import.meta.main) Deno.exit(await runDemo(Deno.args));
