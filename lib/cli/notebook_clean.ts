/**
 * `deno task notebook:clean [--check] [FILE...]`: puts notebooks into the canonical form in which they are stored.
 *
 * @module
 */
import { Command } from "commander";
import { messageOf } from "@/errors.ts";
import { writeFileAtomic } from "@/files.ts";
import { shorten } from "@/notebook/check.ts";
import { cleanNotebook } from "@/notebook/clean.ts";
import { findNotebooks } from "@/notebook/files.ts";
import { parseNotebook } from "@/notebook/notebook_file.ts";

if (import.meta.main) {
  const program = new Command("deno task notebook:clean")
    .description(
      "Removes outputs and all that changes from run to run; without a name, from all of the project's notebooks",
    )
    .argument("[files...]", "notebooks")
    .option("--check", "change nothing, and fail when something would be")
    .parse(Deno.args, { from: "user" });
  const { check = false } = program.opts<{ check?: boolean }>();
  try {
    let changed = 0;
    for (const path of await findNotebooks(program.args)) {
      const text = await Deno.readTextFile(path);
      const clean = cleanNotebook(parseNotebook(text, path));
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
