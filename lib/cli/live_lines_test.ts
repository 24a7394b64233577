import assert from "node:assert/strict";
import { createLiveLines } from "./live_lines.ts";

Deno.test("createLiveLines() draws over what it drew, no more and no longer lines than fit", () => {
  const written: string[] = [];
  const live = createLiveLines({
    enabled: true,
    write: (text) => void written.push(text),
    size: () => ({ columns: 6, rows: 5 }),
  });
  live.draw(["one", "two is long"]);
  live.draw(["1", "2", "3", "4", "5"]);
  live.clear();
  live.draw(["again"]);
  assert.deepEqual(written, [
    "one\ntwo i\n",
    "\x1b[2A\r\x1b[J1\n2\n  and\n",
    "\x1b[3A\r\x1b[J",
    "again\n",
  ]);
});

Deno.test("createLiveLines() draws nothing where there is no terminal", () => {
  const live = createLiveLines({ enabled: false, write: () => assert.fail("it wrote") });
  live.draw(["one"]);
  live.clear();
});
