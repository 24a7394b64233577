/** A headless Chromium for tests, driven by its DevTools protocol: no driver has to be installed. */
import { join } from "node:path";

/** The path of a Chromium or Chrome on this machine, or undefined. */
export function findChromium(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of names) {
      try {
        if (Deno.statSync(join(folder, name)).isFile) return join(folder, name);
      } catch { /* not there */ }
    }
  }
  return undefined;
}

/** One open page. */
export class Page {
  #socket: WebSocket;
  #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #next = 1;
  /** Errors and refused requests that the page had. */
  readonly complaints: string[] = [];

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const { id, result, error, method, params } = JSON.parse(data);
      if (method === "Runtime.exceptionThrown") this.complaints.push(JSON.stringify(params.exceptionDetails));
      if (method === "Log.entryAdded" && params.entry.level === "error") this.complaints.push(params.entry.text);
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
    };
  }

  // deno-lint-ignore no-explicit-any -- the protocol's results have no types here
  send(method: string, params: unknown = {}): Promise<any> {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** The value of a JavaScript expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until an expression is true. */
  async until(expression: string, seconds = 60): Promise<void> {
    for (const end = Date.now() + 1000 * seconds; Date.now() < end;) {
      // While a page is loading there may be nothing to ask.
      if (await this.evaluate<boolean>(`Boolean(document.body && (${expression}))`)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const shown = await this.evaluate<string>("document.body.innerText");
    throw new Error(`The page did not come to ${expression}: ${shown}; ${this.complaints.join("; ")}`);
  }

  /** Gives a file to a file input. */
  async choose(selector: string, path: string): Promise<void> {
    const { root } = await this.send("DOM.getDocument");
    const { nodeId } = await this.send("DOM.querySelector", { nodeId: root.nodeId, selector });
    await this.send("DOM.setFileInputFiles", { nodeId, files: [path] });
  }

  /** A PNG of the page. */
  async screenshot(): Promise<Uint8Array> {
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  }
}

/** Opens an address in a browser of its own, and ends that browser afterwards. */
export async function withPage(chromium: string, address: string, run: (page: Page) => Promise<void>): Promise<void> {
  const profile = await Deno.makeTempDir({ prefix: "acr-lab-chromium-" });
  const browser = new Deno.Command(chromium, {
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
      ...["--disable-dev-shm-usage", "--disable-component-update", "--disable-sync", "--disable-extensions"],
      ...["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--window-size=900,900"],
      ...[`--user-data-dir=${profile}`, "--remote-debugging-port=0", "about:blank"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const port = await debuggingPort(profile);
    const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json() as { type: string }[];
    const target = targets.find(({ type }) => type === "page") as unknown as { webSocketDebuggerUrl: string };
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("Chromium does not answer"));
    });
    try {
      const page = new Page(socket);
      for (const domain of ["Page", "Runtime", "Log", "DOM"]) await page.send(`${domain}.enable`);
      await page.send("Page.navigate", { url: address });
      await run(page);
    } finally {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.close();
      await closed;
    }
  } finally {
    browser.kill("SIGTERM");
    await browser.status;
    // Its helpers write on for a moment.
    for (let i = 0; i < 40; i++) {
      try {
        await Deno.remove(profile, { recursive: true });
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

async function debuggingPort(profile: string): Promise<number> {
  for (let i = 0; i < 600; i++) {
    const text = await Deno.readTextFile(join(profile, "DevToolsActivePort")).catch(() => "");
    const port = Number(text.split("\n")[0]);
    if (port > 0) return port;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Chromium does not start");
}
