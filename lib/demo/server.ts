import { stripTypeScriptTypes } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { toPlainModel } from "@/models/plain.ts";
import { type LandmarkNet, noteOf } from "@/prediction/landmark_net.ts";

/** One thing that the server has. */
interface Resource {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface DemoOptions {
  /** 0 for any free one. @default 8000 */
  port?: number;
  /** Ends the server. */
  signal?: AbortSignal;
  /** Called with the address once it listens. */
  onListen?: (address: string) => void;
}

/** The page's own modules, and those of this library that it shares: one rule for crops here and there. */
const MODULES = [
  "demo/page/page.js",
  "prediction/crop_rule.ts",
  "data/crop.ts",
  "data/labels.ts",
  "data/resample.ts",
  "errors.ts",
];

const WASM_FILES = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"];

/** Everything that can be asked for, by path. Nothing else exists: no path is ever looked up on the disk. */
export async function demoResources(net: LandmarkNet): Promise<ReadonlyMap<string, Resource>> {
  const encoder = new TextEncoder();
  const resources = new Map<string, Resource>();
  const text = (path: string, type: string, content: string) =>
    resources.set(path, { type: `${type}; charset=utf-8`, body: encoder.encode(content) });
  const here = new URL("./", import.meta.url);
  for (const [path, type] of [["index.html", "text/html"], ["page.css", "text/css"]] as const) {
    text(path === "index.html" ? "/" : `/${path}`, type, await Deno.readTextFile(new URL(`page/${path}`, here)));
  }
  for (const path of MODULES) {
    const source = await Deno.readTextFile(new URL(`../${path}`, here));
    text(`/lib/${path}`, "text/javascript", path.endsWith(".ts") ? toBrowser(source) : source);
  }
  const file = async (path: string, type: string, from: URL) =>
    resources.set(path, { type, body: await Deno.readFile(from) });
  await file("/tf.min.js", "text/javascript", beside("@tensorflow/tfjs", "tf.min.js"));
  const wasm = "@tensorflow/tfjs-backend-wasm";
  await file("/tf-backend-wasm.min.js", "text/javascript", beside(wasm, "tf-backend-wasm.min.js"));
  for (const name of WASM_FILES) await file(`/wasm/${name}`, "application/wasm", beside(wasm, name));
  const { json, weights } = await modelFiles(net);
  text("/model/model.json", "application/json", json);
  resources.set("/model/weights.bin", { type: "application/octet-stream", body: weights });
  return resources;
}

/** A file beside a package's main one, which lies in `dist/`, as its bundles for browsers do. */
function beside(name: string, file: string): URL {
  return new URL(file, import.meta.resolve(name));
}

/** TypeScript as a browser reads it. */
function toBrowser(source: string): string {
  return stripTypeScriptTypes(source).replaceAll(' from "@/', ' from "/lib/');
}

/** The model as a browser loads it. */
async function modelFiles(net: LandmarkNet): Promise<{ json: string; weights: Uint8Array<ArrayBuffer> }> {
  const plain = toPlainModel(net.model, { fold: true });
  let files: { json: string; weights: Uint8Array<ArrayBuffer> } | undefined;
  await plain.save(tf.io.withSaveHandler((artifacts) => {
    const { modelTopology, weightSpecs = [], weightData, format } = artifacts;
    const json = {
      format,
      modelTopology,
      weightsManifest: [{ paths: ["weights.bin"], weights: weightSpecs }],
      userDefinedMetadata: { acr_lab: noteOf(net) },
    };
    const weights = new Uint8Array(tf.io.concatenateArrayBuffers(weightData ? [weightData].flat() : []));
    files = { json: JSON.stringify(json), weights };
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } });
  }));
  plain.dispose();
  return files!;
}

const HEADERS = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  // The picture never leaves the page: it may speak to this server only. (tfjs's bundle makes a function from a string.)
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
    "media-src 'self' blob:; connect-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** Answers one request from the resources. */
export function answer(resources: ReadonlyMap<string, Resource>, request: Request): Response {
  const refuse = (status: number, text: string, more: Record<string, string> = {}) =>
    new Response(`${text}\n`, {
      status,
      headers: { ...HEADERS, ...more, "Content-Type": "text/plain; charset=utf-8" },
    });
  const { hostname, pathname } = new URL(request.url);
  // A page elsewhere may make its own name point here; browsers send that name along.
  if (!["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return refuse(403, "Only for this machine");
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(405, "Only GET", { Allow: "GET, HEAD" });
  const found = resources.get(pathname);
  if (!found) return refuse(404, "Nothing here");
  const headers = { ...HEADERS, "Content-Type": found.type, "Content-Length": String(found.body.length) };
  return new Response(request.method === "HEAD" ? null : found.body, { headers });
}

/**
 * Serves the page that predicts in the browser, to this machine only, until it is told to end.
 *
 * @throws {Error} if the port is taken
 */
export async function serveDemo(net: LandmarkNet, options: DemoOptions = {}): Promise<void> {
  const { port = 8000, signal, onListen } = options;
  const resources = await demoResources(net);
  let server: Deno.HttpServer;
  try {
    server = Deno.serve({
      hostname: "127.0.0.1",
      port,
      ...(signal && { signal }),
      onListen: (address) => onListen?.(`http://localhost:${address.port}/`),
    }, (request) => answer(resources, request));
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new Error(`Cannot serve the page as the port is taken, choose another by --port: ${port}`);
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new Error(`Cannot serve the page as this port may not be used, choose another by --port: ${port}`);
    }
    throw error;
  }
  await server.finished;
}
