import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, nearest } from "@/errors.ts";
import { inProject } from "@/paths.ts";
import type { ExperimentPage } from "./page.ts";

/** Where the pages lie unless told otherwise. */
export function experimentsFolder(): string {
  return inProject("experiments");
}

/** The names of the experiments: of the files in the folder. */
export async function experimentNames(folder: string = experimentsFolder()): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.endsWith(".ts") && !name.endsWith("_test.ts")) names.push(name.slice(0, -3));
  }
  return names.sort();
}

/**
 * Loads a page by its name.
 *
 * @param what what the page states, for errors, as `experiment`
 * @throws {RangeError} if there is none of that name; it lists what exists
 */
export async function loadPage<Page = ExperimentPage>(
  name: string,
  folder: string = experimentsFolder(),
  what = "experiment",
): Promise<Page> {
  const names = await experimentNames(folder);
  if (!names.includes(name)) {
    const near = nearest(name, names);
    const hint = near.length > 0 ? `, did you mean ${near.join(" or ")}?` : "";
    throw new RangeError(`Cannot run ${what} '${name}' as there is no such page${hint}: there are ${names.join(", ")}`);
  }
  let module: { default?: Page };
  try {
    module = await import(pathToFileURL(join(folder, `${name}.ts`)).href);
  } catch (error) {
    throw new Error(`Cannot load ${what} '${name}' as its page fails: ${messageOf(error)}`, { cause: error });
  }
  if (typeof module.default !== "object" || module.default === null) {
    throw new TypeError(`Cannot load ${what} '${name}' as its page has no default export: ${typeof module.default}`);
  }
  return module.default;
}
