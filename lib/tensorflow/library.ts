import { dirname, join } from "node:path";
import { fetchLibrary, LIBRARY_VERSION } from "./fetch_library.ts";

/** A TensorFlow library and why it was chosen. */
export interface LibraryLocation {
  readonly path: string;
  /** As `ACR_LIBTENSORFLOW` or `installed in Python`. */
  readonly reason: string;
}

/** Options of {@linkcode findLibrary}. */
export interface FindLibraryOptions {
  /** Fetches the library when the machine has none. @default true */
  fetch?: boolean;
  quiet?: boolean;
}

/** File names of the library that holds the C API: in a Python wheel, and in the official archive. */
const NAMES: readonly string[] = Deno.build.os === "darwin"
  ? ["libtensorflow_cc.2.dylib", "libtensorflow.2.dylib"]
  : ["libtensorflow_cc.so.2", "libtensorflow.so.2"];

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The library in a folder, in its `lib`, or `path` itself. */
function libraryAt(path: string): string | undefined {
  if (isFile(path)) return path;
  return [path, join(path, "lib"), join(path, "tensorflow")]
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(isFile);
}

/** The Python to ask: the one named by `ACR_PYTHON`, that of the active environment, else `python3`. */
export function pythonCommand(): string {
  const named = Deno.env.get("ACR_PYTHON");
  if (named) return named;
  const environment = Deno.env.get("VIRTUAL_ENV") ?? Deno.env.get("CONDA_PREFIX");
  if (environment && isFile(join(environment, "bin", "python3"))) return join(environment, "bin", "python3");
  return "python3";
}

/** Where Python's `tensorflow` lies, without importing it. */
async function installedInPython(): Promise<{ path: string; python: string } | undefined> {
  const python = pythonCommand();
  const script = "import importlib.util as u; s = u.find_spec('tensorflow'); print(s.origin if s else '')";
  try {
    const { success, stdout } = await new Deno.Command(python, { args: ["-c", script], stderr: "null" }).output();
    const origin = new TextDecoder().decode(stdout).trim();
    const path = success && origin !== "" ? libraryAt(dirname(origin)) : undefined;
    return path === undefined ? undefined : { path, python };
  } catch {
    return undefined; // no Python here
  }
}

/**
 * Finds TensorFlow's library: the one that `ACR_LIBTENSORFLOW` names (a file, or a folder that holds it); else the one
 * of an installed Python `tensorflow` or `tensorflow-cpu` (the road to a GPU); else the project's own copy, which is
 * fetched on first use.
 *
 * @throws {Error} with what to do, when there is none.
 */
export async function findLibrary({ fetch = true, quiet = false }: FindLibraryOptions = {}): Promise<LibraryLocation> {
  const named = Deno.env.get("ACR_LIBTENSORFLOW");
  if (named) {
    const path = libraryAt(named);
    if (path === undefined) {
      throw new Error(
        `Cannot use ACR_LIBTENSORFLOW as it names neither a TensorFlow library nor a folder with ${
          NAMES.join(" or ")
        }: '${named}'`,
      );
    }
    return { path, reason: "named by ACR_LIBTENSORFLOW" };
  }
  const installed = await installedInPython();
  if (installed) return { path: installed.path, reason: `installed for ${installed.python}` };
  const path = await fetchLibrary({ python: pythonCommand(), libraries: NAMES, fetch, quiet });
  return { path, reason: `the project's own copy of TensorFlow ${LIBRARY_VERSION}` };
}
