/**
 * `deno task notebook:clean [--check] [FILE...]`: puts notebooks into the canonical form in which they are stored.
 *
 * @module
 */
import { join } from "node:path";
import { Command } from "commander";
import { messageOf } from "@/errors.ts";
import { writeFileAtomic } from "@/files.ts";
import { shorten } from "@/notebook/check.ts";
import { cleanNotebook } from "@/notebook/clean.ts";
import { findNotebooks } from "@/notebook/files.ts";
import { parseNotebook } from "@/notebook/notebook_file.ts";
import { inProject } from "@/paths.ts";
import { runDeno } from "@/deno_command.ts";

/**
 * A notebook's text with its code cells formatted. `deno fmt --check` itself calls every notebook unformatted, even one
 * that it has just written, so notebooks are left out of it and this asks for the formatted text instead.
 */
async function format(text: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "notebook.ipynb");
    await Deno.writeTextFile(path, text);
    const { code, error } = await runDeno("fmt", "--quiet", "--config", inProject("deno.json"), path);
    if (code !== 0) throw new Error(error.replaceAll(path, "the notebook").trim());
    return await Deno.readTextFile(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const program = new Command("deno task notebook:clean")
    .description(
      "Formats code, and removes outputs and all that changes from run to run; without a name, from all of the project's notebooks",
    )
    .argument("[files...]", "notebooks")
    .option("--check", "change nothing, and fail when something would be")
    .parse(Deno.args, { from: "user" });
  const { check = false } = program.opts<{ check?: boolean }>();
  try {
    let changed = 0;
    for (const path of await findNotebooks(program.args)) {
      const text = await Deno.readTextFile(path);
      const clean = cleanNotebook(parseNotebook(await format(cleanNotebook(parseNotebook(text, path))), path));
      if (clean === text) continue;
      changed++;
      if (!check) await writeFileAtomic(path, clean);
      console.log(`${shorten(path)}: ${check ? "not in canonical form" : "cleaned"}`);
    }
    if (check && changed > 0) {
      console.error(`${changed} notebooks would change: run 'deno task notebook:clean'`);
      Deno.exit(1);
    }
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
