/**
 * A real Slurm cluster of one node on this machine, for a few minutes: an ablation of eight trials as a job array, one of
 * them cancelled, one requeued and one warned as before a preemption, all in the middle of training, must end with the
 * numbers of undisturbed runs.
 *
 *     deno run -A bench/slurm.ts
 *
 * Needs root and Debian's slurm-wlm and munge; says so, and ends well, where they are missing. About five minutes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { inProject } from "@/paths.ts";
import { CLOCK_FIELDS } from "@/results/schema.ts";

const NEEDED = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "srun", "sinfo"];

const EXPERIMENT = `
import { defineExperiment } from "@/experiment/page.ts";
export default defineExperiment({
  summary: "A toy", dataset: "synthetic", synthetic: { train: 60, test: 12 }, size: 48, validation: 0.2,
  architecture: "mnv2", model: { alpha: 0.35, batchNormMomentum: 0.9 }, epochs: 40, batch: 8,
});`;
const ABLATION = `
import { defineAblation } from "@/experiment/ablation.ts";
export default defineAblation({
  summary: "Toys", experiments: ["toy"], grid: { loss: ["acr", "l2"] }, seeds: [0, 1, 2, 3],
});`;

type Trial = { name: string; path: string; state: string; reason: string; epochs: number };

async function missing(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "slurmd must be started by root, on Linux";
  for (const command of NEEDED) {
    const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${command}`] }).output();
    if (!success) return `${command} is not installed (apt-get install slurm-wlm munge)`;
  }
}

const children: Deno.ChildProcess[] = [];

/** Starts a daemon in the foreground, as a child that ends with this process. */
function daemon(folder: string, command: string, ...args: string[]): void {
  const shell = `exec "$0" "$@" >>'${folder}/${command}.out' 2>&1`;
  children.push(new Deno.Command("sh", { args: ["-c", shell, command, ...args], stdin: "null" }).spawn());
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, code, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) {
    throw new Error(`${command} ${args.join(" ")}: exit ${code}\n${text}${new TextDecoder().decode(stderr)}`);
  }
  return text;
}

