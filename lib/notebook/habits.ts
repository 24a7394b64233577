import { type Notebook, sourceOf } from "./notebook_file.ts";

/** Something in a cell that parses and runs, and yet shows nothing, or nothing for sure. */
export interface HabitFault {
  /** Number of the cell among all cells, 1-based. */
  readonly cell: number;
  /** Line in the cell, 1-based. */
  readonly line: number;
  readonly message: string;
}

/** A line that is nothing but a name, a member, an element, a string or a template. */
const BARE_VALUE = /^(?:[A-Za-z_$][\w$]*(?:\.[\w$]+|\[[^\]]*\])*|"[^"]*"|'[^']*'|`[^`]*`|\w+`[^`]*`);?$/;

/** A display that nobody waits for: not after `await`, `return`, an arrow, or a dot. */
const FLOATING_SHOW =
  /(?<!(?:await|return|=>|function)\s*\(?\s*)(?<![\w$.])(?:Deno\.jupyter\.display|display|show|showLive)\s*\(/;

/**
 * Finds in a notebook what the Deno kernel loses: it may tell a client that a cell is done before the cell's value, or a
 * display that is not awaited, has been sent.
 */
export function habitFaults(notebook: Notebook): HabitFault[] {
  return notebook.cells.flatMap((cell, i) => {
    if (cell.cell_type !== "code") return [];
    const lines = sourceOf(cell).split("\n");
    const last = lines.findLastIndex((line) => line.trim() !== "" && !line.trim().startsWith("//"));
    return lines.flatMap((text, l): HabitFault[] => {
      const place = { cell: i + 1, line: l + 1 };
      const code = text.replace(/\/\/.*$/, "");
      if (FLOATING_SHOW.test(code)) {
        return [{ ...place, message: "a display that is not awaited may be lost: put await before it" }];
      }
      if (l === last && !/^\s/.test(text) && BARE_VALUE.test(code.trim())) {
        return [{ ...place, message: "a cell's last value may be lost: use await show(...) or console.log(...)" }];
      }
      return [];
    });
  });
}
