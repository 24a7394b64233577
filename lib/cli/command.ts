import { resolve } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { messageOf, nearest } from "@/errors.ts";

/** Where a command writes; tests catch it. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
  /** Whether `out` is a terminal that shows bold. */
  readonly color: boolean;
}

/** The process's own. */
export const processOutput: Output = {
  out: (text) => writeAll(Deno.stdout, text),
  error: (text) => writeAll(Deno.stderr, text),
  get color() {
    return Deno.stdout.isTerminal() && !Deno.noColor;
  },
};

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let offset = 0; offset < bytes.length;) offset += stream.writeSync(bytes.subarray(offset));
}

/** A command that throws what is wrong with its arguments; an unknown option is answered by those that exist. */
export function createCommand(name: string, description: string, output: Output): Command {
  const command = new Command(`deno task ${name}`).description(description).exitOverride();
  return command.showSuggestionAfterError(false).configureOutput({
    writeOut: (text) => output.out(text),
    writeErr: (text) => output.error(text),
    outputError: (text, write) => write(sentence(command, name, text)),
  });
}

/** Commander's message as a sentence of this project. */
function sentence(command: Command, name: string, text: string): string {
  const reason = text.replace(/^error: /, "").trim();
  const wrong = /^option '(\S+).*' argument '(.*)' is invalid\. (.*?)\.?$/s.exec(reason);
  if (wrong) {
    const [, option, value, why] = wrong;
    // The value stands at the end, once.
    const expected = why!.replace(`: '${value}'`, "").replace("Allowed choices are", "expected one of");
    return `Cannot run '${name}' as '${option}' is wrong, ${expected}: '${value}'\n`;
  }
  const unknown = /^unknown option '([^']*)'/.exec(reason)?.[1];
  if (unknown === undefined) {
    return `Cannot run '${name}' as ${reason.replace(". Expected", ", expected").replace(/\.$/, "")}\n`;
  }
  const options = [
    ...command.options.filter(({ hidden }) => !hidden).map(({ long, short }) => long ?? short ?? ""),
    "--help",
  ];
  const near = nearest(unknown, options);
  const hint = near.length > 0 ? `, did you mean ${near.join(" or ")}?` : "";
  return `Cannot run '${name}' as it has no option '${unknown}'${hint}: the options are ${options.join(", ")}\n`;
}

/** What the operating system was asked to do, in the words of {@linkcode systemSentence}. */
const SYSTEM_CALLS: Readonly<Record<string, string>> = {
  ...{ open: "open", readfile: "read", writefile: "write", mkdir: "make folder", readdir: "list folder" },
  ...{ rename: "write", stat: "find", lstat: "find", remove: "remove", copy: "copy", link: "link", realpath: "find" },
};

/** An error of the operating system as a sentence of this project; any other message stays as it is. */
export function systemSentence(message: string): string {
  const [, reason, call = "", path, target] =
    /^(?!Cannot )(.*) \(os error \d+\): (\w+) '([^']*)'(?: -> '([^']*)')?$/.exec(message) ?? [];
  if (reason === undefined || !Object.hasOwn(SYSTEM_CALLS, call)) return message;
  return `Cannot ${SYSTEM_CALLS[call]} '${target ?? path}' as the system says: ${reason}`;
}

/**
 * Runs a command to its exit code: for an error one sentence, with the stack where `verbose` says so.
 *
 * @param hint a further line for some errors
 */
export async function runCommand(
  command: Command,
  args: readonly string[],
  output: Output,
  hint: (error: unknown) => string | undefined = () => undefined,
): Promise<number> {
  try {
    await command.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof ExitCode) return error.code;
    const verbose = command.opts()["verbose"] === true && error instanceof Error;
    output.error(`${verbose ? error.stack : systemSentence(messageOf(error))}\n`);
    const more = hint(error);
    if (more !== undefined) output.error(`${more}\n`);
    return 1;
  }
}

/** Thrown by an action that has said everything, to end the command with a code. */
export class ExitCode extends Error {
  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}

/** Reads `a,b,c`, as often as it is given. */
export function listOption(text: string, before: readonly string[] = []): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) {
    throw new InvalidArgumentError(`expected names with commas between: '${text}'`);
  }
  return [...before, ...names];
}

/** Makes a reader of whole numbers of at least `low`. */
export function wholeOption(low: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (!(value >= low)) throw new InvalidArgumentError(`expected a whole number of at least ${low}: '${text}'`);
    return value;
  };
}

/** Arguments as one would type them in a shell. */
export function quoteArguments(args: readonly string[]): string {
  return args.map((arg) => /^[A-Za-z0-9_.,:=\/@%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`).join(" ");
}

/** `deno task` moves to the project's root: a relative path is meant from where the command was typed. */
export function fromHere(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}

/** An option's path, meant from where the command was typed. */
export function pathOption(text: string): string {
  return fromHere(text)!;
}

/** Hears Ctrl-C and a polite kill: the first aborts, the second ends the process. Returns what ends the listening. */
export function onInterrupt(stop: AbortController, saying: string, output: Output): () => void {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  let since = 0;
  const heard = () => {
    if (stop.signal.aborted) {
      // `deno task` passes on what the terminal sends to the whole process group: one Ctrl-C is heard twice.
      if (performance.now() - since > 1000) Deno.exit(130);
      return;
    }
    since = performance.now();
    output.error(`\n${saying}; Ctrl-C again stops at once\n`);
    stop.abort();
  };
  for (const signal of signals) Deno.addSignalListener(signal, heard);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, heard);
  };
}
