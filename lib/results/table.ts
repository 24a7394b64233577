import { type Cell, type CellText, cellText, numberOf, printable } from "./cell.ts";
import { csvField } from "./csv.ts";

export { type Cell, fixed, type Measurement, percent } from "./cell.ts";

/** One column of a {@linkcode Table}. */
export interface Column {
  /** Which value of a row it shows; the heading of CSV. */
  readonly key: string;
  /** Heading of the column. @default the key */
  readonly title?: string;
  /** What neighboring columns share, as the subset of their numbers: stands before the title, or above all of them. */
  readonly group?: string;
  /** How numbers are printed. @default String */
  readonly format?: (value: number) => string;
  /** Where the text stands. @default "left" */
  readonly align?: "left" | "right" | "center";
  /** Which end is good: the best is set in bold, and the title gets an arrow. */
  readonly best?: "min" | "max";
}

/** Cells by the keys of the columns. */
export type Row = Readonly<Record<string, Cell>>;

/** Options of a {@linkcode Table}. */
export interface TableOptions {
  /** What the table shows. */
  caption?: string;
  /** Sentences below the table. */
  notes?: readonly string[];
}

interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly ranked: boolean;
}

interface Shown extends CellText {
  readonly best: boolean;
  /** Whether any cell of the column is best. */
  readonly contested: boolean;
}

/** The formats that a {@linkcode Table} can be printed in. */
export const TABLE_FORMATS = ["terminal", "markdown", "latex", "csv", "html"] as const;
/** One of {@linkcode TABLE_FORMATS}. */
export type TableFormat = typeof TABLE_FORMATS[number];

const ARROW = { min: " ↓", max: " ↑" };

/**
 * Rows and columns that print as text, Markdown, LaTeX, CSV or HTML, and show in a notebook.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fixed, Table } from "@/mod.ts";
 *
 * const table = new Table(
 *   [{ key: "loss" }, { key: "nme", title: "NME (%)", align: "right", format: fixed(2), best: "min" }],
 *   [{ loss: "acr", nme: 4.812 }, { loss: "l2", nme: 5.104 }],
 * );
 * assert.ok(table.toMarkdown().includes("**4.81**")); // the best is bold
 * console.log(table.toLatex());
 * ```
 */
export class Table {
  /** What the table shows; empty for none. */
  readonly caption: string;
  /** Sentences below the table. */
  readonly notes: readonly string[];
  readonly #sections: Section[] = [];

  /** Makes a table; the rows are its first section. */
  constructor(readonly columns: readonly Column[], rows: readonly Row[] = [], options: TableOptions = {}) {
    const { caption = "", notes = [] } = options;
    this.caption = caption;
    this.notes = notes;
    if (rows.length > 0) this.#sections.push({ title: "", rows, ranked: true });
  }

  /**
   * Adds rows under a heading. Rows that are not `ranked` never count as best, as published numbers beside ours.
   */
  addSection(title: string, rows: readonly Row[], { ranked = true }: { ranked?: boolean } = {}): this {
    this.#sections.push({ title, rows, ranked });
    return this;
  }

  /** All rows, section after section. */
  get rows(): Row[] {
    return this.#sections.flatMap(({ rows }) => rows);
  }

  /** Prints the table in one of {@linkcode TABLE_FORMATS}. */
  print(format: TableFormat, options: { color?: boolean } = {}): string {
    switch (format) {
      case "terminal":
        return this.toText(options);
      case "markdown":
        return this.toMarkdown();
      case "latex":
        return this.toLatex();
      case "csv":
        return this.toCsv();
      case "html":
        return this.toHtml();
    }
  }

