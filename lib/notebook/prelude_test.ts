import assert from "node:assert/strict";
import { inProject } from "@/paths.ts";
import { interruptCount, interruptSignal, promiseBroadcast } from "./prelude.ts";

Deno.test("promiseBroadcast() makes a promise of nothing, and a rejection of what is thrown", async () => {
  const sent: unknown[] = [];
  const kernel = {
    broadcast: ((type: string) => {
      if (type === "bad") throw new Error("no socket");
      sent.push(type);
    }) as unknown as (type: string) => Promise<void>,
  };
  promiseBroadcast(kernel);
  await kernel.broadcast("display_data").catch(() => assert.fail());
  assert.deepEqual(sent, ["display_data"]);
  await assert.rejects(kernel.broadcast("bad"), /no socket/);
});

// In a process of its own, as handlers stay for the life of a process.
async function script(code: string, signal?: Deno.Signal): Promise<{ code: number; out: string; err: string }> {
  const prelude = new URL("./prelude.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--config",
      inProject("deno.json"),
      "--ext=ts",
      `import * as p from ${JSON.stringify(prelude)};\n${code}`,
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const running = child.spawn();
  if (signal === undefined) {
    const { code, stdout, stderr } = await running.output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  }
  const errors = new Response(running.stderr).text();
  let out = "";
  for await (const text of running.stdout.pipeThrough(new TextDecoderStream())) {
    if (!out.includes("ready") && (out + text).includes("ready")) running.kill(signal);
    out += text;
  }
  return { code: (await running.status).code, out, err: await errors };
}

Deno.test("interruptSignal() is one signal until an interrupt comes", () => {
  assert.equal(interruptSignal(), interruptSignal());
  assert.equal(interruptSignal().aborted, false);
  assert.equal(interruptCount(), 0);
});

Deno.test({
  name: "startNotebook() turns an interrupt into an abort, after which a new signal is whole",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { code, out } = await script(
      `p.startNotebook(); p.startNotebook();
       const signal = p.interruptSignal();
       const timer = setTimeout(() => console.log("too late"), 20_000);
       signal.addEventListener("abort", () => {
         clearTimeout(timer);
         console.log("aborted", p.interruptCount(), p.interruptSignal().aborted);
         Deno.exit(0);
       });
       console.log("ready");`,
      "SIGINT",
    );
    assert.deepEqual([code, out], [0, "ready\naborted 1 false\n"]);
  },
});

Deno.test("startNotebook() reports a rejection that nobody awaits, and lives on", async () => {
  const { code, out, err } = await script(
    `p.startNotebook(); Promise.reject(new Error("lost")); setTimeout(() => { console.log("alive"); Deno.exit(0); }, 50);`,
  );
  assert.deepEqual([code, out], [0, "alive\n"]);
  assert.match(err, /^Unhandled rejection: Error: lost/);
});
