import type { Random } from "@/random.ts";
import { mix } from "./math.ts";
import type { Rgb } from "./parameters.ts";

/** Bell-shaped with standard deviation 1 and no value beyond 3: six uniform numbers added. */
export function bell(random: Random): number {
  let sum = -3;
  for (let i = 0; i < 6; i++) sum += random.next();
  return sum * 1.4142135623730951;
}

/** Radians in a degree. */
export const RADIANS = 0.017453292519943295;

/** About the inverse of the display's gamma curve. */
const toLinear = (v: number) => v * v * (0.68 + 0.32 * v);
/** Linear color of a hue in [0, 1), saturation and value as displayed. */
export const fromHue = (hue: number, saturation: number, value: number): Rgb => {
  const channel = (n: number) => {
    const k = (n + hue * 6) % 6;
    return value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [toLinear(channel(5)), toLinear(channel(3)), toLinear(channel(1))];
};

/** `a` at 0, `b` at 1. */
export function mixRgb(a: Rgb, b: Rgb, u: number): Rgb {
  return [mix(a[0], b[0], u), mix(a[1], b[1], u), mix(a[2], b[2], u)];
}
