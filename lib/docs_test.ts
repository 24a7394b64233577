/** The documentation is part of what is tested: its examples run, and nothing that `lib/mod.ts` exports is without. */
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { exists } from "@/files.ts";
import { inProject, projectRoot } from "@/paths.ts";
import { runDeno } from "@/deno_command.ts";

const MODULES = ["lib/mod.ts", "lib/experiment/mod.ts"];

async function deno(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, out, error } = await runDeno(...args);
  return { code, text: out + error };
}

interface Example {
  /** File and line of its first line. */
  readonly place: string;
  readonly code: string;
}

/** The blocks of TypeScript in doc comments, or in a page of Markdown. */
function examplesIn(text: string, file: string): Example[] {
  const examples: Example[] = [];
  let code: string[] | undefined;
  text.split("\n").forEach((line, i) => {
    const content = file.endsWith(".md") ? line : /^\s*\* ?(.*)$/.exec(line)?.[1];
    if (content === "```ts") code = [];
    else if (content === "```" && code) {
      examples.push({ place: `${file}:${i + 1 - code.length}`, code: code.join("\n") });
      code = undefined;
    } else if (content !== undefined) code?.push(content);
  });
  return examples;
}

async function allExamples(): Promise<Example[]> {
  const examples: Example[] = [];
  const walk = async (folder: string) => {
    const entries = await Array.fromAsync(Deno.readDir(inProject(folder)));
    for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const path = `${folder}/${name}`;
      if (isDirectory) await walk(path);
      else if (/(?<!_test)\.ts$/.test(name)) {
        examples.push(...examplesIn(await Deno.readTextFile(inProject(path)), path));
      }
    }
  };
  await walk("lib");
  return [...examples, ...examplesIn(await Deno.readTextFile(inProject("README.md")), "README.md")];
}

Deno.test("examplesIn() finds blocks in doc comments and in Markdown, with their lines", () => {
  const comment =
    "/**\n * Adds.\n *\n * ```ts\n * add(1);\n *\n * if (a) {\n *   b();\n * }\n * ```\n */\nconst a = 1;\n";
  assert.deepEqual(examplesIn(comment, "a.ts"), [{ place: "a.ts:5", code: "add(1);\n\nif (a) {\n  b();\n}" }]);
  assert.deepEqual(examplesIn("x\n```ts\na;\n```\n```sh\nb\n```\n", "a.md"), [{ place: "a.md:3", code: "a;" }]);
});

// All in one process: `deno test --doc` would load the library anew for each.
Deno.test("examples in doc comments and in the README type-check and run", async () => {
  const examples = await allExamples();
  assert.ok(examples.length > 25, `${examples.length} examples`);
  const folder = await Deno.makeTempDir();
  const said = console.log;
  try {
    const files = await Promise.all(examples.map(async ({ place, code }) => {
      const file = join(folder, `${place.replace(/[/:]/g, "-")}.ts`);
      await Deno.writeTextFile(file, `${code}\nexport {};\n`);
      return file;
    }));
    const { code, text } = await deno("check", "--config", inProject("deno.json"), ...files);
    assert.equal(code, 0, text);
    console.log = () => {};
    for (const [i, { place }] of examples.entries()) {
      await import(pathToFileURL(files[i]!).href).catch((error) => {
        throw new Error(`The example at ${place} fails`, { cause: error });
      });
    }
  } finally {
    console.log = said;
    await Deno.remove(folder, { recursive: true });
  }
});

/** tfjs's own types cannot be named in documentation of another package; `mark` is private on purpose. */
const FOREIGN =
  /references private type '(?:Tensor(?:[1-4]D)?|Scalar|Variable|LayersModel|Layer|LayerVariable|ConfigDict|IOHandler|LayerShape|mark)'/;

Deno.test("lib/mod.ts exports nothing without a doc comment, nor a function whose types it does not export", async () => {
  const { text } = await deno("doc", "--lint", ...MODULES);
  const findings = text.split(/^(?=error\[)/m).filter((part) => part.startsWith("error["));
  assert.ok(findings.length > 0, "tfjs itself always has some: " + text);
  const ours = findings.filter((finding) => {
    const path = /--> (.*?):\d+:\d+/.exec(finding)?.[1] ?? "";
    return !relative(projectRoot, path).startsWith("node_modules") && !FOREIGN.test(finding);
  });
  assert.equal(ours.length, 0, ours.join("\n"));
});

Deno.test("deno doc makes pages of the library", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, text } = await deno("doc", "--html", "--name=acr-lab", `--output=${folder}`, ...MODULES);
    assert.equal(code, 0, text);
    for (
      const page of [
        "index.html",
        "~/acrLoss.html",
        "~/ShapeModel.html",
        join("experiment", "mod.ts", "~", "runExperiment.html"),
      ]
    ) {
      assert.ok(await exists(join(folder, page)), page);
    }
    const page = await Deno.readTextFile(join(folder, "~", "acrLoss.html"));
    assert.match(page, /adaptive coordinate-based regression/);
    assert.match(page, /const<\/span> loss|const loss/, "the example is missing");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("docs/results.md shows what its commands print of the archived runs", async () => {
  const { fillTables } = await import("../docs/results_page.ts");
  const page = await Deno.readTextFile(inProject("docs", "results.md"));
  assert.ok(page.includes("<!-- table -->"));
  // `deno fmt` breaks long lines and pads columns.
  const plain = (text: string) => text.replace(/\s+/g, " ").replace(/-{3,}/g, "---");
  assert.equal(plain(page), plain(await fillTables(page)), "deno task docs:results fills the tables in");
});
