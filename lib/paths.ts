import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";

/** The file path of a `file:` URL. */
export function fromFileUrl(url: URL): string {
  return fileURLToPath(url);
}

/** The root of this project: where `deno.json` lies. */
export const projectRoot: string = dirname(fromFileUrl(new URL("./", import.meta.url)).replace(/[/\\]$/, ""));

/** A path below the project's root. */
export function inProject(...parts: string[]): string {
  return join(projectRoot, ...parts);
}
