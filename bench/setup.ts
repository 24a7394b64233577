import { join } from "node:path";
import { exists } from "@/files.ts";
import { inProject } from "@/paths.ts";

const ROOT = inProject(".cache", "bench");
/** Both files, as the first takes the second in. */
const REQUIREMENTS = ["requirements.txt", "parity-requirements.txt"];

async function run(command: string, args: string[], options: Deno.CommandOptions = {}): Promise<string> {
  let output;
  try {
    output = await new Deno.Command(command, { args, ...options }).output();
  } catch {
    throw new Error(`'${command}' is not on this machine`);
  }
  const text = new TextDecoder();
  if (!output.success) {
    const said = (text.decode(output.stderr) || text.decode(output.stdout)).trim().split("\n").slice(-3).join(" | ");
    throw new Error(`'${command} ${args.slice(0, 3).join(" ")} ...' failed: ${said}`);
  }
  return text.decode(output.stdout).trim();
}

/**
 * The one Python of all benchmarks, with what `requirements.txt` pins, made on first use (several gigabytes) and brought up
 * to date when that file changes; or that of `ACR_BENCH_PYTHON`.
 */
export async function benchPython(): Promise<string> {
  const named = Deno.env.get("ACR_BENCH_PYTHON");
  if (named) return named;
  const home = join(ROOT, "venv"), python = join(home, "bin", "python"), done = join(home, "acr-lab-complete");
  const wanted = (await Promise.all(REQUIREMENTS.map((file) => Deno.readTextFile(inProject("bench", file))))).join(
    "\n",
  );
  if (await exists(done) && await Deno.readTextFile(done) === wanted) return python;
  console.error("Setting up Python for the benchmarks in .cache/bench/venv (once; several gigabytes)");
  if (!await exists(python)) await run("python3", ["-m", "venv", home]);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS[0]!];
  await run(python, install, { cwd: inProject("bench") });
  await Deno.writeTextFile(done, wanted);
  return python;
}

/**
 * Stock tfjs-node with its native addon, made on first use: it is built from source against the TensorFlow wheel, since
 * the prebuilt one of 4.22 does not load on current Node. Returns the folder to run Node in.
 */
export async function stockTfjs(): Promise<string> {
  const home = join(ROOT, "stock"), done = join(home, "acr-lab-complete");
  if (await exists(done)) return home;
  console.error("Building stock tfjs-node for the benchmarks in .cache/bench/stock (once)");
  await Deno.mkdir(home, { recursive: true });
  await Deno.writeTextFile(join(home, "package.json"), JSON.stringify({ private: true }));
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "@tensorflow/tfjs-node@4.22.0"], {
    cwd: home,
  });
  const wheel = await run(await benchPython(), [
    "-c",
    "import importlib.util as u, os; print(os.path.dirname(u.find_spec('tensorflow').origin))",
  ]);
  const addon = join(home, "node_modules", "@tensorflow", "tfjs-node"), lib = join(addon, "deps", "lib");
  await Deno.mkdir(lib, { recursive: true });
  const links = [
    [join(wheel, "include"), join(addon, "deps", "include")],
    [join(wheel, "libtensorflow_cc.so.2"), join(lib, "libtensorflow.so")],
    [join(wheel, "libtensorflow_cc.so.2"), join(lib, "libtensorflow.so.2")],
    [join(wheel, "libtensorflow_cc.so.2"), join(lib, "libtensorflow_cc.so.2")],
    [join(wheel, "libtensorflow_framework.so.2"), join(lib, "libtensorflow_framework.so")],
    [join(wheel, "libtensorflow_framework.so.2"), join(lib, "libtensorflow_framework.so.2")],
  ] as const;
  for (const [target, link] of links) {
    await Deno.remove(link).catch(() => {});
    await Deno.symlink(target, link);
  }
  const prefix = await run("node", [
    "-p",
    "require('node:path').dirname(require('node:path').dirname(process.execPath))",
  ]);
  const build = join(home, "node_modules", ".bin", "node-pre-gyp");
  await run(build, ["install", "--build-from-source", `--nodedir=${prefix}`], { cwd: addon });
  await Deno.writeTextFile(done, "tfjs-node 4.22.0");
  return home;
}
