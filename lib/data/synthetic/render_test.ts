import assert from "node:assert/strict";
import { sha256 } from "@/files.ts";
import { type Camera, project } from "./camera.ts";
import { drawScene, SAMPLES } from "./draw.ts";
import { cos, sin } from "./math.ts";
import { createMesh, Material } from "./mesh.ts";
import { EXPRESSION_NAMES, IDENTITY_NAMES } from "./modes.ts";
import type { FaceParameters } from "./parameters.ts";
import { clearVisibility, createVisibility, rasterize, TRIANGLES } from "./raster.ts";
import { renderFace, renderPicture } from "./render.ts";
import { sampleFace } from "./sample_face.ts";
import { buildScene, placeFace } from "./scene.ts";

/** A plain face: no expression, nothing worn, even light, a sharp photograph. */
function plain(change: Partial<FaceParameters> = {}): FaceParameters {
  const { glasses: _glasses, hat: _hat, ...face } = sampleFace(0, 0);
  return {
    ...face,
    shape: {
      identity: IDENTITY_NAMES.map(() => 0),
      quirks: [],
      expression: EXPRESSION_NAMES.map(() => 0),
      jaw: 0,
      jawAside: 0,
      noseAside: 0,
      blink: [0, 0],
    },
    pose: { yaw: 0, pitch: 0, roll: 0 },
    gaze: [0, 0],
    camera: { distance: 900, facePixels: 300, width: 600, height: 600, x: 300, y: 290 },
    hair: { ...face.hair, bald: true },
    occluders: [],
    photo: { ...face.photo, blur: 0, noise: 0, jpeg: 0 },
    ...change,
  };
}

const turned = (yaw: number, pitch = 0, roll = 0): Pick<FaceParameters, "pose"> => ({
  pose: { yaw: yaw * Math.PI / 180, pitch: pitch * Math.PI / 180, roll: roll * Math.PI / 180 },
});

/** The camera of a whole original picture. */
const whole = (camera: Camera): Camera => ({ ...camera, scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 });

Deno.test("renderFace() gives these very bytes on every machine", () => {
  const hashes = [[1, 2, "common"], [1, 7, "common"], [3, 4, "challenging"]].map(([seed, index, difficulty]) => {
    const { image, landmarks, visible, transform } = renderFace(
      sampleFace(Number(seed), Number(index), difficulty as "common"),
      72,
    );
    const bytes = (values: Float32Array) => new Uint8Array(values.buffer);
    return sha256(image, bytes(landmarks), visible, bytes(transform)).slice(0, 16);
  });
  // Made by this code: whatever changes them changes every synthetic data set, and has to be meant.
  assert.deepEqual(hashes, ["11abd1b20ae50f1a", "7f5c505a493e1f8b", "a8b982e432c9e2aa"]);
});

Deno.test("renderFace() draws a face from parameters that were written to JSON and read back", () => {
  const parameters = sampleFace(2, 5), again = JSON.parse(JSON.stringify(parameters)) as FaceParameters;
  assert.deepEqual(renderFace(again, 48), renderFace(parameters, 48));
});

Deno.test("renderFace() puts every landmark where the renderer draws its point in space, within a quarter of a pixel", () => {
  for (const [yaw, pitch, roll] of [[0, 0, 0], [35, -12, 20], [-55, 10, -8]] as const) {
    const rest = plain(turned(yaw, pitch, roll)), parameters = { ...rest, shape: { ...rest.shape, jaw: 0.15 } };
    const face = placeFace(parameters);
    const { landmarks } = renderFace(parameters, 224),
      [scaleX, scaleY, offsetX, offsetY] = renderFace(parameters, 224).transform;
    const camera = { ...face.camera, scaleX: scaleX!, scaleY: scaleY!, offsetX: offsetX!, offsetY: offsetY! };
    const buffer = createVisibility(224 * SAMPLES, 224 * SAMPLES);
    for (let m = 0; m < 68; m++) {
      // A disk that faces the lens: its picture is centered on the point's.
      const [x, y, z] = face.points.subarray(3 * m, 3 * m + 3),
        position = new Float64Array(3 * 17),
        triangles: number[] = [];
      position.set([x!, y!, z!]);
      for (let k = 0; k < 16; k++) {
        const a = Math.PI * k / 8;
        position.set([x! + 1.2 * cos(a), y! + 1.2 * sin(a), z!], 3 * k + 3);
        triangles.push(0, k + 1, (k + 1) % 16 + 1);
      }
      const dot = createMesh(Material.object, position, new Float64Array(51), Int32Array.from(triangles), {
        open: true,
      });
      clearVisibility(buffer);
      rasterize(buffer, dot, 0, project(camera, position), SAMPLES);
      let count = 0, sumX = 0, sumY = 0;
      for (let i = 0; i < buffer.seen.length; i++) {
        if (buffer.seen[i]! < 0) continue;
        count++;
        sumX += (i % buffer.width + 0.5) / SAMPLES - 0.5;
        sumY += (Math.floor(i / buffer.width) + 0.5) / SAMPLES - 0.5;
      }
      const dx = sumX / count - landmarks[2 * m]!, dy = sumY / count - landmarks[2 * m + 1]!;
      assert.ok(count > 12 && Math.hypot(dx, dy) < 0.25, `landmark ${m} is ${dx}, ${dy} off (${count} samples)`);
    }
  }
});

