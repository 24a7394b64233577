import { normalize, relative, resolve, sep } from "node:path";
import { nearest } from "@/errors.ts";
import type { RunRecord } from "./read_run.ts";

/** The expression for a glob: `*` and `?` within a folder's name, `**` across, `{a,b}` for either. */
function globExpression(glob: string): RegExp {
  let depth = 0;
  const parts = Array.from(glob.matchAll(/\*\*|[\s\S]/g), ([part]) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part === "{") return depth++, "(?:";
    if (part === "}" && depth > 0) return depth--, ")";
    // Outside braces a comma is part of a variant's name.
    if (part === "," && depth > 0) return "|";
    return part.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
  });
  if (depth > 0) throw new SyntaxError(`Cannot select runs as a '{' is never closed: '${glob}'`);
  return new RegExp(`^${parts.join("")}(?:/.*)?$`);
}

/**
 * The runs whose names start with a path, or match a glob, below the results folder, as `300w-mnv2`,
 * `300w-mnv2/acr` or `*\/{acr,l2}/seed-1`; all where nothing is asked for. Paths that begin with the results folder, as a
 * shell completes them, work as well.
 *
 * @throws {RangeError} where a selection matches no run; the sentence lists what there is.
 */
export function selectRuns<R extends RunRecord>(runs: readonly R[], selections: readonly string[], root = ""): R[] {
  if (selections.length === 0) return [...runs];
  const chosen = new Set<R>();
  for (const selection of selections) {
    const found = matching(runs, selection, root);
    if (found.length === 0) {
      const names = [
        ...new Set(runs.flatMap(({ name }) => [name.split("/")[0]!, name.split("/").slice(0, 2).join("/")])),
      ];
      const near = nearest(selection, names, 5);
      const there = near.length > 0 ? near : names.slice(0, 20);
      throw new RangeError(
        names.length === 0
          ? `Cannot select runs as there are none in '${root}': '${selection}'`
          : `Cannot select runs as none lies there, only ${there.join(", ")}${
            near.length === 0 && names.length > 20 ? ", ..." : ""
          }: '${selection}'`,
      );
    }
    for (const run of found) chosen.add(run);
  }
  return runs.filter((run) => chosen.has(run));
}

function matching<R extends RunRecord>(runs: readonly R[], selection: string, root: string): R[] {
  const tidy = (path: string) => normalize(path).split(sep).join("/").replace(/\/$/, "");
  const below = tidy(relative(resolve(root), resolve(selection)));
  for (const glob of new Set([tidy(selection), below])) {
    if (glob === ".") return [...runs];
    const expression = globExpression(glob);
    const found = runs.filter(({ name }) => expression.test(name));
    if (found.length > 0) return found;
  }
  return [];
}
