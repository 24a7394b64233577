import { join } from "node:path";
import { exampleConfig, writeExample } from "@/results/testdata/example_runs.ts";
import { codeState } from "../code_state.ts";
import { createSweep, type Submission, type SweepFolder, type SweepTrial } from "../sweep.ts";

/** What a made-up trial does: ends well, breaks, works until it is stopped, or ends without a result. */
export type ToyTrial = "good" | "bad" | "long" | "empty";

export interface ToySweep {
  readonly folder: SweepFolder;
  /** The command of a made-up trial, instead of `deno task experiment`. */
  readonly command: (args: readonly string[]) => string[];
  /** How often each trial was started, in their order. */
  starts(): Promise<number[]>;
  /** Writes the run directory of a trial. */
  write(index: number, state: "finished" | "interrupted"): Promise<void>;
  submit(options: Partial<Submission> & Pick<Submission, "tasks">): Promise<number>;
}

/** Runs a test with a sweep of made-up trials in a folder of its own. */
export async function withToySweep(
  kinds: readonly ToyTrial[],
  run: (sweep: ToySweep) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "acr-lab-sweep-" });
  try {
    const out = join(root, "results");
    const trials: SweepTrial[] = [];
    for (const [seed, kind] of kinds.entries()) {
      const ready = writeExample(join(root, "ready"), { seed });
      const path = ready.replace(join(root, "ready"), out);
      trials.push({
        name: `toy-${seed}`,
        arguments: [kind, ready, path, join(root, `starts-${seed}`)],
        path,
        epochs: 5,
      });
    }
    const folder = await createSweep({ name: "toys", out, trials, by: ["loss"] });
    const script = join(root, "trial.sh");
    await Deno.writeTextFile(
      script,
      `kind=$1 ready=$2 path=$3 starts=$4
mkdir -p "$path"
cp "$ready/config.json" "$path"
trap 'echo Stopped; exit 130' TERM
echo start >>"$starts"
case $kind in
  good) cp -r "$ready/." "$path" ;;
  bad) echo "Some words"; echo "Cannot train as it broke: 7" >&2; exit 1 ;;
  long) while true; do sleep 0.05; done ;;
esac
`,
    );
    await run({
      folder,
      command: (args) => ["/bin/sh", script, ...args],
      starts: () =>
        Promise.all(kinds.map(async (_, seed) => {
          const text = await Deno.readTextFile(join(root, `starts-${seed}`)).catch(() => "");
          return text.split("\n").length - 1;
        })),
      async write(index, state) {
        const { path, arguments: [, ready] } = trials[index]!;
        await Deno.mkdir(path, { recursive: true });
        await Deno.writeTextFile(join(path, "config.json"), JSON.stringify(exampleConfig({ seed: index })));
        if (state === "finished") await Deno.copyFile(join(ready!, "result.json"), join(path, "result.json"));
      },
      async submit(options) {
        const number = await folder.nextSubmission();
        await folder.writeSubmission(number, {
          version: 1,
          launcher: "local",
          submitted: new Date().toISOString(),
          job: null,
          parallel: 1,
          threads: null,
          code: await codeState(),
          anyCode: true,
          slurm: null,
          ...options,
        });
        return number;
      },
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
