import { preparedRoot } from "@/data/prepare.ts";
import { messageOf } from "@/errors.ts";
import { faceGrid, type PlotSpec, toSvg } from "@/plots/mod.ts";
import { formatDuration } from "@/progress.ts";
import { compareGroups, type GroupComparison } from "./compare.ts";
import { comparisonTable } from "./comparison_table.ts";
import { faceGallery, findPrepared } from "./face_gallery.ts";
import { type Group, groupRuns } from "./group.ts";
import { livePlots } from "./live_plots.ts";
import { type FinishedRun, isFinished, type RunRecord } from "./read_run.ts";
import { reportFigures } from "./report_figures.ts";
import { resultsTables, unfinishedTable } from "./results_table.ts";
import { escapeHtml, fixed, type Row, Table } from "./table.ts";

/** Options of {@linkcode buildReport}. */
export interface ReportOptions {
  /** Heading of the page. @default "Results" */
  title?: string;
  /** What tells groups apart. @default everything but the seed */
  by?: readonly string[];
  /** Takes means over different protocols, datasets, sizes and partial sets. @default false */
  mix?: boolean;
  /** Puts published rows beside ours, marked. @default true */
  published?: boolean;
  /** Worst and best faces to show of the best group; 0 for none. @default 8 */
  faces?: number;
  /** Where prepared faces are. @default "data/prepared" in the project */
  prepared?: string;
  /** Puts Vega into the page, whose plots then tell the numbers below the pointer; else no script runs. @default true */
  interactive?: boolean;
  /** When the report was made. @default now */
  date?: Date;
}

/** More comparisons than these would rather be chosen by hand. */
const MOST_COMPARISONS = 10;

const STYLE = `
:root { color-scheme: light dark; --ink: #1a1a1a; --ground: #ffffff; --line: #c8c8c8; --soft: #f3f3f3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --ground: #111111; --line: #444; --soft: #1d1d1d; } }
body { margin: 2rem auto; padding: 0 1rem; max-width: 72rem; background: var(--ground); color: var(--ink);
  font: 15px/1.45 "DejaVu Sans", Verdana, Geneva, sans-serif; }
h1, h2, h3 { line-height: 1.2; }
h2 { margin-top: 3rem; padding-top: 1rem; border-top: 2px solid var(--line); }
table { border-collapse: collapse; font-size: 13px; }
caption { text-align: left; padding: 0.3rem 0; color: inherit; opacity: 0.8; }
th, td { padding: 0.25rem 0.7rem; border-bottom: 1px solid var(--line); }
td { white-space: nowrap; }
th { vertical-align: bottom; }
tfoot td { white-space: normal; opacity: 0.8; border: 0; }
.wide { overflow-x: auto; margin: 1rem 0; }
.figures { display: flex; flex-wrap: wrap; gap: 2rem; align-items: flex-start; }
figure { margin: 0; max-width: 100%; overflow-x: auto; }
svg { max-width: 100%; height: auto; }
pre { background: var(--soft); padding: 1rem; overflow-x: auto; font-size: 12px; }
.note { opacity: 0.8; font-size: 13px; }
.tip { position: fixed; padding: 0.3rem 0.6rem; background: var(--soft); border: 1px solid var(--line); font-size: 12px;
  white-space: pre; pointer-events: none; }
`;

/**
 * One HTML page of some runs, which asks for nothing from anywhere: tables, error distributions, curves, errors by
 * region and landmark, comparisons, published numbers, faces, and every run's configuration.
 *
 * It holds pictures of faces where the prepared data is at hand: mind their terms before you pass it on.
 */
export async function buildReport(runs: readonly RunRecord[], options: ReportOptions = {}): Promise<string> {
  const { title = "Results", by, mix = false, published = true, faces = 8, date = new Date() } = options;
  const { prepared = preparedRoot(), interactive = true } = options;
  const finished = runs.filter(isFinished);
  const unfinished = runs.filter((run) => !isFinished(run));
  const groups = groupRuns(finished, { mix, ...(by ? { by } : {}) });
  const contexts = new Map<string, Group[]>();
  for (const group of groups) {
    const id = mix ? "" : JSON.stringify(group.context);
    contexts.set(id, [...contexts.get(id) ?? [], group]);
  }
  const sections: string[] = [];
  const plots: Record<string, PlotSpec> = {};
  for (const members of contexts.values()) {
    const { dataset, split, partial } = members[0]!.context;
    const heading = mix ? "All results" : `${dataset} ${split}${partial === "complete" ? "" : `, ${partial}`}`;
    const tables = resultsTables(members, { published, mix, ...(by ? { by } : {}) });
    sections.push(await contextSection(heading, members, tables, { mix, faces, prepared, plots }));
  }
  const parts = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${finished.length} finished ${finished.length === 1 ? "run" : "runs"} in ${groups.length} ${
      groups.length === 1 ? "group" : "groups"
    }; made ${
      escapeHtml(date.toISOString().slice(0, 16).replace("T", " "))
    } UTC. Runs of one group differ in the seed alone, unless a note says more.</p>`,
    ...sections,
    `<h2>Runs</h2>`,
    wide(runsTable(finished).toHtml()),
    ...(unfinished.length > 0 ? [wide(unfinishedTable(unfinished).toHtml())] : []),
    `<h2>Configurations</h2>`,
    ...groups.map(configuration),
  ];
  const live = interactive && Object.keys(plots).length > 0 ? await livePlots(plots) : { html: "", policy: "" };
  // The policy makes sure of it: no script runs but those of the plots, and nothing is fetched.
  const policy = ["default-src 'none'", "img-src data:", "style-src 'unsafe-inline'", live.policy].filter(Boolean);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
${[...parts, live.html].join("\n").trimEnd()}
</html>
`;
}