  /** For a terminal. The best is bold with `color`, else marked by a star. */
  toText({ color = false }: { color?: boolean } = {}): string {
    const titles = this.columns.map(titleOf);
    // Where one number carries a star the others get a space, so that points stand below each other.
    const body = this.#shown(({ main, spread, count, best, contested }) =>
      main + (color || !contested ? "" : best ? "*" : " ") + spread + count
    );
    const cells = body.flatMap(({ rows }) => rows);
    const widths = titles.map((title, c) => Math.max(...[title, ...cells.map((row) => row[c]!.text)].map(widthOf)));
    const line = (texts: readonly string[], bold: (c: number) => boolean) =>
      texts.map((text, c) => {
        const padded = pad(text, widths[c]!, this.columns[c]!.align);
        // Escapes go around the number alone: padding would be underlined or colored by some terminals.
        return bold(c) ? padded.replace(text, () => `\x1b[1m${text}\x1b[22m`) : padded;
      }).join("  ").trimEnd();
    const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
    const lines = [...(this.caption ? [printable(this.caption)] : []), line(titles, () => color), rule];
    body.forEach(({ title, rows }, s) => {
      if (s > 0 || title) lines.push(...(s > 0 ? [rule] : []), ...(title ? [printable(title)] : []));
      for (const row of rows) lines.push(line(row.map(({ text }) => text), (c) => color && row[c]!.best));
    });
    const anyBest = cells.some((row) => row.some(({ best }) => best));
    const notes = [...(anyBest && !color ? ["* best"] : []), ...this.notes.map(printable)];
    return [...lines, ...(notes.length > 0 ? [rule, ...notes] : [])].join("\n") + "\n";
  }

  /** For GitHub and notebooks. */
  toMarkdown(): string {
    const body = this.#shown(({ main, spread, count, best }) => {
      const text = escapeMarkdown(main);
      return (best ? `**${text}**` : text) + spread + count;
    });
    const head = this.columns.map((column) => escapeMarkdown(titleOf(column)));
    const cells = body.flatMap(({ title, rows }) => [
      ...(title ? [[`_${escapeMarkdown(title)}_`, ...head.slice(1).map(() => "")]] : []),
      ...rows.map((row) => row.map(({ text }) => text)),
    ]);
    const widths = head.map((_, c) => Math.max(3, ...[head, ...cells].map((row) => widthOf(row[c]!))));
    const line = (row: readonly string[]) =>
      `| ${row.map((text, c) => pad(text, widths[c]!, this.columns[c]!.align)).join(" | ")} |`;
    const rules = this.columns.map(({ align = "left" }, c) => {
      const ends = [align === "right" ? "-" : ":", align === "left" ? "-" : ":"];
      return ends[0] + "-".repeat(widths[c]! - 2) + ends[1];
    });
    const caption = this.caption ? [escapeMarkdown(this.caption), ""] : [];
    const lines = [...caption, line(head), line(rules), ...cells.map(line)];
    for (const note of this.notes) lines.push("", escapeMarkdown(note));
    return lines.join("\n") + "\n";
  }

  /** A `table` environment that needs no package; a wide one is set smaller. */
  toLatex({ label }: { label?: string } = {}): string {
    const body = this.#shown(({ main, spread, count, best }) => {
      const text = escapeLatex(main);
      return (best ? `\\textbf{${text}}` : text) + escapeLatex(spread + count);
    });
    const line = (cells: readonly string[]) => `    ${cells.join(" & ")} \\\\`;
    const lines = [
      "\\begin{table}",
      "  \\centering",
      ...(this.caption ? [`  \\caption{${escapeLatex(this.caption)}}`] : []),
      ...(label ? [`  \\label{${label.replaceAll(/[^A-Za-z0-9:_-]/g, "-")}}`] : []),
      ...this.#latexSize(),
      `  \\begin{tabular}{${this.columns.map(({ align = "left" }) => align[0]).join("")}}`,
      "    \\hline",
      ...this.#latexGroups(),
      line(this.columns.map((column) => escapeLatex(ownTitleOf(column)))),
    ];
    for (const { title, rows } of body) {
      lines.push("    \\hline");
      if (title) lines.push(line([`\\multicolumn{${this.columns.length}}{l}{\\emph{${escapeLatex(title)}}}`]));
      for (const row of rows) lines.push(line(row.map(({ text }) => text)));
    }
    lines.push("    \\hline", "  \\end{tabular}");
    for (const note of this.notes) lines.push("", `  {\\footnotesize ${escapeLatex(note)}\\par}`);
    return [...lines, "\\end{table}"].join("\n") + "\n";
  }

  /**
   * For other programs: numbers in full (NME and rates as fractions), a mean as three columns `x`, `x_sd`, `x_n`, and a
   * column `section` where the table has headings.
   */
  toCsv(): string {
    const rows = this.rows;
    const spread = new Set(
      this.columns.map(({ key }) => key).filter((key) =>
        rows.some((row) => typeof row[key] === "object" && (row[key] as { count?: number } | null)?.count !== undefined)
      ),
    );
    const sectioned = this.#sections.some(({ title }) => title !== "");
    const head = this.columns.flatMap(({ key }) => spread.has(key) ? [key, `${key}_sd`, `${key}_n`] : [key]);
    const lines = [[...(sectioned ? ["section"] : []), ...head].map(csvField).join(",")];
    const number = (value: number | undefined) => value === undefined || !Number.isFinite(value) ? "" : String(value);
    for (const { title, rows } of this.#sections) {
      for (const row of rows) {
        const fields = this.columns.flatMap(({ key }) => {
          const cell = row[key];
          const main = typeof cell === "string" ? cell : number(numberOf(cell));
          if (!spread.has(key)) return [main];
          const { deviation, count } = typeof cell === "object" && cell !== null
            ? cell
            : {} as { [key: string]: undefined };
          return [main, number(deviation), number(count)];
        });
        lines.push([...(sectioned ? [title] : []), ...fields].map(csvField).join(","));
      }
    }
    return lines.join("\n") + "\n";
  }

  /** A `<table>` without styles of its own beyond alignment. */
  toHtml(): string {
    const body = this.#shown(({ main, spread, count, best }) => {
      const text = escapeHtml(main);
      return (best ? `<strong>${text}</strong>` : text) + escapeHtml(spread + count);
    });
    const style = ({ align = "left" }: Column) => ` style="text-align: ${align}"`;
    const lines = ["<table>"];
    if (this.caption) lines.push(`  <caption>${escapeHtml(this.caption)}</caption>`);
    lines.push("  <thead>");
    const groups = this.#groups();
    if (groups.length > 0) {
      const heads = groups.map(({ title, span }) =>
        `<th colspan="${span}" style="text-align: center">${escapeHtml(title)}</th>`
      );
      lines.push(`    <tr>${heads.join("")}</tr>`);
    }
    lines.push("    <tr>");
    for (const column of this.columns) lines.push(`      <th${style(column)}>${escapeHtml(ownTitleOf(column))}</th>`);
    lines.push("    </tr>", "  </thead>");
    for (const { title, rows } of body) {
      lines.push("  <tbody>");
      if (title) {
        const span = this.columns.length;
        lines.push(`    <tr><th colspan="${span}" style="text-align: left">${escapeHtml(title)}</th></tr>`);
      }
      for (const row of rows) {
        const cells = row.map(({ text }, c) => `<td${style(this.columns[c]!)}>${text}</td>`);
        lines.push(`    <tr>${cells.join("")}</tr>`);
      }
      lines.push("  </tbody>");
    }
    if (this.notes.length > 0) {
      const notes = this.notes.map(escapeHtml).join("<br>");
      lines.push(
        `  <tfoot><tr><td colspan="${this.columns.length}" style="text-align: left">${notes}</td></tr></tfoot>`,
      );
    }
    return [...lines, "</table>"].join("\n") + "\n";
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toText(), "text/markdown": this.toMarkdown(), "text/html": this.toHtml() };
  }

  /** Neighboring columns of one group, from the first column to the last; none where no column has a group. */
  #groups(): { title: string; span: number }[] {
    const groups: { title: string; span: number }[] = [];
    for (const { group = "" } of this.columns) {
      const last = groups.at(-1);
      if (last?.title === group) last.span++;
      else groups.push({ title: group, span: 1 });
    }
    return groups.some(({ title }) => title !== "") ? groups : [];
  }

  /** The row of groups above the titles, and the lines below it. */
  #latexGroups(): string[] {
    const groups = this.#groups();
    if (groups.length === 0) return [];
    let column = 1;
    const rules: string[] = [];
    for (const { title, span } of groups) {
      if (title !== "") rules.push(`\\cline{${column}-${column + span - 1}}`);
      column += span;
    }
    const cells = groups.map(({ title, span }) => `\\multicolumn{${span}}{c}{${escapeLatex(title)}}`);
    return [`    ${cells.join(" & ")} \\\\`, `    ${rules.join(" ")}`];
  }

  /** Sets a table smaller that is wider than a page of the article class: about 60 characters at its usual size. */
  #latexSize(): string[] {
    const rows = this.#shown(({ main, spread, count }) => main + spread + count).flatMap(({ rows }) => rows);
    const widths = this.columns.map((column, c) =>
      Math.max(...[ownTitleOf(column), ...rows.map((row) => row[c]!.text)].map(widthOf))
    );
    const width = widths.reduce((sum, width) => sum + width, 0);
    if (width <= 60) return [];
    return width <= 78
      ? ["  \\footnotesize", "  \\setlength{\\tabcolsep}{3pt}"]
      : ["  \\scriptsize", "  \\setlength{\\tabcolsep}{2pt}"];
  }

  #shown(write: (cell: Shown) => string): { title: string; rows: { text: string; best: boolean }[][] }[] {
    const best = this.columns.map((column) => this.#best(column));
    return this.#sections.map(({ title, rows, ranked }) => ({
      title,
      rows: rows.map((row) =>
        this.columns.map(({ key, format = String }, c) => {
          const shown = cellText(row[key], format);
          const isBest = ranked && best[c] !== undefined && shown.main === best[c] && !Number.isNaN(numberOf(row[key]));
          return { text: write({ ...shown, best: isBest, contested: best[c] !== undefined }), best: isBest };
        })
      ),
    }));
  }

  /** The best number of a column as printed, so that what prints alike ranks alike; none where one row has a number. */
  #best({ key, format = String, best }: Column): string | undefined {
    if (!best) return undefined;
    const ranked = this.#sections.filter((section) => section.ranked).flatMap(({ rows }) => rows);
    const numbers = ranked.map((row) => numberOf(row[key])).filter(Number.isFinite);
    if (numbers.length < 2) return undefined;
    return format(numbers.reduce((a, b) => best === "min" ? Math.min(a, b) : Math.max(a, b)));
  }
}

