import { delimiter, join } from "node:path";
import { exists, writeFileAtomic } from "@/files.ts";
import { inProject } from "@/paths.ts";

/**
 * What the project-local Python environment holds. nbclient is pinned to its minor version, as the runner overrides a
 * private method of it; the others to what was tried.
 */
export const REQUIREMENTS: readonly string[] = [
  "jupyterlab==4.6.4",
  "nbclient==0.11.*",
  "nbconvert==7.17.*",
  "nbformat==5.*",
];

/** A Python with Jupyter, and the variables with which its programs find this project's kernel. */
export interface NotebookEnvironment {
  readonly python: string;
  readonly env: Readonly<Record<string, string>>;
  /** The user's own, by `ACR_NOTEBOOK_PYTHON`. */
  readonly own: boolean;
}

export interface EnvironmentOptions {
  /** Where everything is kept. @default `.cache/notebook` of the project */
  folder?: string;
  /** A Python of the user's, which has the packages. @default the variable `ACR_NOTEBOOK_PYTHON` */
  own?: string | undefined;
  /** Fails rather than installs. @default false */
  offline?: boolean;
  /** Shows nothing. @default false */
  quiet?: boolean;
}

/** What the environment's marker must say for it to be whole. */
const MARK = REQUIREMENTS.join("\n") + "\n";

async function run(command: string, args: string[]): Promise<{ ok: boolean; text: string }> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
    return { ok: success, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { ok: false, text: `'${command}' was not found` };
    throw error;
  }
}

/** The last line that says something: pip and Python put the reason there. */
function lastLine(text: string): string {
  return text.trim().split("\n").findLast((line) => line.trim() !== "")?.trim() ?? "no message";
}

const IMPORTS = "import sys, jupyterlab, nbclient, nbconvert; assert sys.version_info >= (3, 10); " +
  "assert nbclient.version_info[:2] == (0, 11), 'nbclient ' + nbclient.__version__ + ' is not 0.11'";

/**
 * The kernel that the project's notebooks run with: the template of `notebooks/kernels`, for whoever starts Jupyter by
 * hand with `JUPYTER_PATH=notebooks`, but with Deno by its absolute path: it is found also where Deno came through npx
 * and is on nobody's PATH.
 */
export async function kernelSpec(deno: string): Promise<string> {
  const template = JSON.parse(await Deno.readTextFile(inProject("notebooks", "kernels", "deno", "kernel.json")));
  return JSON.stringify({ ...template, argv: [deno, ...template.argv.slice(1)] }, null, 2) + "\n";
}

/** Makes the environment in `folder`; its marker is written last, so that an interrupted set-up starts over. */
async function install(folder: string, quiet: boolean): Promise<string> {
  const venv = join(folder, "venv"), mark = join(venv, "acr-lab.txt");
  const python = join(venv, ...(Deno.build.os === "windows" ? ["Scripts", "python.exe"] : ["bin", "python"]));
  const ready = async () => await exists(mark) && await Deno.readTextFile(mark) === MARK;
  if (await ready()) return python;
  await Deno.mkdir(folder, { recursive: true });
  using lock = await Deno.open(join(folder, "set-up.lock"), { create: true, write: true });
  await lock.lock(true);
  if (await ready()) return python;
  const say = (line: string) => quiet ? undefined : console.error(line);
  say(`Setting up Jupyter in ${venv} (once, about 250 MB)`);
  let made = { ok: false, text: "" };
  for (const system of Deno.build.os === "windows" ? ["py", "python"] : ["python3", "python"]) {
    made = await run(system, ["-m", "venv", "--clear", venv]);
    if (made.ok) break;
  }
  if (!made.ok) {
    throw new Error(
      `Cannot set up Jupyter as Python 3.10 or newer with venv is needed: ${lastLine(made.text)}. ` +
        "Install it, or name a Python that has jupyterlab, nbclient 0.11 and nbconvert in ACR_NOTEBOOK_PYTHON",
    );
  }
  say(`Installing ${REQUIREMENTS.join(", ")}`);
  const installed = await run(python, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    ...REQUIREMENTS,
  ]);
  if (!installed.ok) throw new Error(`Cannot set up Jupyter as pip failed: ${lastLine(installed.text)}`);
  await writeFileAtomic(mark, MARK);
  return python;
}

/**
 * Finds or makes a Python with Jupyter: the user's own, or one in the project's cache, made on first use.
 *
 * @throws {Error} When there is none and none can be made; it says what is missing.
 */
export async function notebookEnvironment(options: EnvironmentOptions = {}): Promise<NotebookEnvironment> {
  const {
    folder = inProject(".cache", "notebook"),
    own = Deno.env.get("ACR_NOTEBOOK_PYTHON"),
    offline = false,
    quiet = false,
  } = options;
  let python: string;
  if (own) {
    const check = await run(own, ["-c", IMPORTS]);
    if (!check.ok) {
      throw new Error(`Cannot use the Python of ACR_NOTEBOOK_PYTHON, '${own}', for notebooks: ${lastLine(check.text)}`);
    }
    python = own;
  } else if (offline && !await exists(join(folder, "venv", "acr-lab.txt"))) {
    throw new Error(`Cannot use Jupyter as it is not set up in '${folder}': run 'deno task notebook' first`);
  } else {
    python = await install(folder, quiet);
  }
  const share = join(folder, "share", "jupyter");
  await writeFileAtomic(join(share, "kernels", "deno", "kernel.json"), await kernelSpec(Deno.execPath()));
  const env: Record<string, string> = {
    // First, so that it goes before a Deno kernel of the user's.
    JUPYTER_PATH: [share, Deno.env.get("JUPYTER_PATH")].filter(Boolean).join(delimiter),
    NO_COLOR: "1",
    PYTHONUTF8: "1",
  };
  return { python, env, own: Boolean(own) };
}
