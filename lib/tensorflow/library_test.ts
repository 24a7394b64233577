import assert from "node:assert/strict";
import { join } from "node:path";
import { sha256 } from "@/files.ts";
import { fromFileUrl } from "@/paths.ts";
import { testWith, withFolder } from "@/testing.ts";
import { cacheFolder, fetchLibrary, type FetchLibraryOptions, LIBRARY_VERSION } from "./fetch_library.ts";
import { findLibrary, pythonCommand } from "./library.ts";

const NAME = Deno.build.os === "darwin" ? "libtensorflow_cc.2.dylib" : "libtensorflow_cc.so.2";
const FRAMEWORK = NAME.replace("_cc", "_framework");

const python = await (async () => {
  try {
    const { success } = await new Deno.Command("python3", { args: ["-m", "pip", "--version"] }).output();
    return success && Deno.build.os !== "windows" ? "python3" : undefined;
  } catch {
    return undefined;
  }
})();

/** A folder that is gone afterwards. */
async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(join(folder, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(folder, name), text);
  }
}

/** A shell script in place of Python. */
async function script(path: string, ...lines: string[]): Promise<string> {
  await Deno.writeTextFile(path, ["#!/bin/sh", ...lines].join("\n") + "\n", { mode: 0o755 });
  return path;
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** The few bytes that stand for TensorFlow's wheel, made by Python's own zipfile. */
async function makeWheel(folder: string, files: Record<string, string>) {
  const path = join(folder, `tensorflow_cpu-${LIBRARY_VERSION}-py3-none-any.whl`);
  const metadata = `tensorflow_cpu-${LIBRARY_VERSION}.dist-info`;
  const all = {
    ...files,
    [`${metadata}/METADATA`]: `Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: ${LIBRARY_VERSION}\n`,
    [`${metadata}/WHEEL`]: "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${metadata}/RECORD`]: "",
  };
  const code = "import json, sys, zipfile\n" +
    "with zipfile.ZipFile(sys.argv[1], 'w') as z:\n" +
    "    for name, text in json.loads(sys.argv[2]).items(): z.writestr(name, text)";
  const { success } = await new Deno.Command("python3", { args: ["-c", code, path, JSON.stringify(all)] }).output();
  assert.ok(success);
  const bytes = await Deno.readFile(path);
  return { path, wheel: { package: "tensorflow-cpu", sha256: sha256(bytes), bytes: bytes.length } };
}

const CONTENT = {
  [`tensorflow/${NAME}`]: "the library",
  [`tensorflow/${FRAMEWORK}`]: "the framework",
  [`tensorflow/include/${NAME}`]: "not this one",
  "tensorflow/__init__.py": "",
};

/** A Python whose pip copies `wheel`, after `before`, and notes each call in `log`; its `-c` is that of the real one. */
const fakePython = (folder: string, wheel: string, ...before: string[]) =>
  script(
    join(folder, "python"),
    `[ "$1" = -c ] && exec python3 "$@"`,
    `echo "$*" >> '${folder}/log'`,
    `while [ "$1" != --dest ]; do shift; done`,
    ...before,
    `cp '${wheel}' "$2"`,
  );

Deno.test("findLibrary() takes the file or folder that ACR_LIBTENSORFLOW names", () =>
  withFolder(async (folder) => {
    await writeFiles(folder, {
      [NAME]: "",
      [`archive/lib/${NAME.replace("_cc", "")}`]: "",
      [`site/tensorflow/${NAME}`]: "",
    });
    const find = async (path: string) =>
      await findLibrary({ environment: new Map([["ACR_LIBTENSORFLOW", join(folder, path)]]), fetch: false });
    const reason = "named by ACR_LIBTENSORFLOW";
    assert.deepEqual(await find(NAME), { path: join(folder, NAME), reason });
    assert.deepEqual(await find("."), { path: join(folder, NAME), reason });
    assert.equal((await find("archive")).path, join(folder, "archive/lib", NAME.replace("_cc", "")));
    assert.equal((await find("site")).path, join(folder, "site/tensorflow", NAME));
    await assert.rejects(find("none"), {
      message: `Cannot use ACR_LIBTENSORFLOW as it names neither a TensorFlow library nor a folder with ${NAME} or ${
        NAME.replace("_cc", "")
      }: '${join(folder, "none")}'`,
    });
  }));

Deno.test("pythonCommand() prefers ACR_PYTHON, then the active environment", () =>
  withFolder(async (folder) => {
    await writeFiles(folder, { "bin/python3": "" });
    const python = join(folder, "bin", "python3");
    assert.equal(pythonCommand(new Map([["ACR_PYTHON", "py"], ["VIRTUAL_ENV", folder]])), "py");
    assert.equal(pythonCommand(new Map([["VIRTUAL_ENV", folder]])), python);
    assert.equal(pythonCommand(new Map([["CONDA_PREFIX", folder]])), python);
    assert.equal(pythonCommand(new Map([["VIRTUAL_ENV", join(folder, "gone")]])), "python3");
    assert.equal(pythonCommand(new Map()), "python3");
  }));

Deno.test({
  name: "findLibrary() takes the library of a Python that has TensorFlow, without importing it",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder(async (folder) => {
      await writeFiles(folder, { "tensorflow/__init__.py": "", [`tensorflow/${NAME}`]: "" });
      const python = await script(
        join(folder, "python"),
        `case "$2" in *find_spec*) echo '${folder}/tensorflow/__init__.py' ;; *) exit 1 ;; esac`,
      );
      assert.deepEqual(await findLibrary({ environment: new Map([["ACR_PYTHON", python]]), fetch: false }), {
        path: join(folder, "tensorflow", NAME),
        reason: `installed for ${python}`,
      });
    }),
});

Deno.test("findLibrary() takes the project's own copy when Python has none, and says what to do without one", () =>
  withFolder(async (folder) => {
    const environment = new Map([["ACR_PYTHON", join(folder, "no-python")], ["ACR_CACHE", folder]]);
    await assert.rejects(findLibrary({ environment, fetch: false }), {
      message:
        /^Cannot find TensorFlow's library\. Either install TensorFlow for a Python \(.*\), or .* \(--backend cpu\)$/,
    });
    await writeFiles(folder, { [`tensorflow/${LIBRARY_VERSION}/${NAME}`]: "" });
    assert.deepEqual(await findLibrary({ environment, fetch: false }), {
      path: join(folder, "tensorflow", LIBRARY_VERSION, NAME),
      reason: `the project's own copy of TensorFlow ${LIBRARY_VERSION}`,
    });
    assert.equal(cacheFolder(environment), join(folder, "tensorflow"));
  }));

testWith(
  python,
  "no python3 with pip",
  "fetchLibrary() has pip fetch the wheel by its hash, and unpacks the two libraries only",
  (python) =>
    withFolder(async (folder) => {
      const { wheel } = await makeWheel(folder, CONTENT);
      const cache = join(folder, "cache");
      // pip itself, with this folder for an index: settings of the user's such as these hold.
      const user = await script(
        join(folder, "python"),
        `PIP_NO_INDEX=1 PIP_FIND_LINKS='${folder}' PIP_CONFIG_FILE=/dev/null exec ${python} "$@"`,
      );
      const options: FetchLibraryOptions = { python: user, libraries: [NAME], cache, wheel, quiet: true };
      const library = join(cache, LIBRARY_VERSION, NAME);
      assert.equal(await fetchLibrary(options), library);
      assert.equal(await Deno.readTextFile(library), "the library");
      assert.deepEqual(names(join(cache, LIBRARY_VERSION)), [NAME, FRAMEWORK].sort());
      assert.deepEqual(names(cache), [LIBRARY_VERSION, "lock"], "nothing else stays");
      assert.equal(await fetchLibrary({ ...options, python: join(folder, "none") }), library, "fetched once");

      const other = { ...wheel, sha256: sha256("another wheel") };
      const refused = fetchLibrary({ ...options, cache: join(folder, "cache-2"), wheel: other });
      await assert.rejects(refused, (error: Error) => {
        assert.match(error.message, /^Cannot fetch TensorFlow [\d.]+: pip failed \(.*\)\. Either install TensorFlow/);
        assert.ok(error.message.includes(wheel.sha256), "pip says what it found");
        return true;
      });
      assert.deepEqual(names(join(folder, "cache-2")), ["lock"]);
    }),
);

testWith(
  python,
  "no python3 with pip",
  "fetchLibrary() refuses a wheel with another hash, without the libraries, or that is no archive, and keeps nothing",
  () =>
    withFolder(async (folder) => {
      const { path, wheel } = await makeWheel(folder, { "tensorflow/__init__.py": "" });
      const cache = join(folder, "cache");
      const options = { python: await fakePython(folder, path), libraries: [NAME], cache, quiet: true };
      const refused = async (wheel: FetchLibraryOptions["wheel"], message: string) => {
        await assert.rejects(fetchLibrary({ ...options, wheel }), (error: Error) => {
          assert.ok(error.message.startsWith(`Cannot fetch TensorFlow ${LIBRARY_VERSION}: ${message}`), error.message);
          return true;
        });
        assert.deepEqual(names(cache), ["lock"]);
      };
      const wanted = sha256("another wheel");
      await refused({ ...wheel, sha256: wanted }, `its SHA-256 must be ${wanted}: ${wheel.sha256}. Either`);
      await refused(wheel, `the wheel lacks ${NAME}. Either`);
      await Deno.writeTextFile(path, "no archive");
      await refused(
        { ...wheel, sha256: sha256("no archive") },
        "the wheel does not unpack (zipfile.BadZipFile: File is not a zip file). Either",
      );
    }),
);

testWith(
  python,
  "no python3 with pip",
  "fetchLibrary() says in one sentence that Python or its pip is missing, or what pip said",
  () =>
    withFolder(async (folder) => {
      const wheel = { package: "tensorflow-cpu", sha256: "0".repeat(64), bytes: 1 };
      const refused = (python: string, message: RegExp) =>
        assert.rejects(fetchLibrary({ python, libraries: [NAME], cache: join(folder, "cache"), wheel, quiet: true }), {
          message,
        });
      await refused(
        join(folder, "gone"),
        /^Cannot fetch TensorFlow 2\.21\.0: '.*gone' does not start \(.*\)\. Either /,
      );
      const bare = await script(join(folder, "bare"), `echo "$0: No module named pip" >&2; exit 1`);
      await refused(bare, /^Cannot fetch TensorFlow 2\.21\.0: pip failed \(.*bare: No module named pip\)\. Either /);
      const lazy = await script(join(folder, "lazy"), "exit 0");
      await refused(lazy, /^Cannot fetch TensorFlow 2\.21\.0: pip left no wheel\. Either /);
      assert.deepEqual(names(join(folder, "cache")), ["lock"]);
    }),
);

Deno.test("fetchLibrary() fetches nothing where it must not", () =>
  withFolder(async (folder) => {
    const options = { python: join(folder, "gone"), libraries: [NAME], cache: join(folder, "cache"), fetch: false };
    await assert.rejects(fetchLibrary(options), { message: /^Cannot find TensorFlow's library\. Either install/ });
    assert.deepEqual(names(folder), []);
  }));

function start(options: FetchLibraryOptions): Deno.ChildProcess {
  const child = fromFileUrl(new URL("./fetch_child.ts", import.meta.url));
  const args = ["run", "-A", "--quiet", child, JSON.stringify(options)];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
}

testWith(
  python,
  "no python3 with pip",
  "fetchLibrary() fetches once for two processes that ask at the same time",
  () =>
    withFolder(async (folder) => {
      const { path, wheel } = await makeWheel(folder, CONTENT);
      const cache = join(folder, "cache");
      const options = {
        python: await fakePython(folder, path, "sleep 1"),
        libraries: [NAME],
        cache,
        wheel,
        quiet: true,
      };
      const outputs = await Promise.all([start(options).output(), start(options).output()]);
      for (const { success, stdout } of outputs) {
        assert.ok(success);
        assert.equal(new TextDecoder().decode(stdout).trim(), join(cache, LIBRARY_VERSION, NAME));
      }
      assert.equal((await Deno.readTextFile(join(folder, "log"))).trim().split("\n").length, 1);
    }),
);

testWith(
  python,
  "no python3 with pip",
  "fetchLibrary() leaves nothing half-made when it is killed during the download, and the next call fetches",
  () =>
    withFolder(async (folder) => {
      const { path, wheel } = await makeWheel(folder, CONTENT);
      const cache = join(folder, "cache");
      const hanging = await fakePython(
        folder,
        path,
        `head -c 100 '${path}' > "$2"/part`,
        `echo $$ > '${folder}/pid.new'; mv '${folder}/pid.new' '${folder}/pid'; exec sleep 60`,
      );
      const options = { python: hanging, libraries: [NAME], cache, wheel, quiet: true };
      const killed = start(options);
      let pid = NaN;
      for (let i = 0; Number.isNaN(pid); i++) {
        assert.ok(i < 600, "the download never began");
        await new Promise((resolve) => setTimeout(resolve, 50));
        pid = parseInt(await Deno.readTextFile(join(folder, "pid")).catch(() => ""));
      }
      killed.kill("SIGKILL");
      await killed.output();
      Deno.kill(pid, "SIGKILL"); // the download that outlived it
      assert.ok(names(cache).every((name) => name === "lock" || name.startsWith("fetch-")));
      assert.equal(names(cache).length, 2);

      await fakePython(folder, path);
      const library = join(cache, LIBRARY_VERSION, NAME);
      assert.equal(await fetchLibrary(options), library);
      assert.deepEqual(names(cache), [LIBRARY_VERSION, "lock"], "what the killed one left is swept up");

      await Deno.remove(library);
      assert.equal(await fetchLibrary(options), library, "a copy that is not whole any more is fetched again");
    }),
);
