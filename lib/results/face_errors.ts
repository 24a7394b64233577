import type { FaceSet } from "@/data/face_set.ts";
import { csvField, parseCsv } from "./csv.ts";
import type { FaceError } from "./schema.ts";

const HEADER = ["id", "subsets", "nme"];

/**
 * The rows of `errors.csv`, in the order of the set.
 *
 * @param errors `[N]` NME of each face, as `faceErrors()` gives them
 */
export function faceErrorRows(set: Pick<FaceSet, "ids" | "subsets">, errors: ArrayLike<number>): FaceError[] {
  if (errors.length !== set.ids.length) {
    throw new TypeError(`Cannot list the errors of ${set.ids.length} faces as there are others: ${errors.length}`);
  }
  const names: string[][] = set.ids.map(() => []);
  for (const [name, faces] of Object.entries(set.subsets)) for (const face of faces) names[face]!.push(name);
  return set.ids.map((id, face) => ({ id, subsets: names[face]!, nme: errors[face]! }));
}

/** The text of `errors.csv`: one row per test face, NME in full precision, subsets joined by `;`. */
export function formatFaceErrors(faces: Iterable<FaceError>): string {
  const lines = [HEADER.join(",")];
  const seen = new Set<string>();
  for (const { id, subsets, nme } of faces) {
    if (seen.has(id)) throw new RangeError(`Cannot write errors.csv as two faces have one name: '${id}'`);
    seen.add(id);
    const odd = subsets.find((name) => name.includes(";") || name === "");
    if (odd !== undefined) {
      throw new RangeError(`Cannot write errors.csv as a subset's name is empty or holds ';': '${odd}'`);
    }
    lines.push([csvField(id), csvField(subsets.join(";")), String(nme)].join(","));
  }
  return lines.join("\n") + "\n";
}

/**
 * Reads the text of an `errors.csv`. NaN stands for a face whose error could not be computed.
 *
 * @throws {SyntaxError} naming file and row where the text is something else.
 */
export function parseFaceErrors(text: string, source: string): FaceError[] {
  const [header, ...rows] = parseCsv(text, source);
  if (header?.join(",") !== HEADER.join(",")) {
    throw new SyntaxError(
      `Cannot read face errors from '${source}' as its first line is not '${HEADER.join(",")}': '${
        (header ?? []).join(",").slice(0, 80)
      }'`,
    );
  }
  return rows.map((row, index) => {
    const [id, subsets, nme] = row;
    const value = Number(nme);
    if (row.length !== 3 || nme === "" || (Number.isNaN(value) && nme !== "NaN")) {
      throw new SyntaxError(
        `Cannot read face errors from '${source}' as row ${index + 2} is not 'id,subsets,number': '${
          row.join(",").slice(0, 80)
        }'`,
      );
    }
    return { id: id!, subsets: subsets === "" ? [] : subsets!.split(";"), nme: value };
  });
}
