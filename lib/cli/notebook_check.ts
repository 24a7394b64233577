/**
 * `deno task notebook:check [FILE...]`: types and lint rules of the code in notebooks, and that every display is awaited.
 *
 * @module
 */
import { Command } from "commander";
import { messageOf } from "@/errors.ts";
import { checkNotebooks } from "@/notebook/check.ts";
import { findNotebooks } from "@/notebook/files.ts";

if (import.meta.main) {
  const program = new Command("deno task notebook:check")
    .description("Checks the code of notebooks without running it; without a name, of all of the project's")
    .argument("[files...]", "notebooks")
    .parse(Deno.args, { from: "user" });
  try {
    const notebooks = await findNotebooks(program.args);
    const { ok, text } = await checkNotebooks(notebooks);
    if (!ok) throw new Error(text);
    console.log(`${notebooks.length} notebooks checked`);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
