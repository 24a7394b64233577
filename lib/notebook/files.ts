import { join, resolve } from "node:path";
import { exists } from "@/files.ts";
import { inProject } from "@/paths.ts";

/**
 * The notebooks that a command line means: those named, or all of the project's in order of name.
 *
 * @throws {RangeError} When one does not exist or is no notebook.
 */
export async function findNotebooks(
  named: readonly string[],
  folder: string = inProject("notebooks"),
): Promise<string[]> {
  for (const path of named) {
    if (!path.endsWith(".ipynb")) {
      throw new RangeError(`Cannot use '${path}' as a notebook: expected a name that ends in .ipynb`);
    }
    if (!await exists(path)) throw new RangeError(`Cannot use '${path}' as a notebook: there is no such file`);
  }
  if (named.length > 0) return named.map((path) => resolve(path));
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".ipynb")) found.push(join(folder, entry.name));
  }
  return found.sort();
}
