// deno-fmt-ignore
const LUMA = [
  16, 11, 10, 16, 24, 40, 51, 61,       12, 12, 14, 19, 26, 58, 60, 55,
  14, 13, 16, 24, 40, 57, 69, 56,       14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77,     24, 35, 55, 64, 81, 104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101,   72, 92, 95, 98, 112, 100, 103, 99,
];
// deno-fmt-ignore
const CHROMA = [
  17, 18, 24, 47, 99, 99, 99, 99,   18, 21, 26, 66, 99, 99, 99, 99,
  24, 26, 56, 99, 99, 99, 99, 99,   47, 66, 99, 99, 99, 99, 99, 99,
  ...new Array<number>(32).fill(99),
];

/** By what the fast transform's eight outputs are too large: sqrt(2) cos(k pi / 16), and 1 for the first. */
const FACTORS = [1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.5411961, 0.275899379];

/**
 * Leaves in a picture what JPEG compression leaves: chroma halved both ways (4:2:0), 8 x 8 blocks transformed (DCT by
 * Arai, Agui and Nakajima), rounded to the quantization tables of ITU-T T.81 Annex K scaled by the quality as libjpeg scales
 * them, and transformed back. Nothing is coded, as coding loses nothing.
 */
export class JpegArtifacts {
  readonly #size: number;
  /** Side of the luma plane: whole blocks of chroma. */
  readonly #side: number;
  readonly #y: Uint8Array;
  readonly #cb: Uint8Array;
  readonly #cr: Uint8Array;
  readonly #wide: Uint8Array;
  readonly #block = new Float64Array(64);
  readonly #down = new Float64Array(64);
  readonly #up = new Float64Array(64);

  /** @param size Side of the pictures in pixels. */
  constructor(size: number) {
    this.#size = size;
    this.#side = Math.ceil(size / 16) * 16;
    const area = this.#side ** 2;
    this.#y = new Uint8Array(area);
    this.#cb = new Uint8Array(area / 4);
    this.#cr = new Uint8Array(area / 4);
    this.#wide = new Uint8Array(2 * area);
  }

  /** @param quality 1 to 100, as libjpeg's and Pillow's. */
  apply(pixels: Uint8Array, quality: number): void {
    this.#toPlanes(pixels);
    this.#quantize(this.#y, this.#side, LUMA, quality);
    this.#quantize(this.#cb, this.#side / 2, CHROMA, quality);
    this.#quantize(this.#cr, this.#side / 2, CHROMA, quality);
    this.#toPixels(pixels);
  }

  #toPlanes(pixels: Uint8Array): void {
    const size = this.#size, side = this.#side, plane = this.#y, wide = this.#wide, area = side * side;
    for (let y = 0, at = 0; y < side; y++) {
      const row = Math.min(y, size - 1) * size;
      for (let x = 0; x < side; x++, at++) {
        const p = 3 * (row + (x < size ? x : size - 1));
        const r = pixels[p]!, g = pixels[p + 1]!, b = pixels[p + 2]!;
        plane[at] = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
        wide[at] = (-11059 * r - 21709 * g + 32768 * b + 8421375) >> 16;
        wide[area + at] = (32768 * r - 27439 * g - 5329 * b + 8421375) >> 16;
      }
    }
    for (let y = 0, out = 0; y < side; y += 2) {
      for (let x = 0; x < side; x += 2, out++) {
        const at = y * side + x, below = at + side;
        this.#cb[out] = (wide[at]! + wide[at + 1]! + wide[below]! + wide[below + 1]! + 2) >> 2;
        this.#cr[out] = (wide[area + at]! + wide[area + at + 1]! + wide[area + below]! + wide[area + below + 1]! + 2) >>
          2;
      }
    }
  }

  #quantize(plane: Uint8Array, side: number, table: readonly number[], quality: number): void {
    const block = this.#block, down = this.#down, up = this.#up;
    const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    for (let k = 0; k < 64; k++) {
      const step = Math.min(255, Math.max(1, Math.floor((table[k]! * percent + 50) / 100)));
      const factor = FACTORS[k >> 3]! * FACTORS[k & 7]!;
      down[k] = 1 / (step * factor * 8);
      up[k] = step * factor / 8;
    }
    for (let top = 0; top < side; top += 8) {
      for (let left = 0; left < side; left += 8) {
        for (let y = 0, k = 0, at = top * side + left; y < 8; y++, at += side - 8) {
          for (let x = 0; x < 8; x++) block[k++] = plane[at++]! - 128;
        }
        for (let row = 0; row < 64; row += 8) forward(block, row, 1);
        for (let column = 0; column < 8; column++) forward(block, column, 8);
        for (let k = 0; k < 64; k++) block[k] = Math.round(block[k]! * down[k]!) * up[k]!;
        for (let column = 0; column < 8; column++) backward(block, column, 8);
        for (let row = 0; row < 64; row += 8) backward(block, row, 1);
        for (let y = 0, k = 0, at = top * side + left; y < 8; y++, at += side - 8) {
          for (let x = 0; x < 8; x++) {
            const value = (block[k++]! + 128.5) | 0;
            plane[at++] = value < 0 ? 0 : value > 255 ? 255 : value;
          }
        }
      }
    }
  }

  #toPixels(pixels: Uint8Array): void {
    const size = this.#size, side = this.#side, half = side / 2, last = Math.ceil(size / 2) - 1, luma = this.#y;
    const blue = new Int32Array(half), red = new Int32Array(half);
    for (let y = 0, out = 0; y < size; y++) {
      // Halfway between chroma rows and columns: three parts of the near one, one of the far (libjpeg's default).
      const near = y >> 1, far = Math.min(last, Math.max(0, y & 1 ? near + 1 : near - 1));
      for (let x = 0; x <= last; x++) {
        blue[x] = 3 * this.#cb[near * half + x]! + this.#cb[far * half + x]!;
        red[x] = 3 * this.#cr[near * half + x]! + this.#cr[far * half + x]!;
      }
      for (let x = 0; x < size; x++, out += 3) {
        const close = x >> 1;
        let away = x & 1 ? close + 1 : close - 1;
        if (away < 0 || away > last) away = close;
        const cb = ((3 * blue[close]! + blue[away]! + 8) >> 4) - 128,
          cr = ((3 * red[close]! + red[away]! + 8) >> 4) - 128;
        const level = luma[y * side + x]!;
        const r = level + ((91881 * cr + 32768) >> 16);
        const g = level + ((-22554 * cb - 46802 * cr + 32768) >> 16);
        const b = level + ((116130 * cb + 32768) >> 16);
        pixels[out] = r < 0 ? 0 : r > 255 ? 255 : r;
        pixels[out + 1] = g < 0 ? 0 : g > 255 ? 255 : g;
        pixels[out + 2] = b < 0 ? 0 : b > 255 ? 255 : b;
      }
    }
  }
}

