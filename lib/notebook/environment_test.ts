import assert from "node:assert/strict";
import { isAbsolute, join } from "node:path";
import { exists } from "@/files.ts";
import { withFolder } from "@/testing.ts";
import { kernelSpec, notebookEnvironment } from "./environment.ts";

Deno.test("kernelSpec() names Deno by its absolute path and asks for plain text", async () => {
  const { argv, language, env } = JSON.parse(await kernelSpec(Deno.execPath()));
  assert.ok(isAbsolute(argv[0]) && await exists(argv[0]));
  assert.deepEqual(argv.slice(1), ["jupyter", "--kernel", "--conn", "{connection_file}"]);
  assert.deepEqual([language, env.NO_COLOR], ["typescript", "1"]);
});

Deno.test("notebookEnvironment() says what is wrong with a Python of the user's", () =>
  withFolder(async (folder) => {
    const own = join(folder, "no-python");
    await assert.rejects(notebookEnvironment({ folder, own }), {
      message: `Cannot use the Python of ACR_NOTEBOOK_PYTHON, '${own}', for notebooks: '${own}' was not found`,
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("notebookEnvironment() installs nothing when it must not", () =>
  withFolder(async (folder) => {
    await assert.rejects(notebookEnvironment({ folder, own: undefined, offline: true }), {
      message: `Cannot use Jupyter as it is not set up in '${folder}': run 'deno task notebook' first`,
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test({
  name: "notebookEnvironment() takes the user's own Python, and puts the project's kernel before others",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder(async (folder) => {
      // Stands for a Python that has everything: it says yes to whatever it is asked.
      const own = join(folder, "python");
      await Deno.writeTextFile(own, "#!/bin/sh\nexit 0\n", { mode: 0o755 });
      const environment = await notebookEnvironment({ folder, own });
      assert.deepEqual([environment.python, environment.own], [own, true]);
      const share = environment.env.JUPYTER_PATH!.split(":")[0]!;
      const kernel = JSON.parse(await Deno.readTextFile(join(share, "kernels", "deno", "kernel.json")));
      assert.equal(kernel.argv[0], Deno.execPath());
    }),
});

Deno.test({
  name: "notebookEnvironment() starts over after a set-up that did not end, and says why Python's venv failed",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder(async (folder) => {
      const path = Deno.env.get("PATH")!;
      await Deno.mkdir(join(folder, "bin"));
      for (const name of ["python3", "python"]) {
        await Deno.writeTextFile(join(folder, "bin", name), "#!/bin/sh\necho 'No module named venv' >&2\nexit 1\n", {
          mode: 0o755,
        });
      }
      await Deno.mkdir(join(folder, "venv")); // of an interrupted set-up: no mark
      Deno.env.set("PATH", join(folder, "bin"));
      try {
        await assert.rejects(
          notebookEnvironment({ folder, own: "", quiet: true }),
          /^Error: Cannot set up Jupyter as Python 3.10 or newer with venv is needed: No module named venv\. Install it, or name/,
        );
      } finally {
        Deno.env.set("PATH", path);
      }
    }),
});
