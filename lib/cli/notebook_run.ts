/**
 * `deno task notebook:run [FILE...]`: checks and executes notebooks headless, and fails with the failing cell.
 *
 * @module
 */
import { basename, join } from "node:path";
import { Command } from "commander";
import { messageOf } from "@/errors.ts";
import { checkNotebooks, shorten } from "@/notebook/check.ts";
import { notebookEnvironment } from "@/notebook/environment.ts";
import { findNotebooks } from "@/notebook/files.ts";
import { describeFailure, runNotebook } from "@/notebook/run.ts";
import { inProject } from "@/paths.ts";
import { formatDuration } from "@/progress.ts";

if (import.meta.main) {
  const program = new Command("deno task notebook:run")
    .description("Executes notebooks headless; without a name, all of the project's")
    .argument("[files...]", "notebooks")
    .option("--out <folder>", "where executed notebooks go", inProject(".cache", "notebook", "executed"))
    .option("--timeout <seconds>", "time that one cell may take", "600")
    .option("--quiet", "print failures alone")
    .parse(Deno.args, { from: "user" });
  const { out, timeout, quiet = false } = program.opts<{ out: string; timeout: string; quiet?: boolean }>();
  try {
    const seconds = Number(timeout);
    if (!(Number.isInteger(seconds) && seconds > 0)) {
      throw new RangeError(`Cannot use --timeout as it must be a whole number of seconds: '${timeout}'`);
    }
    const notebooks = await findNotebooks(program.args);
    // The kernel tells nothing of code that does not parse and of missing exports: what it would not tell is found first.
    const { ok, text } = await checkNotebooks(notebooks);
    if (!ok) throw new Error(text);
    const environment = await notebookEnvironment({ quiet });
    await Deno.mkdir(out, { recursive: true });
    let failed = 0;
    for (const notebook of notebooks) {
      const result = await runNotebook(notebook, {
        environment,
        output: join(out, basename(notebook)),
        timeout: seconds,
        quiet,
      });
      if (result.failure) {
        failed++;
        console.error(describeFailure(shorten(notebook), result.failure));
      } else if (!quiet) console.log(`${shorten(notebook)}: every cell ran, in ${formatDuration(result.seconds)}`);
    }
    Deno.exit(failed > 0 ? 1 : 0);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