const wide = (html: string): string => `<div class="wide">\n${html}</div>`;

function note(text: string): string {
  return `<p class="note">${escapeHtml(text)}</p>`;
}

function figure(svg: string): string {
  return `<figure>${svg}</figure>`;
}

interface SectionOptions {
  readonly mix: boolean;
  readonly faces: number;
  readonly prepared: string;
  /** Takes the plots of the page, by the id of their figures. */
  readonly plots: Record<string, PlotSpec>;
}

async function contextSection(
  heading: string,
  members: readonly Group[],
  tables: readonly Table[],
  options: SectionOptions,
): Promise<string> {
  const rank = ({ subsets }: Group) => Number.isFinite(subsets.full!.nme.mean) ? subsets.full!.nme.mean : Infinity;
  const ranked = members.toSorted((a, b) => rank(a) - rank(b));
  const { figures, missing } = await reportFigures(ranked);
  const drawn: string[] = [];
  for (const { spec } of figures) {
    const id = `plot-${Object.keys(options.plots).length}`;
    options.plots[id] = spec;
    drawn.push(`<figure id="${id}">${await toSvg(spec)}</figure>`);
  }
  const compared = await comparisons(ranked, options.mix);
  const gallery = options.faces > 0 ? await gallerySection(ranked[0]!, options) : [];
  return [
    `<h2>${escapeHtml(heading)}</h2>`,
    ...tables.map((table) => wide(table.toHtml())),
    `<div class="figures">`,
    ...drawn,
    `</div>`,
    ...[...new Set([...missing, ...compared.missing])].map(note),
    ...(compared.found.length > 0 ? [wide(comparisonTable(compared.found).toHtml())] : []),
    ...gallery,
  ].join("\n");
}

/** The best group against each other one. */
async function comparisons(
  ranked: readonly Group[],
  mix: boolean,
): Promise<{ found: GroupComparison[]; missing: string[] }> {
  const [best, ...others] = ranked;
  const found: GroupComparison[] = [], missing: string[] = [];
  for (const other of others.slice(0, MOST_COMPARISONS)) {
    try {
      found.push(await compareGroups(best!, other, { mix }));
    } catch (error) {
      missing.push(messageOf(error));
    }
  }
  if (others.length > MOST_COMPARISONS) {
    missing.push(`The best group is compared with the next ${MOST_COMPARISONS} alone.`);
  }
  return { found, missing };
}

async function gallerySection(best: Group, { faces, prepared }: SectionOptions): Promise<string[]> {
  const run = best.runs[0]!;
  const { hash } = run.result.data;
  try {
    const set = await findPrepared(prepared, hash);
    if (!set) return [note(`Faces are not shown as the prepared ones (${hash.slice(0, 8)}) are not in ${prepared}.`)];
    const { worst, best: easiest, lines } = await faceGallery(run, set, faces);
    const grid = (title: string, drawn: typeof worst): PlotSpec => faceGrid({ faces: drawn, lines, title, side: 200 });
    const svgs = [
      await toSvg(grid(`Worst faces of ${run.name}`, worst)),
      await toSvg(grid(`Best faces of ${run.name}`, easiest)),
    ];
    return [
      `<div class="figures">`,
      ...svgs.map(figure),
      `</div>`,
      note("Pictures of people keep the terms of their dataset: mind them before you pass this page on."),
    ];
  } catch (error) {
    return [note(messageOf(error))];
  }
}

function runsTable(runs: readonly FinishedRun[]): Table {
  const right = { align: "right" } as const;
  return new Table(
    [
      { key: "run" },
      { key: "epochs", ...right },
      { key: "time", ...right },
      { key: "speed", title: "images/s", format: fixed(1), ...right },
      { key: "backend" },
      { key: "device" },
      { key: "host" },
      { key: "commit" },
      { key: "started" },
    ],
    runs.map(({ name, config: { backend, environment }, result: { epochs, training } }): Row => {
      // An older or foreign config.json may lack any of it.
      const { git, machine, started } = environment as Partial<typeof environment>;
      return {
        ...{ run: name, epochs, time: formatDuration(training.seconds), speed: training.imagesPerSecond, backend },
        ...{ device: machine?.device, host: machine?.host, started: started?.slice(0, 16).replace("T", " ") },
        commit: git ? git.commit.slice(0, 10) + (git.dirty ? " + changes" : "") : "",
      };
    }),
  );
}

function configuration({ label, runs }: Group): string {
  const { environment, ...config } = runs[0]!.config;
  const json = JSON.stringify({ ...config, libraries: environment.libraries }, null, 2);
  return `<details><summary>${escapeHtml(label)}</summary><pre>${escapeHtml(json)}</pre></details>`;
}
