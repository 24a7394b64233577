import { sha256 } from "@/files.ts";
import { type Notebook, type NotebookCell, sourceOf } from "./notebook_file.ts";

/** The kernel that the project's notebooks ask for: the Deno kernel's usual name, so that they open elsewhere too. */
const METADATA = {
  kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
  language_info: {
    codemirror_mode: "typescript",
    file_extension: ".ts",
    mimetype: "text/x.typescript",
    name: "typescript",
    nbconvert_exporter: "script",
    pygments_lexer: "typescript",
  },
};

/** As the format asks: 1 to 64 of these. */
const VALID_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** A cell's own id where it is valid and not yet taken, else one that follows from its text. */
function idOf(cell: NotebookCell, taken: Set<string>): string {
  let id = cell.id ?? "";
  for (let n = 0; !VALID_ID.test(id) || taken.has(id); n++) {
    id = sha256(`${cell.cell_type} ${n} ${sourceOf(cell)}`).slice(0, 8);
  }
  taken.add(id);
  return id;
}

/**
 * The canonical form in which notebooks are stored: no outputs, no counts, no metadata but tags and the kernel, ids that
 * stay, one source line per JSON line. Two people who run a notebook get no difference in it.
 */
export function cleanNotebook(notebook: Notebook): string {
  const taken = new Set<string>();
  const cells = notebook.cells.map((cell) => {
    const source = sourceOf(cell).replaceAll("\r\n", "\n").trimEnd();
    const tags = cell.metadata.tags;
    return {
      cell_type: cell.cell_type,
      ...(cell.cell_type === "code" ? { execution_count: null } : {}),
      id: idOf(cell, taken),
      metadata: Array.isArray(tags) && tags.length > 0 ? { tags } : {},
      ...(cell.cell_type === "code" ? { outputs: [] } : {}),
      ...(cell.attachments ? { attachments: cell.attachments } : {}),
      source: source === "" ? [] : source.split("\n").map((line, i, all) => i + 1 < all.length ? line + "\n" : line),
    };
  });
  return JSON.stringify({ cells, metadata: METADATA, nbformat: 4, nbformat_minor: 5 }, null, 1) + "\n";
}
