/**
 * A stream of numbers that depends on its seed and keys alone: the same on every machine, whatever ran before.
 *
 * The generator is sfc32 (PractRand's small fast counting generator); keys are mixed in by murmur3's finaliser, so that
 * `createRandom(1, "augment", 7)` and `createRandom(1, "augment", 8)` are unrelated.
 */
export interface Random {
  /** Uniform in [0, 1) with 32 random bits. */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /** Standard normal. */
  normal(): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** Shuffles in place (Fisher-Yates) and returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
}

function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Hashes a seed and any keys to 32 bits. */
export function hashSeed(seed: number, ...keys: (string | number)[]): number {
  let hash = mix(0x9e3779b9, seed >>> 0);
  hash = mix(hash, Math.floor(seed / 2 ** 32) >>> 0);
  for (const key of keys) {
    if (typeof key === "number") hash = mix(mix(hash, key >>> 0), 0x27d4eb2f);
    else for (let i = 0; i < key.length; i++) hash = mix(hash, key.charCodeAt(i) + 0x10000);
  }
  return hash;
}

/**
 * Creates the stream that belongs to `seed` and `keys`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createRandom } from "@/mod.ts";
 *
 * const numbers = (seed: number) => {
 *   const random = createRandom(seed, "augment", 7);
 *   return [random.next(), random.normal(), random.integer(10)];
 * };
 * assert.deepEqual(numbers(1), numbers(1));
 * assert.notDeepEqual(numbers(1), numbers(2));
 * ```
 */
export function createRandom(seed: number, ...keys: (string | number)[]): Random {
  const start = hashSeed(seed, ...keys);
  let a = start, b = mix(start, 1), c = mix(start, 2), d = 1;
  let spare = NaN;
  const bits = () => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) bits();
  const next = () => bits() / 4294967296;
  return {
    next,
    uniform: (low, high) => low + (high - low) * next(),
    integer: (below) => Math.floor(next() * below),
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = NaN;
        return value;
      }
      // Marsaglia's polar method: no sine or cosine, whose last bit differs between machines.
      for (;;) {
        const u = 2 * next() - 1, v = 2 * next() - 1, s = u * u + v * v;
        if (s >= 1 || s === 0) continue;
        const scale = Math.sqrt(-2 * Math.log(s) / s);
        spare = v * scale;
        return u * scale;
      }
    },
    chance: (probability) => next() < probability,
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1));
        [items[i], items[j]] = [items[j], items[i]];
      }
      return items;
    },
  };
}
