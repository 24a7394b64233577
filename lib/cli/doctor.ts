/**
 * `deno task doctor`: what this machine has, what will be used, and why.
 *
 * @module
 */
import { Command } from "commander";
import * as tf from "@tensorflow/tfjs";
import { datasets, defaultDirectory } from "@/data/datasets.ts";
import { messageOf } from "@/errors.ts";
import { exists } from "@/files.ts";
import { projectRoot } from "@/paths.ts";
import { type BackendInfo, type BackendName, BACKENDS, useBackend } from "@/tensorflow/backend.ts";
import { pythonCommand } from "@/tensorflow/library.ts";
import type { NodeBackend } from "@/tensorflow/node_backend.ts";

type Line = readonly [name: string, value: string];

async function version(command: string, args: string[]): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : "does not run";
  } catch {
    return "not found";
  }
}

/** Where a matrix product really runs: what TensorFlow placed it on, not what was asked for. */
function placement({ backend }: BackendInfo): string {
  const product = tf.ones([64, 64]).matMul(tf.ones([64, 64]));
  if (backend !== "tensorflow") return `${tf.getBackend()} (${product.shape})`;
  const native = tf.backend() as unknown as NodeBackend;
  return native.binding.deviceOf(native.getInputTensorIds([product])[0]!).replace(/^.*device:/, "");
}

/** Looks around and returns lines to print; `ok` is false if the backend cannot be used. */
export async function diagnose(options: { backend?: BackendName; device?: "auto" | "cpu" | "gpu" }): Promise<
  { lines: Line[]; ok: boolean }
> {
  const python = pythonCommand();
  const lines: Line[] = [
    ["Deno", `${Deno.version.deno} (${Deno.build.target}), ${navigator.hardwareConcurrency} cores`],
    ["memory", `${(Deno.systemMemoryInfo().total / 2 ** 30).toFixed(1)} GiB`],
    ["project", projectRoot],
    ["Python", `${python}: ${await version(python, ["--version"])}`],
    ["pip", await version(python, ["-m", "pip", "--version"])],
  ];
  let ok = true;
  try {
    const info = await useBackend({ ...options, quiet: false });
    lines.push(["backend", `${info.backend}: ${info.version}, ${info.threads} threads`]);
    if (info.library) lines.push(["library", `${info.library.path} (${info.library.reason})`]);
    if (info.backend === "tensorflow") {
      const { runtime } = (tf.backend() as unknown as NodeBackend).binding;
      lines.push(["devices", runtime.devices.map(({ name }) => name.replace(/^.*device:/, "")).join(", ")]);
    }
    lines.push(["a matrix product runs on", placement(info)]);
  } catch (error) {
    ok = false;
    lines.push(["backend", messageOf(error)]);
  }
  for (const [name, description] of Object.entries(datasets())) {
    if (name === "synthetic") continue;
    const folder = defaultDirectory(name);
    lines.push([`data ${name}`, await exists(folder) ? folder : `not in ${folder} (${description})`]);
  }
  return { lines, ok };
}

if (import.meta.main) {
  const { backend, device } = new Command("deno task doctor")
    .description("Says what this machine has, which TensorFlow is used and why, and where ops run")
    .option("--backend <name>", BACKENDS.join(", "), "tensorflow")
    .option("--device <name>", "auto, cpu, gpu", "auto")
    .parse(Deno.args, { from: "user" })
    .opts<{ backend: BackendName; device: "auto" | "cpu" | "gpu" }>();
  const { lines, ok } = await diagnose({ backend, device });
  const width = Math.max(...lines.map(([name]) => name.length));
  for (const [name, value] of lines) console.log(`${name.padEnd(width)}  ${value}`);
  if (!ok) Deno.exit(1);
}
