import assert from "node:assert/strict";
import { csvField, parseCsv } from "./csv.ts";

Deno.test("parseCsv() reads back what csvField() wrote, whatever the text", () => {
  const rows = [["a", 'say "hi"', ""], ["x,y", "two\nlines", "é"], ["", "", ""], ['"', ",", "\r\n"]];
  const text = rows.map((row) => row.map(csvField).join(",") + "\n").join("");
  assert.deepEqual(parseCsv(text, "x.csv"), rows);
  assert.deepEqual(parseCsv(text.trimEnd(), "x.csv").length, 4);
});

// The same file read by Python 3.11: list(csv.reader(io.StringIO(text, newline=""))).
Deno.test("parseCsv() agrees with Python's csv module", () => {
  assert.deepEqual(parseCsv('id,"a ""b""",c\r\n1,"x\ny",\r\n', "x.csv"), [["id", 'a "b"', "c"], ["1", "x\ny", ""]]);
});

Deno.test("parseCsv() names file and row of a quote that is wrong", () => {
  assert.throws(() => parseCsv('a,b\n"open', "x.csv"), /'x.csv' as row 2 has a quote that is never closed/);
  assert.throws(() => parseCsv('"a"b,c\n', "x.csv"), /'x.csv' as row 1 goes on behind a quoted field/);
});
