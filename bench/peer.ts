import { messageOf } from "@/errors.ts";

/** What a peer says when it is ready for its first timed step. */
export interface PeerReady {
  /** As `Keras 3.15.1, TensorFlow 2.21.0`. */
  readonly version: string;
  /** From the start of its process to the end of its first step. */
  readonly firstStepSeconds: number;
}

/** How a peer is started. */
export interface PeerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes that the machine must have left while it works; see {@linkcode LEAST_MEMORY}. @default 1e9 */
  readonly leastMemory?: number;
}

const text = new TextDecoder();

/** A machine with less memory than this left, in bytes, starts to read its programs from disk again and again. */
const LEAST_MEMORY = 1e9;

/**
 * One contender of a benchmark: a process that stays alive and does steps when asked, so that contenders take turns
 * within one run instead of one after the other.
 *
 * It writes a JSON line `{ "version": ... }` after its first step; for each line `N` that it reads, it does N steps and
 * writes `{ "seconds": ... }`; it ends with its input.
 */
export class Peer {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string>;
  readonly #errors: Promise<string>;
  readonly #child: Deno.ChildProcess;
  readonly #leastMemory: number;
  #greedy = false;

  private constructor(readonly name: string, child: Deno.ChildProcess, leastMemory: number) {
    this.#child = child;
    this.#leastMemory = leastMemory;
    this.#writer = child.stdin.getWriter();
    this.#lines = jsonLines(child.stdout);
    this.#errors = new Response(child.stderr).text();
  }

  /** Starts a peer and waits for its first step. */
  static async start(
    { name, command, args, env = {}, leastMemory = LEAST_MEMORY }: PeerCommand,
  ): Promise<{ peer: Peer; ready: PeerReady }> {
    const started = performance.now();
    const child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const peer = new Peer(name, child, leastMemory);
    const { version } = await peer.#read();
    return { peer, ready: { version: String(version), firstStepSeconds: (performance.now() - started) / 1000 } };
  }

  async #read(): Promise<Record<string, unknown>> {
    const watch = setInterval(() => this.#watchMemory(), 500);
    try {
      const { value, done } = await this.#lines.next();
      if (!done) return JSON.parse(value);
    } finally {
      clearInterval(watch);
    }
    const said = (await this.#errors).trim().split("\n").slice(-4).join(" | ");
    const why = this.#greedy
      ? "it would have left the machine without memory"
      : said || "nothing on its standard error";
    throw new Error(`Cannot measure ${this.name} as it ended: ${why}`);
  }

  /** Ends a peer that is about to take the machine's last memory: everybody would crawl, and be measured crawling. */
  #watchMemory(): void {
    if (Deno.systemMemoryInfo().available > this.#leastMemory) return;
    this.#greedy = true;
    this.#kill();
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch { /* it ended meanwhile */ }
  }

  /** Sends a line of JSON and returns the object that comes back. */
  async ask(message: unknown): Promise<Record<string, unknown>> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
    return await this.#read();
  }

  /** Has the peer do what the message says, a number of steps for instance, and returns the seconds that took. */
  async run(message: unknown): Promise<number> {
    return Number((await this.ask(message)).seconds);
  }

  /** Largest resident memory so far in bytes; NaN where the system does not tell. */
  async peakMemory(): Promise<number> {
    try {
      const status = await Deno.readTextFile(`/proc/${this.#child.pid}/status`);
      return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN);
    } catch {
      return NaN;
    }
  }

  async stop(): Promise<void> {
    await this.#writer.close().catch(() => {});
    const timer = setTimeout(() => this.#kill(), 5000);
    await this.#child.status;
    clearTimeout(timer);
  }
}

async function* jsonLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream) {
    rest += text.decode(chunk, { stream: true });
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      // Libraries greet on standard output; only objects are answers.
      if (line.startsWith("{")) yield line;
    }
  }
}

/** The last object among the lines that a program printed. */
export function lastJson(output: string): Record<string, unknown> | undefined {
  const line = output.trim().split("\n").findLast((candidate) => candidate.startsWith("{"));
  return line === undefined ? undefined : JSON.parse(line);
}

/** Runs a peer's side of the conversation: `first` is its first step, `steps` does some more. */
export async function servePeer(version: () => string, steps: (count: number) => Promise<void>): Promise<void> {
  const write = (value: unknown) => Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(value) + "\n"));
  try {
    await steps(1);
    write({ version: version() });
    let rest = "";
    for await (const chunk of Deno.stdin.readable) {
      rest += text.decode(chunk);
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        const count = Number(rest.slice(0, end));
        rest = rest.slice(end + 1);
        const started = performance.now();
        await steps(count);
        write({ seconds: (performance.now() - started) / 1000 });
      }
    }
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
