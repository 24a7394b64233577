/**
 * `deno task gallery [DIR]`: draws every plot's example into `docs/gallery`, as SVG (what the tests compare with) and
 * PNG, with the page that shows them.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "@/files.ts";
import { inProject } from "@/paths.ts";
import { examples, galleryPage, stemOf } from "@/plots/gallery.ts";
import { savePlot } from "@/plots/save_plot.ts";

if (import.meta.main) {
  const folder = Deno.args[0] ?? inProject("docs", "gallery");
  for (const { name, make } of examples) {
    const spec = await make();
    await savePlot(spec, join(folder, `${stemOf(name)}.svg`));
    await savePlot(spec, join(folder, `${stemOf(name)}.png`), { scale: 1.5 });
  }
  await writeFileAtomic(join(folder, "README.md"), galleryPage());
  console.log(`${examples.length} plots drawn in ${folder}`);
}