/** DCT of eight numbers, `step` apart, each too large by its entry of FACTORS times sqrt(8). */
function forward(v: Float64Array, at: number, step: number): void {
  const i1 = at + step, i2 = i1 + step, i3 = i2 + step, i4 = i3 + step, i5 = i4 + step, i6 = i5 + step, i7 = i6 + step;
  const s0 = v[at]! + v[i7]!, d0 = v[at]! - v[i7]!, s1 = v[i1]! + v[i6]!, d1 = v[i1]! - v[i6]!;
  const s2 = v[i2]! + v[i5]!, d2 = v[i2]! - v[i5]!, s3 = v[i3]! + v[i4]!, d3 = v[i3]! - v[i4]!;
  const e0 = s0 + s3, e3 = s0 - s3, e1 = s1 + s2, e2 = (s1 - s2 + e3) * 0.7071067811865476;
  v[at] = e0 + e1;
  v[i4] = e0 - e1;
  v[i2] = e3 + e2;
  v[i6] = e3 - e2;
  const o0 = d3 + d2, o1 = (d2 + d1) * 0.7071067811865476, o2 = d1 + d0;
  const z = (o0 - o2) * 0.3826834323650898;
  const a = 0.5411961001461970 * o0 + z, b = 1.3065629648763766 * o2 + z;
  const p = d0 + o1, q = d0 - o1;
  v[i5] = q + a;
  v[i3] = q - a;
  v[i1] = p + b;
  v[i7] = p - b;
}

/** The inverse of {@linkcode forward}, given coefficients times their factors. */
function backward(v: Float64Array, at: number, step: number): void {
  const i1 = at + step, i2 = i1 + step, i3 = i2 + step, i4 = i3 + step, i5 = i4 + step, i6 = i5 + step, i7 = i6 + step;
  const v0 = v[at]!, v1 = v[i1]!, v2 = v[i2]!, v3 = v[i3]!, v4 = v[i4]!, v5 = v[i5]!, v6 = v[i6]!, v7 = v[i7]!;
  if (v1 === 0 && v2 === 0 && v3 === 0 && v4 === 0 && v5 === 0 && v6 === 0 && v7 === 0) {
    // Most of them after quantization.
    v[i1] =
      v[i2] =
      v[i3] =
      v[i4] =
      v[i5] =
      v[i6] =
      v[i7] =
        v0;
    return;
  }
  const s = v0 + v4, d = v0 - v4, t = v2 + v6, u = (v2 - v6) * 1.4142135623730951 - t;
  const e0 = s + t, e3 = s - t, e1 = d + u, e2 = d - u;
  const z13 = v5 + v3, z10 = v5 - v3, z11 = v1 + v7, z12 = v1 - v7;
  const o7 = z11 + z13, o11 = (z11 - z13) * 1.4142135623730951;
  const z5 = (z10 + z12) * 1.8477590650225735;
  const o6 = z5 - z10 * 2.613125929752753 - o7;
  const o5 = o11 - o6;
  const o4 = z5 - z12 * 1.0823922002923938 - o5;
  v[at] = e0 + o7;
  v[i7] = e0 - o7;
  v[i1] = e1 + o6;
  v[i6] = e1 - o6;
  v[i2] = e2 + o5;
  v[i5] = e2 - o5;
  v[i3] = e3 + o4;
  v[i4] = e3 - o4;
}