Deno.test("renderFace() puts the lids' landmarks where the eye's opening ends in the picture", () => {
  const face = placeFace(plain()), camera = whole(face.camera), scene = buildScene(face);
  const { buffer } = drawScene(face.parameters, scene, camera, 600, 600);
  const landmark = (m: number) => [face.landmarks[2 * m]!, face.landmarks[2 * m + 1]!] as const;
  const opening = (i: number) => {
    const mesh = scene.meshes[Math.floor(buffer.seen[i]! / TRIANGLES)];
    return mesh?.variant === 1 && (mesh.material === Material.eye || mesh.material === Material.lidRim);
  };
  const sampleOf = (pixel: number) => Math.round((pixel + 0.5) * SAMPLES - 0.5);
  const pixelOf = (sample: number) => (sample + 0.5) / SAMPLES - 0.5;
  let left = Infinity, right = -Infinity;
  for (let i = 0; i < buffer.seen.length; i++) {
    if (!opening(i)) continue;
    left = Math.min(left, pixelOf(i % buffer.width));
    right = Math.max(right, pixelOf(i % buffer.width));
  }
  assert.ok(Math.abs(left - landmark(42)[0]) < 1.5 && Math.abs(right - landmark(45)[0]) < 1.5);
  for (const m of [43, 44, 46, 47]) {
    const column = sampleOf(landmark(m)[0]), ys: number[] = [];
    for (let row = 0; row < buffer.height; row++) if (opening(row * buffer.width + column)) ys.push(pixelOf(row));
    const edge = m < 45 ? Math.min(...ys) : Math.max(...ys);
    assert.ok(Math.abs(edge - landmark(m)[1]) < 1, `landmark ${m} at ${landmark(m)[1]}, the lid at ${edge}`);
  }
});

Deno.test("renderFace() keeps the far contour on the silhouette of a turned face", () => {
  for (const yaw of [20, 32, 45]) {
    const face = placeFace(plain(turned(yaw))), camera = whole(face.camera), scene = buildScene(face);
    const skin = { meshes: scene.meshes.slice(0, 1), lenses: [] };
    const { buffer } = drawScene(face.parameters, skin, camera, 600, 600);
    // Between the brow and the mouth, where neither lips nor nose reach further out than the cheek.
    for (const m of [13, 14, 15, 16]) {
      const row = Math.round((face.landmarks[2 * m + 1]! + 0.5) * SAMPLES - 0.5) * buffer.width;
      let edge = 0;
      for (let i = 0; i < buffer.width; i++) if (buffer.seen[row + i]! >= 0) edge = (i + 0.5) / SAMPLES - 0.5;
      assert.ok(
        Math.abs(edge - face.landmarks[2 * m]!) < 4,
        `landmark ${m} at yaw ${yaw}: ${face.landmarks[2 * m]} and ${edge}`,
      );
    }
  }
});

Deno.test("renderFace() mirrors landmarks when the face is mirrored", () => {
  const a = placeFace(plain(turned(25, 5, 10))).landmarks, b = placeFace(plain(turned(-25, 5, -10))).landmarks;
  for (const [m, n] of [[0, 16], [3, 13], [8, 8], [30, 30], [36, 45], [48, 54], [19, 24]] as const) {
    assert.ok(Math.abs(a[2 * m]! - 300 + (b[2 * n]! - 300)) < 1e-6 && Math.abs(a[2 * m + 1]! - b[2 * n + 1]!) < 1e-6);
  }
});