/** The title below that of the group. */
function ownTitleOf({ key, title = key, best }: Column): string {
  return title + (best ? ARROW[best] : "");
}

function titleOf(column: Column): string {
  return (column.group ? `${column.group} ` : "") + ownTitleOf(column);
}

function widthOf(text: string): number {
  return Array.from(text).length;
}

function pad(text: string, width: number, align: Column["align"] = "left"): string {
  const space = width - widthOf(text);
  const before = align === "right" ? space : align === "center" ? Math.floor(space / 2) : 0;
  return " ".repeat(before) + text + " ".repeat(space - before);
}

/** Text that stands as it is in HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function escapeMarkdown(text: string): string {
  // An underscore inside a word is no markup.
  return text.replaceAll(/[\\|*`<[\]]|(?<!\w)_|_(?!\w)/g, "\\$&").replaceAll(/\s+/g, " ");
}

const LATEX: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  "↓": "$\\downarrow$",
  "↑": "$\\uparrow$",
  "±": "$\\pm$",
  "≥": "$\\ge$",
  "≤": "$\\le$",
  "×": "$\\times$",
  "Δ": "$\\Delta$",
  "–": "--",
  "−": "$-$",
};

function escapeLatex(text: string): string {
  return printable(text).replaceAll(/[&%$#_{}\\~^<>|↓↑±≥≤×Δ–−]/g, (c) => LATEX[c] ?? `\\${c}`);
}
