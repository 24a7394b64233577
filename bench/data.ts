/**
 * The data road beside Python: augmentation, decoding + cropping + augmentation, preparation, and the synthetic faces.
 *
 *     deno task bench:data
 *     deno task bench:data --only augment --workers 1 --rounds 9
 *
 * @module
 */
import { join, resolve } from "node:path";
import { Command } from "commander";
import type { PresetName } from "@/data/augment.ts";
import type { FaceSet } from "@/data/face_set.ts";
import { BatchLoader } from "@/data/loader.ts";
import { prepareFaces } from "@/data/prepare.ts";
import type { PreparedFaces } from "@/data/prepared.ts";
import { generateFaces } from "@/data/synthetic/mod.ts";
import { messageOf } from "@/errors.ts";
import { fromFileUrl, inProject } from "@/paths.ts";
import { type BenchFaces, openFaces } from "./data_faces.ts";
import { someOf, wholeNumber, wholeNumbers } from "./options.ts";
import { Peer } from "./peer.ts";
import { benchPython } from "./setup.ts";
import { type Contender, takeTurns, turnsTable } from "./turns.ts";

interface Options {
  readonly only: readonly string[];
  readonly from: string;
  readonly faces: number;
  readonly size: number;
  readonly batch: number;
  readonly workers: readonly number[];
  readonly rounds: number;
}

/** What all tasks share. */
interface Setup {
  readonly options: Options;
  readonly faces: BenchFaces;
  /** The same faces, prepared. */
  readonly set: PreparedFaces;
  readonly peer: Peer;
  /** A folder for whatever a turn writes. */
  readonly scratch: string;
  /** Run when the task's turns are over. */
  readonly atEnd: (() => Promise<unknown>)[];
}

interface Task {
  readonly title: string;
  readonly unit: string;
  /** What tells groups apart. */
  readonly group: string;
  contenders(setup: Setup): Contender[];
  /** A sentence after the turns: whether the peers did the same work. */
  check?(setup: Setup): Promise<string>;
}

const PEER = "OpenCV + NumPy";

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function readEpoch(loader: BatchLoader, epoch: number): Promise<void> {
  for await (const { release } of loader.epoch(epoch)) release();
}

const TASKS: Readonly<Record<string, Task>> = {
  augment: {
    title: "Augmentation of packed crops into float32 batches",
    unit: "images/s",
    group: "workers, preset",
    contenders({ options, set, peer, atEnd }) {
      return options.workers.flatMap((workers) =>
        (["basic", "acr"] satisfies PresetName[]).flatMap((preset): Contender[] => {
          const loader = new BatchLoader({ set, batchSize: options.batch, augment: preset, workers, seed: 1 });
          atEnd.push(() => loader.close());
          const common = { group: `${workers}, ${preset}`, items: set.count };
          return [
            { ...common, what: "acr-lab", ours: true, turn: (epoch) => seconds(() => readEpoch(loader, epoch)) },
            {
              ...common,
              what: PEER,
              ours: false,
              turn: (epoch) => peer.run({ task: "augment", workers, preset, epoch }),
            },
          ];
        })
      );
    },
  },
  pipeline: {
    title: "From picture files to one epoch of batches: decode, crop, augment (basic)",
    unit: "images/s",
    group: "workers",
    contenders({ options, faces, peer, scratch }) {
      return options.workers.flatMap((workers): Contender[] => {
        const common = { group: `${workers}`, items: faces.source.faces.length };
        return [
          {
            ...common,
            what: "acr-lab: prepares, then loads",
            ours: true,
            async turn(epoch) {
              const cacheDir = join(scratch, `pipeline-${workers}-${epoch}`);
              const spent = await seconds(async () => {
                const set = await prepareFaces(faces.source, {
                  ...{ size: options.size, cacheDir, quiet: true, inFlight: Math.max(1, workers) },
                });
                await using loader = new BatchLoader({
                  ...{ set, batchSize: options.batch, augment: "basic", workers, seed: 1 },
                });
                await readEpoch(loader, epoch);
              });
              await Deno.remove(cacheDir, { recursive: true });
              return spent;
            },
          },
          {
            ...common,
            what: `${PEER}: decodes in every epoch`,
            ours: false,
            turn: (epoch) => peer.run({ task: "pipeline", workers, preset: "basic", epoch }),
          },
        ];
      });
    },
  },
  prepare: {
    title: "data prepare: decode, crop, resize, pack to .npy",
    unit: "faces/s",
    group: "cores",
    contenders({ options, faces, peer, scratch }) {
      const cores = navigator.hardwareConcurrency;
      const common = { group: `${cores}`, items: faces.source.faces.length };
      const python = (library: string) => (round: number) => {
        const out = join(scratch, `${library}-${round === 0 ? "first" : "later"}`);
        return peer.run({ task: "prepare", library, processes: cores, out });
      };
      return [
        {
          ...common,
          what: "acr-lab",
          ours: true,
          async turn(round) {
            const cacheDir = join(scratch, `prepare-${round}`);
            const spent = await seconds(() =>
              prepareFaces(faces.source, { size: options.size, cacheDir, quiet: true })
            );
            await Deno.remove(cacheDir, { recursive: true });
            return spent;
          },
        },
        { ...common, what: "Pillow + NumPy", ours: false, turn: python("pillow") },
        { ...common, what: PEER, ours: false, turn: python("opencv") },
      ];
    },
    async check({ peer, scratch }) {
      const sentences: string[] = [];
      for (const [library, name] of [["pillow", "Pillow"], ["opencv", "OpenCV"]] as const) {
        const { levels, pixels } = await peer.ask({ task: "compare", folder: join(scratch, `${library}-first`) });
        sentences.push(
          `${name}'s crops differ from ours by ${Number(levels).toFixed(2)} gray levels on average, ` +
            `landmarks by ${Number(pixels).toExponential(0)} pixels at most.`,
        );
      }
      return sentences.join(" ");
    },
  },
  synthetic: {
    title: "Synthetic faces, from nothing to pixels and landmarks, by the clock on the wall",
    unit: "faces/s",
    group: "workers",
    contenders({ options }) {
      const { size, faces: count } = options;
      return options.workers.filter((workers) => workers > 0).map((workers): Contender => ({
        ...{ what: "acr-lab", ours: true, group: `${workers}`, items: count },
        turn: (seed) => seconds((): Promise<FaceSet> => generateFaces({ count, size, seed, workers, quiet: true })),
      }));
    },
  },
};