Deno.test("renderFace() marks what the head, a hand or dark glasses hide as not in sight", () => {
  const open = renderFace(plain(), 96).visible;
  assert.deepEqual([...open.subarray(17)], new Array(51).fill(1));
  const away = renderFace(plain(turned(60)), 96).visible;
  assert.equal(away[39 - 3], 1);
  assert.equal(away[45], 0, "the far eye's outer corner lies behind the nose's bridge or the brow");
  const board = {
    kind: "board",
    near: 57,
    offset: [0, 0, 20],
    angle: 0,
    size: 0.5,
    curl: 0,
    tone: 0.5,
    color: [0.1, 0.1, 0.1],
  } as const;
  const hidden = renderFace(plain({ occluders: [board] }), 96).visible;
  assert.deepEqual([57, 58, 66].map((m) => hidden[m]), [0, 0, 0]);
  assert.deepEqual([36, 19, 0].map((m) => hidden[m]), [1, 1, 1]);
  const glasses = {
    width: 27,
    height: 22,
    apart: 0,
    drop: 2,
    square: 0.5,
    thick: 1,
    color: [0, 0, 0],
    mirror: 0.1,
  } as const;
  const dark = renderFace(plain({ glasses: { ...glasses, tint: [0.1, 0.1, 0.1] } }), 96).visible;
  const clear = renderFace(plain({ glasses: { ...glasses, tint: [0.95, 0.95, 0.95] } }), 96).visible;
  assert.deepEqual([37, 41, 43, 47].map((m) => dark[m]), [0, 0, 0, 0]);
  assert.deepEqual([37, 41, 43, 47].map((m) => clear[m]), [1, 1, 1, 1]);
});

Deno.test("renderPicture() shows the crop's face at the place that the crop's transform gives", () => {
  const parameters = plain(turned(15, 3, 5));
  const crop = renderFace(parameters, 128), picture = renderPicture(parameters);
  assert.equal(picture.image.length, 600 * 600 * 3);
  const [scaleX, scaleY, offsetX, offsetY] = crop.transform;
  let difference = 0, count = 0;
  for (let m = 0; m < 68; m++) {
    assert.ok(Math.abs(picture.landmarks[2 * m]! * scaleX! + offsetX! - crop.landmarks[2 * m]!) < 1e-3);
    assert.ok(Math.abs(picture.landmarks[2 * m + 1]! * scaleY! + offsetY! - crop.landmarks[2 * m + 1]!) < 1e-3);
  }
  for (let y = 20; y < 108; y += 4) {
    for (let x = 20; x < 108; x += 4) {
      const px = Math.round((x - offsetX!) / scaleX!), py = Math.round((y - offsetY!) / scaleY!);
      difference += Math.abs(crop.image[3 * (128 * y + x)]! - picture.image[3 * (600 * py + px)]!);
      count++;
    }
  }
  assert.ok(difference / count < 8, `mean difference ${difference / count}`);
});

Deno.test("renderFace() shuts the eyes and opens the mouth as asked", () => {
  const gap = (shape: Partial<FaceParameters["shape"]>, a: number, b: number) => {
    const face = plain(), { landmarks } = placeFace({ ...face, shape: { ...face.shape, ...shape } });
    return landmarks[2 * b + 1]! - landmarks[2 * a + 1]!;
  };
  assert.ok(gap({}, 43, 47) > 12);
  assert.ok(gap({ blink: [1, 1] }, 43, 47) < 1.5 && gap({ blink: [1, 1] }, 37, 41) < 1.5);
  assert.ok(gap({ blink: [1, 0] }, 43, 47) > 12);
  assert.ok(Math.abs(gap({}, 62, 66)) < 0.5);
  assert.ok(gap({ jaw: 0.3 }, 62, 66) > 30);
  assert.ok(gap({ jaw: 0.3 }, 27, 8) > gap({}, 27, 8) + 20);
});

