import assert from "node:assert/strict";
import { fromFileUrl } from "@/paths.ts";
import { testWith } from "@/testing.ts";
import { parseCsv } from "./csv.ts";
import { fixed, percent, type Row, Table, TABLE_FORMATS } from "./table.ts";

function example(): Table {
  const rows: Row[] = [
    { loss: "acr", nme: { mean: 0.0401, deviation: 0.00061, count: 3 }, fr: 0.02, auc: 0.61, note: "" },
    { loss: "l2_&_50%", nme: { mean: 0.045, deviation: NaN, count: 1 }, fr: 0.0199, auc: 0.61, note: "a|b\nc" },
    { loss: "<wing>", nme: { mean: NaN, count: 2 }, fr: null, auc: 0.5999, note: '*"x"* {y} \\z ~^' },
  ];
  const columns = [
    { key: "loss", title: "Loss" },
    { key: "nme", title: "NME (%)", format: percent(2), align: "right", best: "min" },
    { key: "fr", title: "FR@10 (%)", format: percent(1), align: "right", best: "min" },
    { key: "auc", title: "AUC", format: fixed(2), align: "center", best: "max" },
    { key: "note" },
  ] as const;
  const published = { loss: "Paper", nme: { mean: 0.0382, text: "3.82" }, auc: { mean: 0.9, text: "0.9" } };
  return new Table(columns, rows, { caption: "Losses on 68_points", notes: ["3 < 4 & 100 %: a note"] })
    .addSection("published, not rerun", [published], { ranked: false });
}

const ENDINGS = { terminal: "txt", markdown: "md", latex: "tex", csv: "csv", html: "html" };

for (const format of TABLE_FORMATS) {
  // Golden files were read by eye; LaTeX and CSV are also read by their own programs below.
  Deno.test(`Table prints ${format} as in its golden file`, async () => {
    const path = fromFileUrl(new URL(`./testdata/table.${ENDINGS[format]}.golden`, import.meta.url));
    const text = example().print(format);
    if (Deno.env.get("UPDATE_GOLDEN")) await Deno.writeTextFile(path, text);
    assert.equal(text, await Deno.readTextFile(path));
  });
}

Deno.test("Table marks what prints alike as equally best, and never a row that is not ranked", () => {
  const lines = example().toText().split("\n");
  const line = (name: string) => lines.find((line) => line.startsWith(name))!;
  assert.match(line("acr"), /4\.01\* ± 0\.06 \(3\) +2\.0\* +0\.61\*/);
  assert.match(line("l2"), / 4\.50 {2}\(1\) +2\.0\* +0\.61\*/);
  assert.match(line("Paper"), / 3\.82 +– +0\.9 +–$/);
});

Deno.test("Table sets nothing in bold where a single row has a number", () => {
  const column = { key: "nme", best: "min" } as const;
  assert.doesNotMatch(new Table([column], [{ nme: 1 }, { nme: null }]).toMarkdown(), /\*\*/);
  assert.match(new Table([column], [{ nme: 1 }, { nme: 2 }]).toMarkdown(), /\*\*1\*\* /);
});

Deno.test("Table.toText() uses bold in color, and lets no text steer the terminal", () => {
  const table = new Table([{ key: "a" }, { key: "b", best: "max" }], [{ a: "x\x1b[2J\x07$&", b: 1 }, { a: "y", b: 2 }]);
  const text = table.toText({ color: true });
  assert.equal(text.replaceAll("\x1b[1m", "").replaceAll("\x1b[22m", "").includes("\x1b"), false);
  assert(text.includes("\x1b[1m2\x1b[22m"));
  assert(text.includes("x [2J $&"));
});

Deno.test("Table prints with no rows", () => {
  const table = new Table([{ key: "a", title: "A" }]);
  assert.equal(table.toText(), "A\n─\n");
  assert.equal(table.toMarkdown(), "| A   |\n| :-- |\n");
  assert.equal(table.toCsv(), "a\n");
  for (const format of TABLE_FORMATS) assert(table.print(format).length > 0);
});

Deno.test("Table.toCsv() keeps every digit, spread apart", () => {
  const [header, ...rows] = parseCsv(example().toCsv(), "table.csv");
  assert.deepEqual(header, ["section", "loss", "nme", "nme_sd", "nme_n", "fr", "auc", "note"]);
  assert.deepEqual(rows[0], ["", "acr", "0.0401", "0.00061", "3", "0.02", "0.61", ""]);
  assert.deepEqual(rows[2], ["", "<wing>", "", "", "2", "", "0.5999", '*"x"* {y} \\z ~^']);
  assert.deepEqual(rows[3], ["published, not rerun", "Paper", "0.0382", "", "", "", "0.9", ""]);
});

Deno.test("Table shows in a notebook as text, Markdown and HTML", () => {
  const table = example();
  const display = Reflect.get(table, Symbol.for("Jupyter.display")) as () => Record<string, string>;
  const bundle = display.call(table);
  assert.deepEqual(bundle, {
    "text/plain": table.toText(),
    "text/markdown": table.toMarkdown(),
    "text/html": table.toHtml(),
  });
});

async function hasLatex(): Promise<true | undefined> {
  try {
    const { success } = await new Deno.Command("pdflatex", { args: ["--version"], stdout: "null", stderr: "null" })
      .output();
    return success || undefined;
  } catch {
    return undefined;
  }
}

testWith(await hasLatex(), "no pdflatex", "Table.toLatex() compiles without any package", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const results = await Deno.readTextFile(fromFileUrl(new URL("./testdata/results.latex.golden", import.meta.url)));
    const document = `\\documentclass{article}\\begin{document}\n${
      example().toLatex({ label: "tab:x" })
    }${results}\\end{document}\n`;
    await Deno.writeTextFile(`${folder}/x.tex`, document);
    const { success, stdout } = await new Deno.Command("pdflatex", {
      args: ["-interaction=nonstopmode", "-halt-on-error", "x.tex"],
      cwd: folder,
    }).output();
    assert(success, new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
