/** One cell of a notebook, as far as it matters here. */
export interface NotebookCell {
  cell_type: "code" | "markdown" | "raw";
  id?: string;
  /** In lines or as one text: both are valid. */
  source: string | string[];
  metadata: Record<string, unknown>;
  outputs?: unknown[];
  execution_count?: number | null;
  [key: string]: unknown;
}

/** A notebook of format 4. */
export interface Notebook {
  cells: NotebookCell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** The text of a cell. */
export function sourceOf(cell: NotebookCell): string {
  return typeof cell.source === "string" ? cell.source : cell.source.join("");
}

/**
 * Parses a notebook.
 *
 * @param source Where it comes from, for messages.
 * @throws {SyntaxError} When it is not JSON, or not a notebook of format 4.
 */
export function parseNotebook(text: string, source: string): Notebook {
  const fail = (reason: string, value: unknown): never => {
    throw new SyntaxError(`Cannot read the notebook '${source}' as ${reason}: ${JSON.stringify(value) ?? value}`);
  };
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  let notebook: unknown;
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    fail("it is not JSON", error instanceof Error ? error.message : error);
  }
  if (!isRecord(notebook) || !Array.isArray(notebook.cells)) return fail("it has no list of cells", typeof notebook);
  if (notebook.nbformat !== 4) fail("its format must be 4", notebook.nbformat);
  notebook.cells.forEach((cell: unknown, i: number) => {
    if (!isRecord(cell)) return fail(`cell ${i + 1} is not an object`, cell);
    if (!["code", "markdown", "raw"].includes(cell.cell_type as string)) {
      fail(`cell ${i + 1} has no known type`, cell.cell_type);
    }
    const lines = cell.source;
    if (typeof lines !== "string" && !(Array.isArray(lines) && lines.every((line) => typeof line === "string"))) {
      fail(`cell ${i + 1} has no text`, typeof lines);
    }
    if (!isRecord(cell.metadata)) cell.metadata = {};
  });
  if (!isRecord(notebook.metadata)) notebook.metadata = {};
  return notebook as unknown as Notebook;
}

/** Reads a notebook from a file. */
export async function readNotebook(path: string): Promise<Notebook> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "there is no such file" : (error as Error).message;
    throw new Error(`Cannot read the notebook '${path}': ${reason}`, { cause: error });
  }
  return parseNotebook(text, path);
}
