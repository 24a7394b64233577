import assert from "node:assert/strict";
import { lastJson, Peer } from "./peer.ts";

const ECHO = `
console.log("a library's greeting");
console.log(JSON.stringify({ version: "echo 1" }));
for await (const chunk of Deno.stdin.readable) {
  const message = JSON.parse(new TextDecoder().decode(chunk));
  if (message === 13) { console.error("unlucky"); Deno.exit(1); }
  console.log(JSON.stringify({ seconds: 0.25, message }));
}`;

Deno.test("Peer.ask() sends JSON and reads the answer; its end is told with what it said last", async () => {
  const { peer, ready } = await Peer.start({ name: "echo", command: Deno.execPath(), args: ["eval", ECHO] });
  try {
    assert.equal(ready.version, "echo 1");
    assert.ok(ready.firstStepSeconds > 0);
    assert.deepEqual(await peer.ask({ task: "x", list: [1] }), { seconds: 0.25, message: { task: "x", list: [1] } });
    assert.equal(await peer.run(3), 0.25);
    await assert.rejects(() => peer.run(13), /Cannot measure echo as it ended: unlucky/);
  } finally {
    await peer.stop();
  }
});

Deno.test("Peer.ask() ends a peer that leaves the machine too little memory, and says so", async () => {
  const waits =
    `console.log(JSON.stringify({ version: "greedy 1" })); await new Promise((end) => setTimeout(end, 60_000));`;
  const command = { name: "greedy", command: Deno.execPath(), args: ["eval", waits], leastMemory: Infinity };
  const { peer } = await Peer.start(command);
  await assert.rejects(
    () => peer.ask(1),
    /Cannot measure greedy as it ended: it would have left the machine without mem/,
  );
  await peer.stop();
});

Deno.test("lastJson() finds the last object among other lines", () => {
  assert.deepEqual(lastJson('greeting\n{"a":1}\n{"a":2}\nbye\n'), { a: 2 });
  assert.equal(lastJson("nothing"), undefined);
});