/** Mean absolute difference of the same rows of two pictures, in gray levels. */
function difference(a: Uint8Array, b: Uint8Array, size: number, from: number, to: number): number {
  let sum = 0;
  for (let i = 3 * size * from; i < 3 * size * to; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / (3 * size * (to - from));
}

Deno.test("renderPicture() shows every hat on the upper head and leaves the chin bare", () => {
  const camera = { distance: 900, facePixels: 60, width: 120, height: 150, x: 60, y: 85 };
  const bare = renderPicture(plain({ camera })).image;
  for (const kind of ["wool", "peak", "brim", "scarf"] as const) {
    const { image } = renderPicture(plain({ camera, hat: { kind, line: 0, tilt: 0, color: [0.02, 0.4, 0.05] } }));
    assert.ok(difference(image, bare, 120, 15, 45) > 12, kind);
    let green = 0;
    for (let x = 50; x < 70; x++) green += Number(image[3 * (120 * 25 + x) + 1]! > 1.3 * image[3 * (120 * 25 + x)]!);
    assert.ok(green > 15, `${kind}: ${green} of 20 pixels have its color`);
    const chin = 3 * (120 * 108 + 60);
    assert.ok(Math.abs(image[chin]! - bare[chin]!) < 30, kind);
  }
});

Deno.test("renderPicture() shows hair, fringe and hanging hair where they belong", () => {
  const camera = { distance: 900, facePixels: 60, width: 120, height: 150, x: 60, y: 85 };
  const hair = { ...plain().hair, color: [0.02, 0.5, 0.03] as const, thickness: 8, line: 0, peak: 0, part: 0, curl: 0 };
  const draw = (change: Partial<FaceParameters["hair"]>) => {
    const face = plain({ camera, hair: { ...hair, ...change } });
    const { image } = renderPicture({ ...face, photo: { ...face.photo, saturation: 1, tint: [1, 1, 1] } });
    // Pixels as green as this hair among those of some rows.
    return (from: number, to: number) => {
      let count = 0;
      for (let i = 120 * from; i < 120 * to; i++) {
        count += Number(image[3 * i + 1]! > 1.5 * image[3 * i]! && image[3 * i + 1]! > 1.5 * image[3 * i + 2]!);
      }
      return count;
    };
  };
  const bald = draw({ bald: true }), short = draw({ bald: false, length: 0, fringe: 0 });
  const fringe = draw({ bald: false, length: 0, fringe: 32 }),
    long = draw({ bald: false, length: 150, fringe: 0, front: 1 });
  assert.equal(bald(0, 150), 0);
  assert.ok(short(15, 35) > 300 && short(85, 110) < 40);
  assert.ok(fringe(35, 55) > short(35, 55) + 60);
  assert.ok(long(85, 110) > short(85, 110) + 150);
});

Deno.test("renderFace() draws every kind of occluder near its landmark", () => {
  const open = renderFace(plain(), 96);
  for (const kind of ["hand", "microphone", "board", "cup", "ball"] as const) {
    const occluder = {
      kind,
      near: 57,
      offset: [0, 4, 22],
      angle: -1.4,
      size: 0.9,
      curl: 0.3,
      tone: 0.2,
      color: [0.02, 0.05, 0.4],
    } as const;
    const hidden = renderFace(plain({ occluders: [occluder] }), 96);
    const sight = (visible: Uint8Array) => visible.reduce((sum, v) => sum + v, 0);
    assert.ok(sight(hidden.visible) <= sight(open.visible) - 3, kind);
    assert.ok(difference(hidden.image, open.image, 96, 70, 90) > 4, kind);
    assert.equal(hidden.visible[19], 1);
  }
});

Deno.test("renderFace() obeys each setting of the photograph", () => {
  const face = plain(),
    draw = (photo: Partial<FaceParameters["photo"]>) =>
      renderFace({
        ...face,
        photo: { ...face.photo, exposure: 1, gamma: 1, contrast: 0, saturation: 1, tint: [1, 1, 1], ...photo },
      }, 64).image;
  const base = draw({}), mean = (image: Uint8Array) => image.reduce((sum, v) => sum + v, 0) / image.length;
  const rough = (image: Uint8Array) => {
    let sum = 0;
    for (let i = 3; i < image.length; i++) sum += Math.abs(image[i]! - image[i - 3]!);
    return sum / image.length;
  };
  assert.ok(mean(draw({ exposure: 0.5 })) < 0.9 * mean(base));
  assert.ok(mean(draw({ gamma: 0.8 })) > mean(base));
  assert.ok(rough(draw({ blur: 4 })) < 0.8 * rough(base));
  assert.ok(rough(draw({ noise: 12 })) > 1.3 * rough(base));
  assert.ok(difference(draw({ jpeg: 1 }), base, 64, 0, 64) > 0.5);
  assert.ok(difference(draw({ contrast: 1 }), base, 64, 0, 64) > 2);
  const gray = draw({ saturation: 0 });
  for (let i = 0; i < gray.length; i += 3) assert.ok(gray[i] === gray[i + 1] && gray[i] === gray[i + 2]);
  const red = draw({ tint: [1.3, 1, 0.7] });
  assert.ok(red[3 * 2080]! > base[3 * 2080]! && red[3 * 2080 + 2]! < base[3 * 2080 + 2]!);
});
