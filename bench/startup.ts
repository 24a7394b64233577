/**
 * How long one waits: from a command to its first training step, and from a fresh process to its first operation beside
 * TensorFlow, Keras, PyTorch and stock tfjs-node.
 *
 *     deno task bench:startup
 *
 * @module
 */
import { join } from "node:path";
import { Command } from "commander";
import { messageOf } from "@/errors.ts";
import { loadFaces, loadPage, resolveExperiment } from "@/experiment/mod.ts";
import { fromFileUrl } from "@/paths.ts";
import { someOf, wholeNumber } from "./options.ts";
import { lastJson, type PeerCommand } from "./peer.ts";
import { benchPython, stockTfjs } from "./setup.ts";
import { type Contender, takeTurns, turnsTable } from "./turns.ts";

const peerFile = (name: string) => fromFileUrl(new URL(`./peers/${name}`, import.meta.url));

/** Runs a command to its end, and returns the object that it printed and the seconds until it ended. */
async function answer({ name, command, args, env = {} }: PeerCommand) {
  const started = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], env: { ...env } }).output();
  const spent = (performance.now() - started) / 1000;
  const text = new TextDecoder();
  const said = success ? lastJson(text.decode(stdout)) : undefined;
  if (said === undefined) {
    const last = text.decode(stderr).trim().split("\n").slice(-3).join(" | ");
    throw new Error(`Cannot measure ${name} as it failed: ${last || "nothing on its standard error"}`);
  }
  return { spent, said };
}

/** Who does a first operation. */
const FIRST_OPS: Readonly<Record<string, () => Promise<PeerCommand>>> = {
  ours: () =>
    Promise.resolve({
      name: "acr-lab",
      command: Deno.execPath(),
      args: ["run", "-A", "--quiet", peerFile("first_op.ts")],
    }),
  tensorflow: async () => ({
    name: "TensorFlow",
    command: await benchPython(),
    args: [peerFile("first_op.py"), "tensorflow"],
  }),
  keras: async () => ({ name: "Keras", command: await benchPython(), args: [peerFile("first_op.py"), "keras"] }),
  torch: async () => ({ name: "PyTorch", command: await benchPython(), args: [peerFile("first_op.py"), "torch"] }),
  stock: async () => ({
    name: "stock tfjs-node",
    command: "sh",
    args: ["-c", 'cd "$0" && exec node "$@"', await stockTfjs(), peerFile("first_op.cjs")],
    env: { TF_CPP_MIN_LOG_LEVEL: "3" },
  }),
};

async function firstOps(only: readonly string[], rounds: number): Promise<string> {
  const contenders: Contender[] = [];
  for (const name of only) {
    try {
      const command = await FIRST_OPS[name]!();
      // The first run tells the version, and brings the files into the system's cache.
      const { said } = await answer(command);
      if (said.total !== 64 ** 3) {
        throw new Error(`Cannot measure ${name} as its result should be ${64 ** 3}: ${said.total}`);
      }
      contenders.push({
        what: String(said.version),
        group: "first operation",
        ours: name === "ours",
        turn: async () => (await answer(command)).spent,
      });
    } catch (error) {
      console.error(`  ${name}: skipped, ${messageOf(error)}`);
    }
  }
  const rows = await takeTurns(contenders, rounds, (line) => console.error(`  ${line}`));
  return turnsTable(rows, "seconds", "until");
}

async function firstSteps(rounds: number): Promise<string> {
  const scratch = await Deno.makeTempDir({ prefix: "acr-lab-bench-" });
  let run = 0;
  const start = async (cache: string) => {
    const out = join(scratch, `results-${run++}`);
    const experiment = ["task", "experiment", "synthetic-mnv2", "--out", out, "--cache", join(scratch, cache)];
    const args = [peerFile("first_step.py"), Deno.execPath(), ...experiment];
    const { said } = await answer({ name: "acr-lab", command: "python3", args });
    return Number(said.seconds);
  };
  try {
    const title = "`deno task experiment synthetic-mnv2`";
    // A run that is ended after its first step has not kept its faces.
    const { settings } = resolveExperiment(await loadPage("synthetic-mnv2"));
    for (const split of ["train", "test"] as const) {
      await loadFaces(settings, split, { cacheDir: join(scratch, "drawn"), quiet: true });
    }
    return turnsTable(
      [
        ...await takeTurns(
          [{
            ...{ what: `${title}, never run before: draws its faces`, group: "first training step", ours: true },
            turn: (round) => start(`cache-${round}`),
          }],
          rounds,
          (line) => console.error(`  ${line}`),
        ),
        ...await takeTurns(
          [{
            ...{ what: `${title}, faces drawn before`, group: "first training step", ours: true },
            turn: () => start("drawn"),
          }],
          rounds,
          (line) => console.error(`  ${line}`),
        ),
      ],
      "seconds",
      "until",
    );
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

const PARTS = ["step", "op"] as const;

if (import.meta.main) {
  const { only, rounds, parts } = new Command("deno task bench:startup")
    .description(
      "Seconds from a command to its first training step, and from a process to its first operation, in turn",
    )
    .option("--parts <list>", `some of ${PARTS.join(", ")}`, someOf(PARTS), [...PARTS])
    .option("--only <list>", "who does a first operation", someOf(Object.keys(FIRST_OPS)), Object.keys(FIRST_OPS))
    .option("--rounds <n>", "turns that each one takes", wholeNumber, 5)
    .parse(Deno.args, { from: "user" })
    .opts<{ only: string[]; rounds: number; parts: string[] }>();
  try {
    if (parts.includes("step")) console.log(`${await firstSteps(rounds)}\n`);
    if (parts.includes("op")) console.log(await firstOps(only, rounds));
  } catch (error) {
    console.error(messageOf(error));
    Deno.exitCode = 1;
  }
}
