/** One field of a CSV file, quoted where RFC 4180 asks for it. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The rows of a CSV file as RFC 4180 has it; `\n` ends a line as well as `\r\n`. */
export function parseCsv(text: string, source: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let field: string;
    if (text[at] === '"') {
      const start = ++at;
      for (;;) {
        at = text.indexOf('"', at);
        if (at < 0) {
          throw new SyntaxError(`Cannot read '${source}' as row ${rows.length + 1} has a quote that is never closed`);
        }
        if (text[at + 1] !== '"') break;
        at += 2;
      }
      field = text.slice(start, at).replaceAll('""', '"');
      at++;
    } else {
      const start = at;
      while (at < text.length && text[at] !== "," && text[at] !== "\n" && text[at] !== "\r") at++;
      field = text.slice(start, at);
    }
    row.push(field);
    if (text[at] === ",") {
      at++;
      if (at < text.length) continue;
      row.push("");
    }
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    if (at < text.length && text[at] !== "\n") {
      throw new SyntaxError(`Cannot read '${source}' as row ${rows.length + 1} goes on behind a quoted field`);
    }
    at++;
    rows.push(row);
    row = [];
  }
  return rows;
}
