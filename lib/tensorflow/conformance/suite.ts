import jasmineCore from "jasmine-core";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createProgress } from "@/progress.ts";
import { loadOneInstance } from "./one_instance.ts";

/** Options of {@linkcode runSuite}. */
export interface SuiteOptions {
  /** Makes the backend `tensorflow`; called when every import of tfjs gives the suite's instance. */
  start: () => Promise<unknown>;
  /** Runs only specs whose full name contains one of these. @default all */
  only?: readonly string[];
  /** Shows no progress. @default false */
  quiet?: boolean;
}

/** What became of one spec. */
export interface SpecResult {
  /** As `avgPool test-tensorflow {} x=[2,2,1] f=[2,2] s=1 p=same`. */
  readonly name: string;
  /** `pending` are those that the suite itself leaves out. */
  readonly status: "passed" | "failed" | "pending";
  readonly messages: readonly string[];
}

interface JasmineResult {
  readonly fullName: string;
  readonly status: "passed" | "failed" | "pending" | "excluded";
  readonly failedExpectations: readonly { readonly message: string }[];
}
interface Jasmine {
  getEnv(): {
    configure(config: { random: boolean; specFilter: (spec: { getFullName(): string }) => boolean }): void;
    addReporter(reporter: {
      jasmineStarted(info: { totalSpecsDefined: number }): void;
      specDone(result: JasmineResult): void;
      suiteDone(result: JasmineResult): void;
    }): void;
    execute(): Promise<{ overallStatus: string; incompleteReason?: string }>;
  };
}

/**
 * Runs the tests that tfjs-core publishes (`dist/tests.js`) on the backend `tensorflow`. Needs a process of its own:
 * it puts Jasmine's names into the global scope and resets tfjs's engine.
 *
 * @throws {Error} when the suite cannot run to its end.
 */
export async function runSuite({ start, only = [""], quiet = false }: SuiteOptions): Promise<SpecResult[]> {
  const core = loadOneInstance({ "jasmine-core/lib/jasmine-core/jasmine.js": jasmineCore });
  const load = (path: string) => import(pathToFileURL(join(core, path)).href);
  const env = (jasmineCore.boot() as Jasmine).getEnv();
  await start();
  const [{ Tensor }, { setTestEnvs }, tf] = await Promise.all([
    load("tensor.js"),
    load("jasmine_util.js"),
    import("@tensorflow/tfjs"),
  ]);
  if (tf.Tensor !== Tensor) throw new Error("Cannot run the tests as tfjs-core is loaded twice");
  setTestEnvs([{ name: "test-tensorflow", backendName: "tensorflow", flags: {}, isDataSync: true }]);
  await load("tests.js");

  const results: SpecResult[] = [];
  let progress = createProgress({ label: "Specs", total: 0, quiet: true });
  env.configure({
    random: false,
    specFilter: (spec) => only.some((text) => spec.getFullName().includes(text)),
  });
  const add = ({ fullName: name, failedExpectations }: JasmineResult, status: SpecResult["status"]) =>
    results.push({ name, status, messages: failedExpectations.map(({ message }) => message) });
  env.addReporter({
    jasmineStarted({ totalSpecsDefined: total }) {
      progress = createProgress({ label: "Specs", total, quiet });
    },
    specDone(result) {
      if (result.status !== "excluded") add(result, result.status);
      progress.update(results.length);
    },
    // A suite fails by itself when its set-up or tear-down does.
    suiteDone(result) {
      if (result.failedExpectations.length > 0) add(result, "failed");
    },
  });
  // The profiler's and debug mode's tests print tables.
  const { log, warn } = console;
  console.log = console.warn = () => {};
  try {
    const { overallStatus, incompleteReason } = await env.execute();
    if (overallStatus === "incomplete" && results.length > 0) {
      throw new Error(`Cannot run every test: ${incompleteReason}`);
    }
  } finally {
    Object.assign(console, { log, warn });
    progress.done();
  }
  return results;
}
