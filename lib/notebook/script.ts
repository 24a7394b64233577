import { type Notebook, sourceOf } from "./notebook_file.ts";

/** The code of a notebook as one module, and where each of its lines comes from. */
export interface NotebookScript {
  readonly text: string;
  /** Of line `n` (1-based) of the text: the cell among all cells and the line in it, both 1-based; null between cells. */
  readonly origin: readonly ({ readonly cell: number; readonly line: number } | null)[];
}

/** Joins the code cells of a notebook to one module, which `deno check` and `deno lint` understand. */
export function notebookScript(notebook: Notebook): NotebookScript {
  const lines: string[] = [];
  const origin: ({ cell: number; line: number } | null)[] = [null];
  const add = (text: string, from: { cell: number; line: number } | null) => {
    lines.push(text);
    origin.push(from);
  };
  notebook.cells.forEach((cell, i) => {
    if (cell.cell_type !== "code") return;
    add(`// Cell ${i + 1}`, null);
    sourceOf(cell).split("\n").forEach((text, line) => add(text, { cell: i + 1, line: line + 1 }));
    add("", null);
  });
  // A file without import or export is no module, and could not await.
  add("export {};", null);
  return { text: lines.join("\n") + "\n", origin };
}
