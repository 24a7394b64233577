import { clamp, mix, smoothstep } from "./math.ts";
import { CLOUDS, GRAIN, sample } from "./noise.ts";
import type { FaceParameters } from "./parameters.ts";

/** What lies behind the head: writes the linear color at `(x, y)` in face widths from the picture's middle. */
export function background(parameters: FaceParameters, x: number, y: number, out: Float64Array): void {
  const { kind, first, second } = parameters.background;
  const dx = parameters.texture % 255, dy = Math.floor(parameters.texture / 255) % 255;
  const slope = clamp(0.5 + 0.45 * y + 0.35 * (kind * 7 % 1 - 0.5) * x, 0, 1);
  let blend = slope;
  if (kind < 0.25) blend = slope;
  else if (kind < 0.55) blend = smoothstep(-1, 1, sample(CLOUDS, 34 * x + dx, 34 * y + dy) + 0.3 * (slope - 0.5));
  else if (kind < 0.75) {
    // Upright and level edges: walls, shelves, windows.
    const a = sample(GRAIN, Math.floor(2.3 * x + 10 + kind * 9) * 17 + dx, dy),
      b = sample(GRAIN, Math.floor(1.9 * y + 10) * 23 + dy, dx + 5);
    blend = clamp(0.5 + 0.35 * a + 0.25 * b + 0.05 * sample(CLOUDS, 90 * x, 90 * y), 0, 1);
  } else if (kind < 0.9) {
    blend = clamp(
      0.5 + 0.3 * sample(CLOUDS, 150 * x + dx, 150 * y + dy) + 0.25 * sample(CLOUDS, 30 * x + dy, 30 * y + dx),
      0,
      1,
    );
  } else {
    blend = smoothstep(0.9, 1.6, sample(CLOUDS, 60 * x + dx, 60 * y + dy));
  }
  const light = 0.8 + 0.08 * sample(GRAIN, 70 * x + dx, 70 * y + dy);
  for (let c = 0; c < 3; c++) out[c] = light * mix(first[c]!, second[c]!, blend);
}
