import { fromFileUrl, inProject } from "@/paths.ts";
import { sha256 } from "@/files.ts";
import { pythonCommand } from "@/tensorflow/library.ts";

/** A Python with Keras 2 and Keras 3, to compare with. */
export interface KerasPeer {
  python: string;
  /** Versions of what it imports, as one line. */
  versions: string;
  /** Whether it has the `efficientnet` package too. */
  efficientnet: boolean;
}

const SCRIPT = fromFileUrl(new URL("./keras_peer.py", import.meta.url));
const PACKAGES = ["tensorflow", "tf_keras", "keras", "h5py", "numpy"];

/** Finds the Python named by `ACR_PYTHON`, else `python3`, if it has the packages; imports none of them. */
export function findKerasPeer(): KerasPeer | undefined {
  const python = pythonCommand();
  const program = `
import importlib.metadata as m
def v(n):
    try: return m.version(n)
    except m.PackageNotFoundError: return ""
t = v("tensorflow") or v("tensorflow-cpu")
assert t
print(t, *[m.version(n) for n in ${JSON.stringify(PACKAGES.slice(1))}], v("efficientnet"), v("keras_applications"))`;
  try {
    const { success, stdout } = new Deno.Command(python, { args: ["-c", program], stderr: "null" }).outputSync();
    if (!success) return undefined;
    const versions = new TextDecoder().decode(stdout).trim();
    return { python, versions, efficientnet: versions.split(" ").length > PACKAGES.length + 1 };
  } catch {
    return undefined;
  }
}

/** Runs keras_peer.py. */
export async function runPeer({ python }: KerasPeer, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(python, { args: [SCRIPT, ...args], stdout: "null" }).output();
  if (!success) throw new Error(`Cannot run keras_peer.py: ${new TextDecoder().decode(stderr).slice(-2000)}`);
}

/**
 * A folder of what Python made from `inputs`, kept below `.cache`, since it takes Keras most of a minute: made anew
 * when the script, a version or an input differs.
 */
export async function cachedPeer(
  peer: KerasPeer,
  kind: string,
  inputs: Uint8Array[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const key = sha256(await Deno.readFile(SCRIPT), peer.versions, ...inputs).slice(0, 16);
  const folder = inProject(".cache", "keras-peer", `${kind}-${key}`);
  try {
    await Deno.stat(folder);
    return folder;
  } catch { /* not made yet */ }
  await Deno.mkdir(inProject(".cache", "keras-peer"), { recursive: true });
  const temporary = await Deno.makeTempDir({ dir: inProject(".cache", "keras-peer"), prefix: `${kind}-making-` });
  try {
    await make(temporary);
    await Deno.rename(temporary, folder);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    throw error;
  }
  return folder;
}
