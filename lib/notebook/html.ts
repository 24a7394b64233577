import { basename, join } from "node:path";
import type { NotebookEnvironment } from "./environment.ts";

/**
 * Makes a page of an executed notebook by nbconvert, in which every plot shows as SVG; it asks for nothing from outside.
 *
 * @returns The page's path.
 */
export async function notebookPage(
  executed: string,
  folder: string,
  { python, env }: NotebookEnvironment,
): Promise<string> {
  const name = basename(executed, ".ipynb");
  await Deno.mkdir(folder, { recursive: true });
  const { success, stderr } = await new Deno.Command(python, {
    args: [
      ...["-m", "nbconvert", "--to", "html", "--output-dir", folder, "--output", name, "--log-level", "WARN"],
      // Else the page would load these from other hosts; the notebooks use neither formulas nor widgets.
      ...["--HTMLExporter.mathjax_url=", "--HTMLExporter.require_js_url=", "--HTMLExporter.mermaid_js_url="],
      executed,
    ],
    env: { ...env },
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) {
    const text = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
    throw new Error(`Cannot make a page of '${executed}' as nbconvert failed: ${text}`);
  }
  return join(folder, `${name}.html`);
}
