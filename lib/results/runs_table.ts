import { formatDuration } from "@/progress.ts";
import type { RunRecord } from "./read_run.ts";
import { percent, type Row, Table } from "./table.ts";

/**
 * A table of run directories as they are, one row each: how far, of what, and with what error. To compare settings, group
 * runs first: see `resultsTables()`.
 */
export function runsTable(runs: readonly RunRecord[]): Table {
  const rows = runs.map(({ name, state, reason, config, result }): Row => ({
    run: name,
    state,
    dataset: config?.settings.dataset,
    network: config?.settings.architecture,
    loss: config?.settings.loss.name,
    epochs: config?.settings.epochs,
    nme: result?.subsets.full?.nme,
    time: result ? formatDuration(result.training.seconds) : undefined,
    reason,
  }));
  const unfinished = runs.some(({ reason }) => reason !== "");
  return new Table(
    [
      { key: "run" },
      { key: "state" },
      { key: "dataset" },
      { key: "network" },
      { key: "loss" },
      { key: "epochs", align: "right" },
      { key: "nme", title: "NME (%)", align: "right", format: percent(2) },
      { key: "time", align: "right" },
      ...(unfinished ? [{ key: "reason" }] : []),
    ],
    rows,
    { caption: `${runs.length} ${runs.length === 1 ? "run" : "runs"}` },
  );
}
