/**
 * `deno task notebook`: sets Jupyter up if need be, and opens JupyterLab with this project's Deno kernel.
 *
 * @module
 */
import { Command } from "commander";
import { messageOf } from "@/errors.ts";
import { notebookEnvironment } from "@/notebook/environment.ts";
import { projectRoot } from "@/paths.ts";

if (import.meta.main) {
  const { browser, setUpOnly, port } = new Command("deno task notebook")
    .description("Opens JupyterLab with a Deno kernel in which the library can be imported")
    .option("--no-browser", "open no browser; the address is printed")
    .option("--set-up-only", "set Jupyter up and stop")
    .option("--port <number>", "port of the server")
    .parse(Deno.args, { from: "user" })
    .opts<{ browser: boolean; setUpOnly?: boolean; port?: string }>();
  try {
    const { python, env } = await notebookEnvironment();
    if (setUpOnly) {
      console.log(`Jupyter is set up: ${python}`);
      Deno.exit(0);
    }
    const args = [
      "-m",
      "jupyterlab",
      `--ServerApp.root_dir=${projectRoot}`,
      "--LabApp.default_url=/lab/tree/notebooks",
    ];
    if (!browser) args.push("--no-browser");
    if (port !== undefined) args.push(`--port=${port}`);
    if (Deno.build.os !== "windows" && Deno.uid() === 0) args.push("--allow-root");
    // Ctrl-C is JupyterLab's to handle: it asks before it stops.
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGINT", () => {});
    Deno.exit((await new Deno.Command(python, { args, env: { ...env }, cwd: projectRoot }).spawn().status).code);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
