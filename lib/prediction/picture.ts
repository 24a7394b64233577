import { Buffer } from "node:buffer";
import { basename } from "node:path";
import sharp from "sharp";
import { messageOf } from "@/errors.ts";
import { openImage, type RgbImage } from "@/data/decode.ts";

/** A picture of a user's own, upright. */
export interface Picture extends RgbImage {
  /** What to call it in an error. */
  readonly source: string;
  /** Whether it was turned or mirrored as the camera's note in it (EXIF) says. */
  readonly turned: boolean;
}

const MOST_PIXELS = 50_000_000;

/**
 * Reads a JPEG, PNG or WebP picture as people see it: turned upright as its EXIF orientation says, as browsers do. (The
 * pictures of datasets are read without, as their landmarks were made so.)
 *
 * @throws {SyntaxError} if it is damaged or of another format; {RangeError} if it has over 50 million pixels
 */
export async function readPicture(path: string): Promise<Picture> {
  let bytes: Uint8Array;
  try {
    const info = await Deno.stat(path);
    if (!info.isFile) throw new TypeError("it is not a file");
    if (info.size > 200_000_000) throw new RangeError(`a file may have 200000000 bytes at most: ${info.size}`);
    bytes = await Deno.readFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "there is no such file" : messageOf(error);
    throw new Error(`Cannot read picture '${path}' as ${reason}: ${basename(path)}`);
  }
  const image = await openImage(bytes, path, { maxPixels: MOST_PIXELS });
  const { orientation = 1 } = await sharp(bytes, { limitInputPixels: MOST_PIXELS }).metadata();
  const pixels = await image.read();
  if (orientation < 2 || orientation > 8) return { ...pixels, source: path, turned: false };
  return { ...turn(pixels, orientation), source: path, turned: true };
}

/** Applies an EXIF orientation of 2 to 8. */
function turn({ width, height, data }: RgbImage, orientation: number): RgbImage {
  const swap = orientation >= 5;
  const w = swap ? height : width, h = swap ? width : height;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [a, b] = swap ? [y, x] : [x, y];
      // Where the upright picture's pixel is stored: EXIF 2.3, table 6.
      const fromX = [2, 3, 7, 8].includes(orientation) ? width - 1 - a : a;
      const fromY = [3, 4, 6, 7].includes(orientation) ? height - 1 - b : b;
      const from = (fromY * width + fromX) * 3, to = (y * w + x) * 3;
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
  }
  return { width: w, height: h, data: out };
}

/** Encodes pixels as a PNG with an SVG drawing over them. */
export async function encodeWithDrawing(image: RgbImage, svg: string): Promise<Uint8Array> {
  const { width, height, data } = image;
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const picture = sharp(raw, { raw: { width, height, channels: 3 } }).composite([{ input: Buffer.from(svg) }]);
  return new Uint8Array(await picture.png().toBuffer());
}
