import { basename, isAbsolute, join } from "node:path";
import { exists, writeFileAtomic } from "@/files.ts";
import type { FinishedRun } from "./read_run.ts";
import { RUN_FILES, type RunConfig } from "./schema.ts";

/** What an archive keeps of a run: numbers that others can check, and nothing to see or to run. */
const KEPT = [RUN_FILES.metrics, RUN_FILES.errors, RUN_FILES.result] as const;

/** A configuration without the names of a machine and of its folders. */
function withoutPlace(config: RunConfig): RunConfig {
  const { environment } = config;
  return {
    ...config,
    environment: {
      ...environment,
      command: environment.command.map((part) => isAbsolute(part) ? basename(part) : part),
      machine: { ...environment.machine, host: "" },
    },
  };
}

/**
 * Copies the numbers of finished runs below another folder, small enough to be committed or sent: `config.json` (without
 * the machine's name, and of folders only their last part), `metrics.jsonl`, `errors.csv` and `result.json`. No weights,
 * pictures or predictions, which faces of a dataset "for research only" could stand in the way of. `deno task results
 * --root FOLDER` reads the copy as it reads the original.
 *
 * @param folder each run keeps its name below it
 * @throws {Error} if a run is there already, with another result: it is never replaced
 */
export async function archiveRuns(runs: readonly FinishedRun[], folder: string): Promise<void> {
  for (const { path, name, config } of runs) {
    const target = join(folder, name);
    const files = await Promise.all(
      KEPT.map(async (file) => [file, await Deno.readTextFile(join(path, file))] as const),
    );
    const result = join(target, RUN_FILES.result);
    if (await exists(result) && await Deno.readTextFile(result) !== files.at(-1)![1]) {
      throw new Error(`Cannot archive '${name}' as another result is there, delete it first: ${target}`);
    }
    // The result comes last: it is what says that a run is whole.
    await writeFileAtomic(join(target, RUN_FILES.config), `${JSON.stringify(withoutPlace(config), undefined, 2)}\n`);
    for (const [file, text] of files) await writeFileAtomic(join(target, file), text);
  }
}
