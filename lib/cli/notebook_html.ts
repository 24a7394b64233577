/**
 * `deno task notebook:html [FILE...]`: executes notebooks and makes shareable pages of them.
 *
 * @module
 */
import { basename, join } from "node:path";
import { Command } from "commander";
import { messageOf } from "@/errors.ts";
import { checkNotebooks, shorten } from "@/notebook/check.ts";
import { notebookEnvironment } from "@/notebook/environment.ts";
import { findNotebooks } from "@/notebook/files.ts";
import { notebookPage } from "@/notebook/html.ts";
import { describeFailure, runNotebook } from "@/notebook/run.ts";
import { inProject } from "@/paths.ts";

if (import.meta.main) {
  const program = new Command("deno task notebook:html")
    .description("Executes notebooks and makes a page of each; without a name, of all of the project's")
    .argument("[files...]", "notebooks")
    .option("--out <folder>", "where the pages go", inProject(".cache", "notebook", "html"))
    .parse(Deno.args, { from: "user" });
  const { out } = program.opts<{ out: string }>();
  try {
    const notebooks = await findNotebooks(program.args);
    const { ok, text } = await checkNotebooks(notebooks);
    if (!ok) throw new Error(text);
    const environment = await notebookEnvironment();
    const executed = inProject(".cache", "notebook", "executed");
    await Deno.mkdir(executed, { recursive: true });
    for (const notebook of notebooks) {
      const output = join(executed, basename(notebook));
      const { failure } = await runNotebook(notebook, { environment, output });
      if (failure) throw new Error(describeFailure(shorten(notebook), failure));
      console.log(await notebookPage(output, out, environment));
    }
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
