import assert from "node:assert/strict";
import { createProgress, formatDuration, ProgressPlace } from "./progress.ts";

interface Message {
  type: string;
  html: string;
  text: string;
  id: string;
}

/** A kernel that keeps what it is told. */
function recorder() {
  const messages: Message[] = [];
  const broadcast = (type: string, content: Record<string, unknown> = {}) => {
    const data = content.data as Record<string, string>;
    const { display_id } = content.transient as { display_id: string };
    messages.push({ type, html: data["text/html"]!, text: data["text/plain"]!, id: display_id });
    return Promise.resolve();
  };
  return { messages, kernel: { broadcast } as unknown as typeof Deno.jupyter };
}

Deno.test("createProgress() in a notebook is one output: a bar with rate and time left, then a line", () => {
  const { messages, kernel } = recorder();
  const progress = createProgress({ label: "Reading <a>", total: 4, unit: "faces", kernel });
  progress.update(1, "loss 2");
  progress.update(2); // Within the tenth of a second: not drawn.
  progress.done();
  assert.deepEqual(messages.map(({ type }) => type), ["display_data", "update_display_data"]);
  assert.equal(new Set(messages.map(({ id }) => id)).size, 1);
  assert.match(messages[0]!.text, /^Reading <a> {2}1\/4 faces {2}\d+ faces\/s, \d.* left {2}loss 2$/);
  assert.match(messages[0]!.html, /^<div [^>]*><progress value="1" max="4"[^>]*><\/progress> Reading &lt;a>/);
  assert.match(messages[1]!.text, /^Reading <a>: done in /);
  assert.doesNotMatch(messages[1]!.html, /<progress/);
});

Deno.test("ProgressPlace keeps the last line below the next bar, and that alone in the end", () => {
  const { messages, kernel } = recorder();
  const place = new ProgressPlace();
  for (const epoch of [1, 2]) {
    const progress = createProgress({ label: `Epoch ${epoch}`, total: 2, kernel, place });
    progress.update(1);
    progress.done(`Epoch ${epoch} ended`);
  }
  assert.deepEqual(messages.map(({ text }) => text.replace(/ {2}1\/2.*$/m, " ...")), [
    "Epoch 1 ...",
    "Epoch 1 ended",
    "Epoch 2 ...\nEpoch 1 ended",
    "Epoch 2 ended",
  ]);
  assert.equal(new Set(messages.map(({ id }) => id)).size, 1);
  assert.equal(messages.filter(({ type }) => type === "display_data").length, 1);
});

Deno.test("createProgress() says where it was stopped, also at what was not drawn", () => {
  const { messages, kernel } = recorder();
  const place = new ProgressPlace();
  createProgress({ label: "Epoch 1/2", total: 9, kernel, place }).done("Epoch 1/2  loss 3");
  const progress = createProgress({ label: "Epoch 2/2", total: 9, unit: "images", kernel, place });
  progress.update(1);
  progress.update(5);
  progress.stop();
  assert.equal(messages.at(-1)!.text, "Epoch 2/2: stopped at 5/9 images\nEpoch 1/2  loss 3");
});

Deno.test("createProgress() shows nothing when quiet", () => {
  const { messages, kernel } = recorder();
  const progress = createProgress({ label: "a", total: 1, quiet: true, kernel });
  progress.update(1);
  progress.done("b");
  assert.equal(messages.length, 0);
});

Deno.test("formatDuration() counts in the unit that people would", () => {
  const spans = [0.04, 8, 9.96, 42, 200, 7500, Infinity].map(formatDuration);
  assert.deepEqual(spans, ["0.0 s", "8.0 s", "10.0 s", "42 s", "3 min 20 s", "2 h 05 min", "?"]);
});
