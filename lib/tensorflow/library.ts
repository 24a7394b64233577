import { dirname, join } from "node:path";
import { cacheFolder, fetchLibrary, LIBRARY_VERSION } from "./fetch_library.ts";

/** A TensorFlow library and why it was chosen. */
export interface LibraryLocation {
  /** File of the library. */
  readonly path: string;
  /** As `ACR_LIBTENSORFLOW` or `installed in Python`. */
  readonly reason: string;
}

/** Options of {@linkcode findLibrary}. */
export interface FindLibraryOptions {
  /** Fetches the library when the machine has none. @default true */
  fetch?: boolean;
  /** Shows no progress. @default false */
  quiet?: boolean;
  /** Where `ACR_LIBTENSORFLOW`, `ACR_PYTHON`, `ACR_CACHE` and the active environment are looked up. @default Deno.env */
  environment?: Environment;
}

/** Environment variables: `Deno.env`, or a map. */
export interface Environment {
  get(name: string): string | undefined;
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
export function pythonCommand(environment: Environment = Deno.env): string {
  const named = environment.get("ACR_PYTHON");
  if (named) return named;
  const active = environment.get("VIRTUAL_ENV") ?? environment.get("CONDA_PREFIX");
  if (active && isFile(join(active, "bin", "python3"))) return join(active, "bin", "python3");
  return "python3";
}

/** Where Python's `tensorflow` lies, without importing it. */
async function installedInPython(python: string): Promise<string | undefined> {
  const script = "import importlib.util as u; s = u.find_spec('tensorflow'); print(s.origin if s else '')";
  try {
    const { success, stdout } = await new Deno.Command(python, { args: ["-c", script], stderr: "null" }).output();
    const origin = new TextDecoder().decode(stdout).trim();
    return success && origin !== "" ? libraryAt(dirname(origin)) : undefined;
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
export async function findLibrary(options: FindLibraryOptions = {}): Promise<LibraryLocation> {
  const { fetch = true, quiet = false, environment = Deno.env } = options;
  const named = environment.get("ACR_LIBTENSORFLOW");
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
  const python = pythonCommand(environment);
  const installed = await installedInPython(python);
  if (installed !== undefined) return { path: installed, reason: `installed for ${python}` };
  const path = await fetchLibrary({ python, libraries: NAMES, fetch, quiet, cache: cacheFolder(environment) });
  return { path, reason: `the project's own copy of TensorFlow ${LIBRARY_VERSION}` };
}
