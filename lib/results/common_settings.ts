/** Settings that several variants share, as `epochs=5`; none of fewer than two different variants. */
export function commonSettings(variants: readonly string[]): string[] {
  const different = [...new Set(variants)];
  // A name that was too long ends in a hash: what its settings are can no longer be told.
  if (different.length < 2 || different.some((variant) => variant.includes("~"))) return [];
  const [first, ...others] = different.map((variant) => variant.split(",").slice(1));
  return first!.filter((setting) => others.every((settings) => settings.includes(setting)));
}

/** A variant without some of its settings: `acr,epochs=5,size=64` without `epochs=5` is `acr,size=64`. */
export function withoutSettings(variant: string, settings: readonly string[]): string {
  const [loss, ...own] = variant.split(",");
  return [loss, ...own.filter((setting) => !settings.includes(setting))].join(",");
}
