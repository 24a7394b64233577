import { join } from "node:path";

/** A cluster made of shell scripts. */
export interface FakeSlurm {
  /** A folder for whatever the test likes. */
  readonly folder: string;
  /** The commands that were called, with their arguments. */
  calls(): Promise<string[]>;
  /** What a command answers from now on, and its exit code. */
  set(command: string, answer: string, code?: number): Promise<void>;
}

const COMMANDS = ["sbatch", "sacct", "squeue", "scancel", "scontrol"];

/**
 * Runs a test with scripts named as Slurm's commands in front of PATH. They write down their arguments and answer what
 * the test says; until then they succeed and say nothing.
 */
export async function withFakeSlurm(run: (slurm: FakeSlurm) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-slurm-" });
  const before = Deno.env.get("PATH") ?? "";
  const bin = join(folder, "bin");
  await Deno.mkdir(bin);
  for (const command of COMMANDS) {
    const script = `#!/bin/sh
echo "${command} $*" >> '${folder}/calls'
cat '${folder}/${command}.answer' 2>/dev/null
exit $(cat '${folder}/${command}.code' 2>/dev/null || echo 0)
`;
    await Deno.writeTextFile(join(bin, command), script, { mode: 0o755 });
  }
  try {
    Deno.env.set("PATH", `${bin}:${before}`);
    await run({
      folder,
      async calls() {
        const text = await Deno.readTextFile(join(folder, "calls")).catch(() => "");
        return text.split("\n").filter((line) => line !== "");
      },
      async set(command, answer, code = 0) {
        await Deno.writeTextFile(join(folder, `${command}.answer`), `${answer}\n`);
        await Deno.writeTextFile(join(folder, `${command}.code`), String(code));
      },
    });
  } finally {
    Deno.env.set("PATH", before);
    await Deno.remove(folder, { recursive: true });
  }
}
