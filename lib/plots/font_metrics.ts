import { createRequire } from "node:module";

/** Advance widths of one TrueType font. */
export interface FontMetrics {
  /** The width of `text` in pixels at `size` pixels; pairs are not kerned. */
  width(text: string, size: number): number;
}

/** The path of a face of the DejaVu fonts that come with this project, as `DejaVuSans-Bold`. */
export function fontPath(face: string): string {
  try {
    return createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${face}.ttf`);
  } catch (error) {
    throw new Error(
      `Cannot find the font ${face} as the package dejavu-fonts-ttf is not in node_modules: run 'deno install' first`,
      { cause: error },
    );
  }
}

/**
 * Reads the widths from a TrueType file: tables `head`, `hhea`, `hmtx` and `cmap` (format 4: the basic plane).
 *
 * Source: OpenType specification 1.9, chapters of those names.
 */
export function parseFontMetrics(bytes: Uint8Array): FontMetrics {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map<string, number>();
  for (let i = 0; i < view.getUint16(4); i++) {
    const record = 12 + 16 * i;
    tables.set(String.fromCharCode(...bytes.subarray(record, record + 4)), view.getUint32(record + 8));
  }
  const table = (name: string): number => {
    const offset = tables.get(name);
    if (offset === undefined) throw new SyntaxError(`Cannot read font metrics as the file has no table '${name}'`);
    return offset;
  };

  const unitsPerEm = view.getUint16(table("head") + 18);
  const metrics = view.getUint16(table("hhea") + 34);
  const hmtx = table("hmtx");
  const advance = (glyph: number) => view.getUint16(hmtx + 4 * Math.min(glyph, metrics - 1));

  const cmap = table("cmap");
  let format4: number | undefined;
  for (let i = 0; i < view.getUint16(cmap + 2); i++) {
    const offset = cmap + view.getUint32(cmap + 4 + 8 * i + 4);
    if (view.getUint16(offset) === 4) format4 = offset;
  }
  if (format4 === undefined) throw new SyntaxError("Cannot read font metrics as the file has no cmap of format 4");

  const widths = new Map<number, number>();
  const segments = view.getUint16(format4 + 6) / 2;
  const ends = format4 + 14,
    starts = ends + 2 * segments + 2,
    deltas = starts + 2 * segments,
    ranges = deltas + 2 * segments;
  for (let s = 0; s < segments; s++) {
    const start = view.getUint16(starts + 2 * s), end = view.getUint16(ends + 2 * s);
    const delta = view.getUint16(deltas + 2 * s), range = view.getUint16(ranges + 2 * s);
    for (let code = start; code <= end && code < 0xffff; code++) {
      let glyph = code;
      if (range !== 0) glyph = view.getUint16(ranges + 2 * s + range + 2 * (code - start));
      if (range === 0 || glyph !== 0) widths.set(code, advance((glyph + delta) & 0xffff));
    }
  }
  const missing = advance(0);
  return {
    width(text, size) {
      let units = 0;
      for (const character of text) units += widths.get(character.codePointAt(0)!) ?? missing;
      return units * size / unitsPerEm;
    },
  };
}

const faces = new Map<string, FontMetrics>();

/** The widths of DejaVu Sans, regular or bold; read once. */
export function dejavu(bold = false): FontMetrics {
  const face = bold ? "DejaVuSans-Bold" : "DejaVuSans";
  let metrics = faces.get(face);
  if (!metrics) faces.set(face, metrics = parseFontMetrics(Deno.readFileSync(fontPath(face))));
  return metrics;
}
