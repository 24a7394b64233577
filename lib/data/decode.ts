import { Buffer } from "node:buffer";
import sharp from "sharp";
import { messageOf } from "@/errors.ts";
import type { OpenImage, SourceImage } from "./source.ts";

/** Decoded pixels. */
export interface RgbImage {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** `[height, width, 3]` RGB. */
  readonly data: Uint8Array;
}

export interface DecodeOptions {
  /** Most pixels that a picture may claim to have. @default 100_000_000 */
  maxPixels?: number;
  /** Most bytes that a picture file may have. @default 200_000_000 */
  maxBytes?: number;
}

// Nothing is decoded twice, and a cache by file name would outlive a changed file.
sharp.cache(false);

/** The first bytes of the formats that are read. Others that the decoder knows (SVG, ...) could name further files. */
const FORMATS: readonly { name: string; matches(bytes: Uint8Array): boolean; isWhole(bytes: Buffer): boolean }[] = [
  {
    name: "JPEG",
    matches: (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff,
    isWhole: (b) => b.lastIndexOf(Buffer.from([0xff, 0xd9])) > 0,
  },
  {
    name: "PNG",
    matches: (b) => b[0] === 0x89 && b[1] === 0x50 && b[2] === 0x4e && b[3] === 0x47,
    isWhole: (b) => b.lastIndexOf("IEND") > 0,
  },
  {
    name: "WebP",
    matches: (b) => Buffer.from(b.subarray(0, 4)).equals(Buffer.from("RIFF")) && b[8] === 0x57 && b[9] === 0x45,
    isWhole: (b) => b.length >= 12 && b.length >= b.readUInt32LE(4) + 8,
  },
];

/** What people get to read of the decoder's message: its first line. */
function firstLine(error: unknown): string {
  return messageOf(error).split("\n")[0]!.trim();
}

/**
 * Opens a JPEG, PNG or WebP picture. Gray, transparent, CMYK and 16-bit pictures become 8-bit RGB; transparency and
 * color profiles are ignored.
 *
 * The orientation that a camera wrote into the file (EXIF) is **not** applied: the landmarks of 300W and COFW come from
 * MATLAB, whose `imread` does not apply it, and so count pixels as they are stored.
 *
 * @param source what to call the picture in an error
 * @throws {SyntaxError} if it is empty, truncated, damaged or of another format
 * @throws {RangeError} if it is larger than the options allow
 */
export async function openImage(bytes: Uint8Array, source: string, options: DecodeOptions = {}): Promise<OpenImage> {
  const { maxPixels = 100_000_000, maxBytes = 200_000_000 } = options;
  const fail = (reason: string) => new SyntaxError(`Cannot decode image '${source}' as ${reason}`);
  if (bytes.length === 0) throw fail("it is empty: 0 bytes");
  if (bytes.length > maxBytes) {
    throw new RangeError(
      `Cannot decode image '${source}' as a file may have ${maxBytes} bytes at most: ${bytes.length}`,
    );
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = FORMATS.find(({ matches }) => matches(bytes));
  if (!format) {
    throw fail(
      `it is none of ${FORMATS.map(({ name }) => name).join(", ")}: it starts with ${
        JSON.stringify(buffer.toString("latin1", 0, 8))
      }`,
    );
  }
  // Only the part that a crop needs is decoded below, so that the decoder itself would not see a missing end.
  if (!format.isWhole(buffer)) {
    throw fail(`it is truncated: its ${format.name} data has no end in ${bytes.length} bytes`);
  }

  const input = { failOn: "error", limitInputPixels: false, ignoreIcc: true, sequentialRead: true } as const;
  let width: number, height: number;
  try {
    ({ width, height } = await sharp(buffer, input).metadata());
  } catch (error) {
    throw fail(`it is damaged: ${firstLine(error)}`);
  }
  if (!(width > 0 && height > 0)) throw fail(`it has no pixels: ${width} x ${height}`);
  if (width * height > maxPixels) {
    throw new RangeError(
      `Cannot decode image '${source}' as it may have ${maxPixels} pixels at most: ${width} x ${height}`,
    );
  }
  return {
    width,
    height,
    async read(part) {
      let pipeline = sharp(buffer, input);
      if (part) pipeline = pipeline.extract(part);
      try {
        const { data, info } = await pipeline.toColourspace("srgb").removeAlpha().raw({ depth: "uchar" })
          .toBuffer({ resolveWithObject: true });
        if (info.channels !== 3) throw new TypeError(`${info.channels} channels`);
        return { width: info.width, height: info.height, data };
      } catch (error) {
        throw fail(`it is damaged: ${firstLine(error)}`);
      }
    },
  };
}

/**
 * Decodes a whole picture in memory.
 *
 * @throws as {@linkcode openImage}
 */
export async function decodeImage(bytes: Uint8Array, source: string, options: DecodeOptions = {}): Promise<RgbImage> {
  return await (await openImage(bytes, source, options)).read();
}

/** A picture file of a dataset. Only its size and time of change are looked at now. */
export async function imageFile(path: string): Promise<SourceImage> {
  const { size, mtime } = await Deno.stat(path);
  return {
    name: path,
    stamp: `${size} ${mtime?.getTime() ?? 0}`,
    bytes: () => Deno.readFile(path),
    open: async () => await openImage(await Deno.readFile(path), path),
  };
}
