import { createRandom } from "@/random.ts";

/** Made-up NMEs of 300 faces with about this median. */
export function sampleErrors(name: string, median: number): { name: string; errors: number[] } {
  const random = createRandom(1, "errors", name);
  const errors = Array.from({ length: 300 }, () => {
    const spread = 0.35 * random.normal();
    return median * (1 + spread + spread * spread * (spread > 0 ? 1.4 : 0.2));
  });
  return { name, errors };
}
