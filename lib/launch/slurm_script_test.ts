import assert from "node:assert/strict";
import { arrayScript } from "./slurm_script.ts";

const job = {
  name: "losses",
  tasks: 9,
  directory: "/home/ann/acr-lab",
  logs: "/home/ann/acr-lab/results/sweeps/losses/submissions/0",
  command: ["/usr/bin/deno", "run", "-A", "lib/cli/sweep.ts", "work", "losses", "--out", "/home/ann/my results", "0"],
};

Deno.test("arrayScript() writes the script of a plain job array", () => {
  assert.equal(
    arrayScript(job, {}),
    `#!/bin/bash
#SBATCH --job-name=acr-lab-losses
#SBATCH --array=0-8
#SBATCH --chdir=/home/ann/acr-lab
#SBATCH --output=/home/ann/acr-lab/results/sweeps/losses/submissions/0/%A_%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=USR2@120
#SBATCH --ntasks=1

exec srun --unbuffered /usr/bin/deno run -A lib/cli/sweep.ts work losses --out '/home/ann/my results' 0 "$SLURM_ARRAY_TASK_ID"
`,
  );
});

Deno.test("arrayScript() writes every option that a cluster may need", () => {
  const text = arrayScript({ ...job, logs: "/data/50% off/logs" }, {
    partition: "gpu,preempt",
    account: "faces",
    time: "1-12:30:00",
    gres: "gpu:a100:1",
    cpus: 8,
    memory: "16G",
    tasksAtOnce: 4,
    setup: ["module load cuda/12.4", "export NAME='a b'"],
    sbatch: ["--constraint=a100", "--mail-type=END"],
  });
  assert.equal(
    text,
    `#!/bin/bash
#SBATCH --job-name=acr-lab-losses
#SBATCH --array=0-8%4
#SBATCH --chdir=/home/ann/acr-lab
#SBATCH --output="/data/50%% off/logs/%A_%a.log"
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=USR2@120
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=1-12:30:00
#SBATCH --partition=gpu,preempt
#SBATCH --account=faces
#SBATCH --gres=gpu:a100:1
#SBATCH --constraint=a100
#SBATCH --mail-type=END

module load cuda/12.4
export NAME='a b'

exec srun --unbuffered --cpus-per-task=8 /usr/bin/deno run -A lib/cli/sweep.ts work losses --out '/home/ann/my results' 0 "$SLURM_ARRAY_TASK_ID"
`,
  );
});

Deno.test("arrayScript() refuses options that sbatch would read as others", () => {
  for (const options of [{ partition: "gpu\n#SBATCH --uid=0" }, { account: "a b" }, { time: "1;2" }, { gres: "" }]) {
    assert.throws(() => arrayScript(job, options), RangeError);
  }
  assert.throws(() => arrayScript(job, { setup: ["a\nb"] }), /setup line is more than one line: "a\\nb"$/);
  assert.throws(() => arrayScript(job, { sbatch: ["--a\n--b"] }), RangeError);
  assert.throws(() => arrayScript({ ...job, logs: '/a"b' }, {}), /log folder has a quote or backslash/);
});
