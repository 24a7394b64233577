import sharp from "sharp";

/** Options of {@linkcode pictureUrl}. */
export interface PictureOptions {
  /** Side of the picture to make, in pixels. @default side of the given one */
  side?: number;
  /** JPEG quality, 1 to 100. @default 85 */
  quality?: number;
}

/**
 * Encodes the pixels of one face, `[size, size, 3]` RGB, as a `data:` URL for the plots that show pictures.
 *
 * @throws {TypeError} When there are not `size * size * 3` bytes.
 */
export async function pictureUrl(pixels: Uint8Array, size: number, options: PictureOptions = {}): Promise<string> {
  const { side = size, quality = 85 } = options;
  if (pixels.length !== size * size * 3) {
    throw new TypeError(
      `Cannot encode a picture of side ${size} as it has ${pixels.length} bytes: expected ${size * size * 3}`,
    );
  }
  // sharp takes no view of a SharedArrayBuffer, where face sets keep their images.
  const jpeg = await sharp(new Uint8Array(pixels), { raw: { width: size, height: size, channels: 3 } })
    .resize(side, side).jpeg({ quality }).toBuffer();
  return `data:image/jpeg;base64,${new Uint8Array(jpeg).toBase64()}`;
}