async function bench(options: Options): Promise<void> {
  const scratch = await Deno.makeTempDir({ prefix: "acr-lab-bench-" });
  let peer: Peer | undefined;
  try {
    const faces = await openFaces(options.from, options.faces, scratch);
    console.error(`${faces.description}; ${navigator.hardwareConcurrency} cores`);
    const cacheDir = join(scratch, "prepared");
    const set = await prepareFaces(faces.source, { size: options.size, cacheDir, quiet: true });
    const about = join(scratch, "setup.json");
    const { size, batch } = options;
    await Deno.writeTextFile(
      about,
      JSON.stringify({ prepared: set.directory, size, batch, faces: faces.files, flip: set.scheme.flip }),
    );
    const script = fromFileUrl(new URL("./peers/data_peer.py", import.meta.url));
    const started = await Peer.start({ name: "Python", command: await benchPython(), args: [script, about] });
    peer = started.peer;
    console.log(`${faces.description}, crops of ${size} px, batches of ${batch}; ${started.ready.version}\n`);
    for (const name of options.only) {
      const { title, unit, group, contenders, check } = TASKS[name]!;
      console.error(title);
      const atEnd: (() => Promise<unknown>)[] = [];
      const setup: Setup = { options, faces, set, peer, scratch, atEnd };
      try {
        const rows = await takeTurns(contenders(setup), options.rounds, (line) => console.error(`  ${line}`));
        console.log(`${title}\n\n${turnsTable(rows, unit, group)}\n`);
      } finally {
        for (const end of atEnd) await end();
      }
      if (check) console.log(`${await check(setup)}\n`);
    }
  } finally {
    await peer?.stop();
    await Deno.remove(scratch, { recursive: true });
  }
}

if (import.meta.main) {
  const options = new Command("deno task bench:data")
    .description("Speed of augmentation, preparation and drawing of faces beside OpenCV, Pillow and NumPy, in turn")
    .option("--only <list>", `some of ${Object.keys(TASKS).join(", ")}`, someOf(Object.keys(TASKS)), Object.keys(TASKS))
    .option("--from <folder>", "300W; without it synthetic faces are written in its layout", (path) => resolve(path))
    .option("--faces <n>", "how many faces", wholeNumber, 512)
    .option("--size <pixels>", "side of the crops", wholeNumber, 224)
    .option("--batch <n>", "faces per batch", wholeNumber, 32)
    .option("--workers <list>", "numbers of workers", (text) => wholeNumbers(text, 0), [0, 1, 2])
    .option("--rounds <n>", "turns that each one takes", wholeNumber, 5)
    .parse(Deno.args, { from: "user" })
    .opts<Omit<Options, "from"> & { from?: string }>();
  try {
    await bench({ ...options, from: options.from ?? inProject("data", "300w") });
  } catch (error) {
    console.error(messageOf(error));
    Deno.exitCode = 1;
  }
}