async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what} did not come within ${seconds} s`);
}

/** Starts munge and Slurm with everything below `folder`; the commands of this process and its children find them. */
async function startCluster(folder: string): Promise<void> {
  const host = Deno.hostname().split(".")[0]!;
  const socket = join(folder, "munge.socket");
  await Deno.writeFile(join(folder, "munge.key"), randomBytes(128), { mode: 0o600 });
  for (const name of ["state", "spool"]) await Deno.mkdir(join(folder, name));
  daemon(
    folder,
    "munged",
    ...["--foreground", "--force", `--key-file=${folder}/munge.key`, `--socket=${socket}`],
    ...[`--pid-file=${folder}/munge.pid`, `--log-file=${folder}/munge.log`, `--seed-file=${folder}/munge.seed`],
  );
  await until("munged", 20, () => Deno.stat(socket));
  const conf = join(folder, "slurm.conf");
  await Deno.writeTextFile(
    conf,
    `ClusterName=bench
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=17817
SlurmdPort=17818
AuthType=auth/munge
# Slurm keeps a requeued job back for the life of a credential: two minutes unless told otherwise.
AuthInfo=socket=${socket},cred_expire=10
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
# No control groups in a container.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=5,bf_interval=5
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
KillWait=20
MinJobAge=600
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${navigator.hardwareConcurrency} State=UNKNOWN
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`,
  );
  Deno.env.set("SLURM_CONF", conf);
  daemon(folder, "slurmctld", "-D", "-f", conf);
  daemon(folder, "slurmd", "-D", "-f", conf, "-N", host);
  await until("an idle node", 60, async () => /idle/.test(await run("sinfo", "-h", "-o", "%t")) || undefined);
}

/** Ends everything that {@linkcode startCluster} began, and removes the folder. */
async function tearDown(folder: string): Promise<void> {
  // Never the jobs of a cluster that was there before.
  if (Deno.env.get("SLURM_CONF") === join(folder, "slurm.conf")) {
    await run("scancel", "--user=root").catch(() => {});
    const empty = async () => (await run("squeue", "--noheader")).trim() === "" || undefined;
    await until("an empty queue", 40, empty).catch(() => {});
  }
  for (const child of children.splice(0).reverse()) {
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    try {
      child.kill("SIGTERM");
      await child.status;
    } catch { /* it has ended */ }
    clearTimeout(late);
  }
  await Deno.remove(folder, { recursive: true }).catch(() => {});
}

const script = (name: string) => ["run", "-A", "--quiet", inProject("lib", "cli", `${name}.ts`)];
const deno = (...args: string[]) => run(Deno.execPath(), ...args);

async function statusOf(out: string): Promise<Trial[]> {
  return JSON.parse(await deno(...script("sweep"), "status", "toys", "--out", out, "--json")).trials;
}

const counts = (trials: readonly Trial[]) =>
  Object.entries(Object.groupBy(trials, ({ state }) => state)).map(([state, of]) => `${of!.length} ${state}`).join(
    ", ",
  );

/** What of a run must not depend on how often it was stopped. */
async function timeless(path: string) {
  const drop = (record: Record<string, unknown>) => {
    for (const field of [...CLOCK_FIELDS, "stall"]) delete record[field];
    return record;
  };
  const result = JSON.parse(await Deno.readTextFile(join(path, "result.json")));
  drop(result.training);
  const metrics = (await Deno.readTextFile(join(path, "metrics.jsonl"))).trim().split("\n").map((line) =>
    drop(JSON.parse(line))
  );
  const errors = await Deno.readTextFile(join(path, "errors.csv"));
  return { result, metrics, errors, predictions: [...await Deno.readFile(join(path, "predictions.npy"))] };
}

async function steps(path: string): Promise<number> {
  let most = 0;
  for await (const { name } of Deno.readDir(join(path, "checkpoint"))) {
    most = Math.max(most, Number(/^step-(\d+)\.ckpt$/.exec(name)?.[1] ?? 0));
  }
  return most;
}

/** A trial that trains, has a checkpoint, and is not near its end. */
function midTraining(out: string, without: readonly string[]): Promise<Trial> {
  return until("a trial in the middle of training", 240, async () => {
    for (const trial of await statusOf(out)) {
      const trains = trial.state === "running" && !without.includes(trial.name) && trial.epochs >= 2 &&
        trial.epochs < 30;
      if (trains && await steps(trial.path) > 0) return trial;
    }
  });
}

async function main(): Promise<number> {
  const reason = await missing();
  if (reason !== undefined) return console.log(`Skipped: ${reason}`), 0;
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-slurm-" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => tearDown(folder).finally(() => Deno.exit(130)));
  }
  const began = performance.now();
  const say = (text: string) =>
    console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);
  const [whole, disturbed] = [join(folder, "undisturbed"), join(folder, "disturbed")];
  try {
    await Deno.mkdir(join(folder, "pages", "ablations"), { recursive: true });
    await Deno.writeTextFile(join(folder, "pages", "toy.ts"), EXPERIMENT);
    await Deno.writeTextFile(join(folder, "pages", "ablations", "toys.ts"), ABLATION);
    const ablation = (out: string, ...args: string[]) =>
      deno(
        ...script("ablation"),
        ...["toys", "--pages", join(folder, "pages"), "--cache", join(folder, "prepared"), "--out", out, ...args],
      );

    await ablation(whole, "--threads", "1", "--parallel", "2", "--quiet");
    say("eight undisturbed runs are there");
    await startCluster(folder);
    say(
      `${(await run("slurmctld", "-V")).trim()}: ${(await run("sinfo", "-h", "-o", "%D node, %c cores, %t")).trim()}`,
    );

    const handed = await ablation(disturbed, "--launcher", "slurm", "--cpus", "1", "--time", "30");
    say(handed.trim().split(". ")[0]!);
    const job = /Slurm job (\d+)/.exec(handed)![1]!;
    const element = (trials: readonly Trial[], { name }: Trial) =>
      `${job}_${trials.findIndex((trial) => trial.name === name)}`;
    const first = await statusOf(disturbed);
    say(`status at once: ${counts(first)}`);
    assert.ok(first.every(({ state }) => state === "waiting" || state === "running"), JSON.stringify(first));

    const requeued = await midTraining(disturbed, []);
    await run("scontrol", "requeue", element(first, requeued));
    say(`scontrol requeue of ${requeued.name} after epoch ${requeued.epochs}: ${counts(await statusOf(disturbed))}`);
    const cancelled = await midTraining(disturbed, [requeued.name]);
    await run("scancel", element(first, cancelled));
    say(`scancel of ${cancelled.name} after epoch ${cancelled.epochs}: ${counts(await statusOf(disturbed))}`);

    // As a cluster warns before it takes a node away: the task requeues itself, and no other.
    const warned = await midTraining(disturbed, [requeued.name, cancelled.name]);
    const args = ["--signal=USR2", element(first, warned)];
    const signaller = new Deno.Command("scancel", { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    const place = first.findIndex(({ name }) => name === warned.name);
    const record = join(disturbed, "sweeps", "toys", "submissions", "0", `task-${place}`, "task.json");
    await until("its requeueing", 60, async () => {
      const { state, preemptions } = JSON.parse(await Deno.readTextFile(record));
      return state === "requeued" && preemptions === 1 || undefined;
    });
    // It asks again and again for a job that has meanwhile left its node.
    try {
      signaller.kill();
    } catch { /* it has ended */ }
    await signaller.status;
    say(
      `USR2 to ${warned.name} after epoch ${warned.epochs}, it requeued itself: ${counts(await statusOf(disturbed))}`,
    );

    const stopped = await until("the cancelled trial's state", 120, async () => {
      const trial = (await statusOf(disturbed)).find(({ name }) => name === cancelled.name)!;
      return trial.state === "cancelled" ? trial : undefined;
    });
    say(`status of the cancelled trial: ${stopped.state} at epoch ${stopped.epochs} (${stopped.reason})`);
    const settled = await until("the end of the others", 600, async () => {
      const trials = await statusOf(disturbed);
      return trials.some(({ state }) => state === "waiting" || state === "running") ? undefined : trials;
    });
    say(`the array has ended: ${counts(settled)}`);
    assert.deepEqual(
      settled.map(({ name, state }) => [name, state]),
      first.map(({ name }) => [name, name === cancelled.name ? "cancelled" : "finished"]),
    );
    say((await deno(...script("sweep"), "resume", "toys", "--out", disturbed)).trim().split(". ")[0]!);
    console.log(await deno(...script("sweep"), "status", "toys", "--out", disturbed, "--wait"));

    const end = await statusOf(disturbed);
    for (const { path, name } of end) {
      assert.deepEqual(await timeless(path), await timeless(path.replace(disturbed, whole)), name);
    }
    for (const { name } of [requeued, cancelled, warned]) {
      const index = first.findIndex((trial) => trial.name === name);
      const log = await Deno.readTextFile(join(disturbed, "sweeps", "toys", "logs", `trial-${index}.log`));
      say(`${name}: ${/Going on in epoch .*/.exec(log)?.[0] ?? "started from the beginning"}`);
      assert.match(log, /Going on in epoch /);
    }
    say("all eight runs equal the undisturbed ones: results, curves, errors and predictions, bit for bit");
    return 0;
  } catch (error) {
    console.error(error);
    for (const log of ["slurmctld.log", "slurmd.log", "munge.log"]) {
      const text = await Deno.readTextFile(join(folder, log)).catch(() => "");
      console.error(`-- ${log}\n${text.split("\n").slice(-25).join("\n")}`);
    }
    console.error(await run("squeue", "--states=all", "--array").catch(String));
    console.error(await run("sh", "-c", `tail -n 8 '${disturbed}'/sweeps/toys/submissions/*/*.log`).catch(String));
    return 1;
  } finally {
    await tearDown(folder);
  }
}

if (import.meta.main) Deno.exit(await main());
