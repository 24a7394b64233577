import { join } from "node:path";
import sharp from "sharp";
import { createRandom } from "@/random.ts";
import { formatPts } from "./pts.ts";

/** Landmarks of a rough face: 68 points that are where iBUG's are, about `face` pixels wide, around (x, y). */
export function roughFace(x: number, y: number, face: number, seed = 0): Float64Array {
  const random = createRandom(seed, "rough face");
  const landmarks: number[] = [];
  const add = (u: number, v: number) =>
    landmarks.push(x + face * (u + random.uniform(-0.01, 0.01)), y + face * (v + random.uniform(-0.01, 0.01)));
  // A parabola for the jaw; the rest by rows.
  for (let i = 0; i < 17; i++) add((i - 8) / 16, 0.5 - 0.6 * ((i - 8) / 8) ** 2);
  for (let i = 0; i < 5; i++) add(-0.4 + 0.07 * i, -0.25 - 0.02 * i * (4 - i) / 4);
  for (let i = 0; i < 5; i++) add(0.12 + 0.07 * i, -0.25 - 0.02 * i * (4 - i) / 4);
  for (let i = 0; i < 4; i++) add(0, -0.15 + 0.07 * i);
  for (let i = 0; i < 5; i++) add(-0.08 + 0.04 * i, 0.1 + 0.01 * (2 - Math.abs(i - 2)));
  const eye = [[-0.07, 0], [-0.03, -0.03], [0.03, -0.03], [0.07, 0], [0.03, 0.03], [-0.03, 0.03]] as const;
  for (const [u, v] of eye) add(-0.2 + u, -0.12 + v);
  for (const [u, v] of eye) add(0.2 + u, -0.12 + v);
  for (let i = 0; i < 12; i++) {
    const right = i <= 6;
    add(right ? -0.15 + 0.05 * i : 0.1 - 0.05 * (i - 7), 0.25 + (right ? -0.03 : 0.05) * (i % 6 === 0 ? 0 : 1));
  }
  for (let i = 0; i < 8; i++) {
    const right = i <= 4;
    add(right ? -0.12 + 0.06 * i : 0.06 - 0.06 * (i - 5), 0.25 + (right ? -0.01 : 0.02) * (i % 4 === 0 ? 0 : 1));
  }
  return Float64Array.from(landmarks);
}

/** A smooth colored picture with a bright disk of radius 2 on each landmark, `[height, width, 3]`. */
export function dottedPicture(width: number, height: number, landmarks: ArrayLike<number>): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set([40 + 60 * x / width, 40 + 60 * y / height, 60], (y * width + x) * 3);
    }
  }
  for (let i = 0; i < landmarks.length; i += 2) {
    const [u, v] = [landmarks[i]!, landmarks[i + 1]!];
    for (let y = Math.max(0, Math.floor(v) - 3); y < Math.min(height, v + 4); y++) {
      for (let x = Math.max(0, Math.floor(u) - 3); x < Math.min(width, u + 4); x++) {
        if (Math.hypot(x - u, y - v) <= 2) data.fill(255, (y * width + x) * 3, (y * width + x) * 3 + 3);
      }
    }
  }
  return data;
}

/** Encodes pixels as a JPEG or PNG file. */
export async function encodePicture(
  data: Uint8Array,
  width: number,
  height: number,
  format: "jpeg" | "png" = "png",
): Promise<Uint8Array> {
  const pipeline = sharp(data, { raw: { width, height, channels: 3 } });
  return new Uint8Array(await (format === "png" ? pipeline.png() : pipeline.jpeg({ quality: 95 })).toBuffer());
}

/** Writes one face in 300W's layout: `FOLDER/NAME.png` (or `.jpg`) and `FOLDER/NAME.pts`. Returns its landmarks. */
export async function write300WFace(
  root: string,
  folder: string,
  name: string,
  options: { seed?: number; format?: "jpeg" | "png"; landmarks?: Float64Array } = {},
): Promise<Float64Array> {
  const { seed = 0, format = "png", landmarks = roughFace(80 + seed, 70, 90, seed) } = options;
  await Deno.mkdir(join(root, folder), { recursive: true });
  const picture = await encodePicture(dottedPicture(170, 140, landmarks), 170, 140, format);
  await Deno.writeFile(join(root, folder, `${name}.${format === "png" ? "png" : "jpg"}`), picture);
  await Deno.writeTextFile(join(root, folder, `${name}.pts`), formatPts(landmarks));
  return landmarks;
}

/** A Python that has the packages, as `ACR_PYTHON` or else `python3`; undefined where there is none. */
export function pythonWith(...packages: string[]): string | undefined {
  const python = Deno.env.get("ACR_PYTHON") ?? "python3";
  try {
    const { success } = new Deno.Command(python, {
      args: ["-c", packages.map((name) => `import ${name}`).join("\n")],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return success ? python : undefined;
  } catch {
    return undefined;
  }
}

/** Runs a Python program and parses the JSON that it prints. */
export async function runPython(python: string, program: string, ...args: string[]): Promise<unknown> {
  const { success, stdout, stderr } = await new Deno.Command(python, { args: ["-c", program, ...args] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
