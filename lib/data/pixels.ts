/** The hot loops on pixels: `pixels.wat`, compiled to 128-bit vector code. Twice to twenty times as fast as JavaScript. */
export interface PixelLoops {
  /** One row of a bilinear warp that draws the edge out; see `pixels.wat` for units. */
  warpRow(
    source: number,
    width: number,
    height: number,
    out: number,
    count: number,
    u: number,
    v: number,
    du: number,
    dv: number,
  ): void;
  /** One row of a 3 x 3 median over `width` bytes of RGB, its edge drawn out. */
  medianRow(above: number, here: number, below: number, width: number, out: number, scratch: number): void;
  /** Pixels in place, by a matrix and then a table. */
  recolor(pixels: number, bytes: number, columns: number, table: number): void;
}

/** SHA-256 of the `pixels.wat` that {@linkcode CODE} is compiled from: a test tells when they have parted. */
export const SOURCE_HASH = "f22d520197e524d99b1e12ea6a80b820b0a380e816085be01aa1705425224792";

/** Made by `npx -p wabt@1.0.39 wat2wasm lib/data/pixels.wat -o - | base64 -w 0`. */
const CODE =
  "AGFzbQEAAAABKQVgCX9/f39/f39/fwBgBn9/f39/fwBgBH9/f38AYAN7e3sBe2ACf38AAwYFAAECAwQFAwEAAQcqBAZtZW1vcnkCAAd3YXJw" +
  "Um93AAAJbWVkaWFuUm93AAEHcmVjb2xvcgACCucHBf8CAgp/A3sgAUEDbCEKIAFBAWtBEHQhCyACQQFrQRB0IQwgAyAEQQNsaiEJA0AgBUEQ" +
  "dSENIAZBEHUhDiAFQQh1Qf8BcSEPIAZBCHVB/wFxIRAgBSALTwRAQQAgCyAFQQBIGyERQQAgAUECayARRRshDUEAQYACIBFFGyEPCyAGIAxP" +
  "BEBBACAMIAZBAEgbIRFBACACQQJrIBFFGyEOQQBBgAIgEUUbIRALIAAgDiAKbCANQQNsamohEiAPQf//A2xBgAJq/REhEyATIBL9XQMAIBL9" +
  "XQMA/Q0AAwEEAgUCBQAAAAAAAAAA/YkB/boBIRQgEiAKaiESIBMgEv1dAwAgEv1dAwD9DQADAQQCBQIFAAAAAAAAAAD9iQH9ugEhFSAUQQj9" +
  "qwFBgIAC/RH9rgEgFSAU/bEBIBD9Ef21Af2uAUEQ/a0BIRQgAyAUIBT9DQAECAwAAAAAAAAAAAAAAAD9WgIAACAFIAdqIQUgBiAIaiEGIANB" +
  "A2oiAyAJSQ0ACwuqAgIEfwZ7IAUhBiAGIANBIGpqIQcgByADQSBqaiEIA0AgACAJav0ABAAhCiABIAlq/QAEACELIAIgCWr9AAQAIQwgCiAL" +
  "/XchDSAKIAv9eSEOIA0gDP15IQ8gBiAJaiANIAz9d/0LBAMgByAJaiAPIA79d/0LBAMgCCAJaiAPIA79ef0LBAMgCUEQaiIJIANJDQALIAYg" +
  "AxAEIAcgAxAEIAggAxAEQQAhCQNAIAYgCWr9AAQAIAYgCWr9AAQD/XkgBiAJav0ABAb9eSEKIAcgCWr9AAQAIAcgCWr9AAQDIAcgCWr9AAQG" +
  "EAMhCyAIIAlq/QAEACAIIAlq/QAEA/13IAggCWr9AAQG/XchDCAEIAlqIAogCyAMEAP9CwQAIAlBEGoiCSADSQ0ACwvwAQICfwR7IAAgAWoh" +
  "BCAC/QAEACEGIAL9AAQQIQcgAv0ABCAhCANAIAD9XAIAIQkgBiAJ/QwA////AP///wD///8A/////Q79tQEgByAJ/QwB////Af///wH///8B" +
  "/////Q79tQH9rgEgCCAJ/QwC////Av///wL///8C/////Q79tQFBgMAA/RH9rgH9rgFBDv2sASEJIAkgCf2FASEJIAkgCf1m/RsAIQUgACAD" +
  "IAVB/wFxai0AADoAACAAIAMgBUEIdkH/AXFqLQAAOgABIAAgAyAFQRB2Qf8BcWotAAA6AAIgAEEDaiIAIARJDQALCxQAIAAgAf13IAAgAf15" +
  "IAL9d/15CzEAIAAgAC8BAzsBACAAIAAtAAU6AAIgACABaiEAIAAgAC8BADsBAyAAIAAtAAI6AAUL";

/** Bytes beyond a row that the loops may read and write. */
export const SLACK = 32;

const PAGE = 65536;

let loops: PixelLoops & { readonly memory: WebAssembly.Memory } | undefined;

/**
 * The loops, and their memory of at least `bytes` bytes. Each thread has its own; what it holds is anybody's, and a later
 * call may replace the view.
 *
 * @throws {RangeError} if there is not so much memory
 */
export function pixelLoops(bytes: number): { loops: PixelLoops; memory: Uint8Array } {
  loops ??= new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.fromBase64(CODE)))
    .exports as unknown as NonNullable<typeof loops>;
  const lacking = bytes - loops.memory.buffer.byteLength;
  if (lacking > 0) loops.memory.grow(Math.ceil(lacking / PAGE));
  return { loops, memory: new Uint8Array(loops.memory.buffer) };
}
