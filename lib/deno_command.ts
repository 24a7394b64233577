import { projectRoot } from "./paths.ts";

/** What a command of Deno's own said, without colors. */
export interface DenoSaid {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs `deno ARGS...` in the project's folder, with the Deno that runs this. */
export async function runDeno(...args: readonly string[]): Promise<DenoSaid> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: projectRoot,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), error: decode(stderr) };
}
