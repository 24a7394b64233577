import assert from "node:assert/strict";
import { experimentNames, loadPage } from "@/experiment/experiments.ts";
import { parseOverride, resolveExperiment } from "@/experiment/resolve.ts";
import { inProject } from "@/paths.ts";

Deno.test("experiments/ holds every dataset with every network of the paper", async () => {
  const names = await experimentNames();
  for (const dataset of ["300w", "cofw", "wflw", "synthetic"]) {
    for (const network of ["mnv2", "efnb0", "efnb3"]) {
      assert.ok(names.includes(`${dataset}-${network}`), `${dataset}-${network} is missing: ${names}`);
    }
  }
});

for (const name of await experimentNames()) {
  Deno.test(`experiments/${name}.ts is a valid page that states its command, duration and numbers to expect`, async () => {
    const page = await loadPage(name);
    const { settings, variant, changed } = resolveExperiment(page);
    assert.ok(page.duration && page.expected, "it says what to expect, or that nobody has measured it");
    assert.equal(variant, settings.loss.name);
    assert.deepEqual(changed, {});
    assert.match(name, new RegExp(`^${settings.dataset}-([a-z]+-)?${settings.architecture}$`));
    const source = await Deno.readTextFile(inProject("experiments", `${name}.ts`));
    assert.ok(source.startsWith("/**\n"), "it begins with its documentation");
    assert.match(source.split("*/")[0]!, new RegExp(`deno task experiment ${name}( |\n)`));
    assert.equal(resolveExperiment(page, [parseOverride("loss=l2")]).variant, "l2");
  });
}

Deno.test("experimentNames() are computed from the folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const file of ["b.ts", "a.ts", "a_test.ts", "notes.md"]) await Deno.writeTextFile(`${folder}/${file}`, "");
    await Deno.mkdir(`${folder}/ablations`);
    assert.deepEqual(await experimentNames(folder), ["a", "b"]);
    await assert.rejects(loadPage("c", folder), {
      name: "RangeError",
      message: /'c' as there is no such page.*there are a, b$/,
    });
    await assert.rejects(loadPage("a", folder), { name: "TypeError", message: /its page has no default export/ });
    await Deno.writeTextFile(`${folder}/b.ts`, "throw new Error('oops');");
    await assert.rejects(loadPage("b", folder), /Cannot load experiment 'b' as its page fails: oops/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
