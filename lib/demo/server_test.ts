import assert from "node:assert/strict";
import { openNet } from "@/prediction/open_net.ts";
import { writeTestRun } from "@/prediction/test_run.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { withFolder } from "@/testing.ts";
import { answer, demoResources, serveDemo } from "./server.ts";

await useBackend({ quiet: true });

async function withResources(test: (resources: Awaited<ReturnType<typeof demoResources>>) => Promise<void>) {
  await withFolder(async (folder) => {
    const net = await openNet(await writeTestRun(folder));
    await test(await demoResources(net));
    net.model.dispose();
  });
}

Deno.test("answer() has the page, its modules as JavaScript, TensorFlow.js and the model", async () => {
  await withResources(async (resources) => {
    const get = (path: string) => answer(resources, new Request(`http://localhost:8000${path}`));
    const page = await get("/").text();
    assert.match(page, /<canvas/);
    // Whatever the page names, and whatever its modules import, is there: nothing comes from elsewhere.
    const wanted = [...page.matchAll(/(?:src|href)="(?!data:)([^"]*)"/g)].map(([, path]) => path!);
    assert.equal(wanted.length, 4);
    for (const path of wanted) {
      const response = get(path);
      assert.equal(response.status, 200, path);
      const source = await response.text();
      if (!path.startsWith("/lib/")) continue;
      for (const [, name] of source.matchAll(/^(?:import|\} from|export).*? ?from "([^"]*)";$/gm)) {
        const module = new URL(name!, `http://localhost:8000${path}`).pathname;
        assert.ok(resources.has(module), `${path}: ${name}`);
        if (!wanted.includes(module)) wanted.push(module);
      }
    }
    assert.ok(wanted.includes("/lib/data/resample.ts") && wanted.includes("/lib/errors.ts"));
    const module = get("/lib/data/resample.ts");
    assert.match(module.headers.get("Content-Type")!, /^text\/javascript/);
    assert.doesNotMatch(await module.text(), /: CropBox/);
    const model = await get("/model/model.json").json();
    assert.deepEqual(model.weightsManifest[0].paths, ["weights.bin"]);
    assert.deepEqual([model.userDefinedMetadata.acr_lab.size, model.userDefinedMetadata.acr_lab.points], [32, 68]);
    const policy = get("/").headers.get("Content-Security-Policy")!;
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /https?:|\*/);
  });
});

Deno.test("answer() has nothing else: no path leads to a file", async () => {
  await withResources(async (resources) => {
    const paths = [
      "/../../etc/passwd",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/lib/../deno.json",
      "/lib/demo/server.ts",
      "//etc/passwd",
    ];
    paths.push(
      "/etc/passwd",
      "/lib/",
      "/lib/%2e%2e%2fdeno.json",
      "/..%5c..%5cdeno.json",
      "/index.html",
      "/%00",
      "/model/",
    );
    for (const path of paths) {
      const response = answer(resources, new Request(`http://localhost:8000${path}`));
      assert.equal(response.status, 404, path);
      assert.equal(await response.text(), "Nothing here\n");
    }
    assert.equal(answer(resources, new Request("http://localhost:8000/", { method: "POST" })).status, 405);
    const head = answer(resources, new Request("http://127.0.0.1:8000/tf.min.js", { method: "HEAD" }));
    assert.ok(head.status === 200 && Number(head.headers.get("Content-Length")) > 1e6 && head.body === null);
    // A name that someone else has pointed here.
    assert.equal(answer(resources, new Request("http://evil.example:8000/model/model.json")).status, 403);
  });
});

Deno.test("serveDemo() listens to this machine only, and ends when told", async () => {
  await withFolder(async (folder) => {
    const net = await openNet(await writeTestRun(folder));
    const stop = new AbortController();
    const listening = Promise.withResolvers<string>();
    const served = serveDemo(net, { port: 0, signal: stop.signal, onListen: listening.resolve });
    const address = await listening.promise;
    const { port } = new URL(address);
    // Sent as it is, with no client that tidies the path.
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    const request = `GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    assert.match(await new Response(connection.readable).text(), /^HTTP\/1\.1 404 /);
    await assert.rejects(serveDemo(net, { port: Number(port) }), /as the port is taken, choose another by --port: \d+/);
    stop.abort();
    await served;
    net.model.dispose();
  });
});
