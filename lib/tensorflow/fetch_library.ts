import { createHash } from "node:crypto";
import { join } from "node:path";
import { messageOf } from "@/errors.ts";
import { inProject } from "@/paths.ts";
import { createProgress } from "@/progress.ts";

/** The version of TensorFlow that is fetched, and that this library is tested with. */
export const LIBRARY_VERSION = "2.21.0";

/** A Python wheel to fetch. */
export interface Wheel {
  readonly package: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Wheels of TensorFlow 2.21.0 for Python 3.12; the libraries inside do not depend on Python. From PyPI's index. */
const WHEELS: Readonly<Record<string, Wheel>> = {
  "linux-x86_64": {
    package: "tensorflow-cpu",
    sha256: "dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb",
    bytes: 274000871,
  },
  "linux-aarch64": {
    package: "tensorflow",
    sha256: "b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552",
    bytes: 281946471,
  },
  "darwin-aarch64": {
    package: "tensorflow",
    sha256: "56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712",
    bytes: 223488205,
  },
};

/** Options of {@linkcode fetchLibrary}. */
export interface FetchLibraryOptions {
  /** Python with pip: pip honours the user's mirrors, proxies and certificates. */
  python: string;
  /** Names that the wanted library may have. */
  libraries: readonly string[];
  /** Fetches when there is no copy yet. @default true */
  fetch?: boolean;
  quiet?: boolean;
  /** Where the copy is kept. @default ".cache/tensorflow" in the project, or below `ACR_CACHE` */
  cache?: string;
  /** What is fetched. @default the wheel of this platform */
  wheel?: Wheel | undefined;
}

const ADVICE =
  "Either install TensorFlow for a Python (python3 -m pip install tensorflow-cpu), or unpack an official " +
  "libtensorflow archive and set ACR_LIBTENSORFLOW to its folder, or use another backend (--backend cpu)";

/**
 * Returns the project's own copy of the library, fetching it first if need be.
 *
 * Safe against interruption (everything is made in a temporary folder that is renamed at the end) and against other
 * processes (one fetches, the others wait for it).
 */
export async function fetchLibrary(options: FetchLibraryOptions): Promise<string> {
  const { libraries, fetch = true, cache = cacheFolder() } = options;
  const home = join(cache, LIBRARY_VERSION);
  const present = () => libraries.map((name) => join(home, name)).find(isFile);
  const found = present();
  if (found !== undefined) return found;
  if (!fetch) throw new Error(`Cannot find TensorFlow's library. ${ADVICE}`);
  const { wheel = WHEELS[`${Deno.build.os}-${Deno.build.arch}`] } = options;
  if (wheel === undefined) {
    throw new Error(
      `Cannot fetch TensorFlow as there is no build for this platform: ${Deno.build.os} ${Deno.build.arch}. ${ADVICE}`,
    );
  }
  try {
    await Deno.mkdir(cache, { recursive: true });
    // The operating system frees the lock if its holder dies.
    using lock = await Deno.open(join(cache, "lock"), { write: true, create: true });
    await lock.lock(true);
    if (present() === undefined) await fetchInto(home, cache, wheel, options);
  } catch (error) {
    throw new Error(`Cannot fetch TensorFlow ${LIBRARY_VERSION}: ${messageOf(error)}. ${ADVICE}`, { cause: error });
  }
  return present()!;
}

/** Where the project's own copies are kept: `.cache/tensorflow` in the project, or below `ACR_CACHE`. */
export function cacheFolder(environment: { get(name: string): string | undefined } = Deno.env): string {
  return join(environment.get("ACR_CACHE") || inProject(".cache"), "tensorflow");
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function fetchInto(home: string, cache: string, wheel: Wheel, options: FetchLibraryOptions): Promise<void> {
  // Whoever holds the lock may sweep up after those who died with it.
  for await (const { name } of Deno.readDir(cache)) {
    if (name.startsWith("fetch-")) await Deno.remove(join(cache, name), { recursive: true });
  }
  const work = await Deno.makeTempDir({ dir: cache, prefix: "fetch-" });
  try {
    const file = await download(work, wheel, options);
    const unpacked = join(work, "unpacked");
    await unpack(file, unpacked, options.python);
    if (!options.libraries.some((name) => isFile(join(unpacked, name)))) {
      throw new Error(`the wheel lacks ${options.libraries.join(" or ")}`);
    }
    // A copy that is not whole any more may be in the way.
    await Deno.remove(home, { recursive: true }).catch(() => {});
    await Deno.rename(unpacked, home);
  } finally {
    await Deno.remove(work, { recursive: true }).catch(() => {});
  }
}

async function download(work: string, wheel: Wheel, { python, quiet = false }: FetchLibraryOptions): Promise<string> {
  const megabytes = Math.round(wheel.bytes / 1e6);
  if (!quiet) {
    console.error(`Fetching TensorFlow ${LIBRARY_VERSION} (${megabytes} MB, once) with '${python} -m pip' from PyPI`);
  }
  const requirements = join(work, "requirements.txt");
  await Deno.writeTextFile(requirements, `${wheel.package}==${LIBRARY_VERSION} --hash=sha256:${wheel.sha256}\n`);
  const args = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--python-version", "3.12"];
  args.push("--require-hashes", "--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off");
  args.push("--dest", work, "-r", requirements);
  // pip downloads into its TMPDIR: watching it grow is the progress that every version of pip gives.
  const command = new Deno.Command(python, { args, env: { TMPDIR: work }, stdout: "piped", stderr: "piped" });
  let child;
  try {
    child = command.spawn();
  } catch (error) {
    throw new Error(`'${python}' does not start (${messageOf(error)})`);
  }
  const progress = createProgress({ label: "TensorFlow", total: megabytes, unit: "MB", quiet });
  const timer = setInterval(() => progress.update(Math.round(bytesBelow(work) / 1e6)), 500);
  let output;
  try {
    output = await child.output();
  } finally {
    clearInterval(timer);
    progress.done();
  }
  if (!output.success) {
    const said = new TextDecoder().decode(output.stderr).trim().split("\n").filter((line) => line !== "");
    throw new Error(`pip failed (${said.slice(-3).join(" ")})`);
  }
  for await (const { name } of Deno.readDir(work)) {
    if (name.endsWith(".whl")) return await verified(join(work, name), wheel);
  }
  throw new Error("pip left no wheel");
}

async function verified(path: string, { sha256 }: Wheel): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  const found = hash.digest("hex");
  if (found !== sha256) throw new Error(`its SHA-256 must be ${sha256}: ${found}`);
  return path;
}

/** Unpacks the two shared libraries; Python's zipfile checks their CRCs. */
const UNPACK = `
import os, shutil, sys, zipfile
wheel, target = sys.argv[1:]
os.makedirs(target)
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.namelist():
        name = entry.rpartition("/")[2]
        if entry == "tensorflow/" + name and (name.startswith("libtensorflow_cc") or name.startswith("libtensorflow_framework")):
            with archive.open(entry) as source, open(os.path.join(target, name), "xb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
`;

async function unpack(wheel: string, target: string, python: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(python, { args: ["-c", UNPACK, wheel, target] }).output();
  if (!success) {
    throw new Error(`the wheel does not unpack (${new TextDecoder().decode(stderr).trim().split("\n").at(-1)})`);
  }
}

function bytesBelow(folder: string): number {
  let total = 0;
  try {
    for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      if (isDirectory) total += bytesBelow(path);
      else if (isFile) total += Deno.statSync(path).size;
    }
  } catch { /* pip moved or removed it meanwhile */ }
  return total;
}
