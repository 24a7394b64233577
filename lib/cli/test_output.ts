import type { Output } from "./command.ts";

/** What a command, run in this process, said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a command of a test as its task would, without colors, and keeps what it says. */
export async function say(
  run: (args: readonly string[], output: Output) => Promise<number>,
  ...args: readonly string[]
): Promise<Said> {
  let out = "", error = "";
  const code = await run(args, {
    out: (text) => void (out += text),
    error: (text) => void (error += text),
    color: false,
  });
  return { code, out, error };
}
