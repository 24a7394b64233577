import assert from "node:assert/strict";
import { scheme68 } from "@/data/schemes.ts";
import { TEMPLATE } from "./template.ts";

const { count, chart, mean, triangles, mirror, landmarks, contours, eyes, mouth } = TEMPLATE;

Deno.test("TEMPLATE is its own mirror image, to the last bit", () => {
  for (let i = 0; i < count; i++) {
    const j = mirror[i]!;
    assert.equal(mirror[j], i);
    assert.ok(chart[2 * j]! === -chart[2 * i]! && chart[2 * j + 1] === chart[2 * i + 1]);
    assert.ok(mean[3 * j]! === -mean[3 * i]!, `vertex ${i} at ${mean[3 * i]} and ${mean[3 * j]}`);
    assert.equal(mean[3 * j + 1], mean[3 * i + 1]);
    assert.equal(mean[3 * j + 2], mean[3 * i + 2]);
  }
  for (let m = 17; m < 68; m++) assert.equal(mirror[landmarks[m]!], landmarks[scheme68.flip[m]!]);
  for (let m = 0; m < 17; m++) assert.deepEqual([...contours[m]!].map((v) => mirror[v]), [...contours[16 - m]!]);
});

Deno.test("TEMPLATE turns every triangle's outer side outwards on the chart", () => {
  for (let k = 0; k < triangles.length; k += 3) {
    const [a, b, c] = [triangles[k]!, triangles[k + 1]!, triangles[k + 2]!];
    const area = (chart[2 * b]! - chart[2 * a]!) * (chart[2 * c + 1]! - chart[2 * a + 1]!) -
      (chart[2 * b + 1]! - chart[2 * a + 1]!) * (chart[2 * c]! - chart[2 * a]!);
    assert.ok(area > 0);
  }
});

Deno.test("TEMPLATE has holes with clean margins at eyes and mouth: each margin edge belongs to one triangle", () => {
  const uses = new Map<string, number>();
  for (let k = 0; k < triangles.length; k += 3) {
    for (let e = 0; e < 3; e++) {
      const a = triangles[k + e]!, b = triangles[k + (e + 1) % 3]!, key = a < b ? `${a},${b}` : `${b},${a}`;
      uses.set(key, (uses.get(key) ?? 0) + 1);
    }
  }
  for (const loop of [...eyes, mouth]) {
    loop.forEach((a, i) => {
      const b = loop[(i + 1) % loop.length]!;
      assert.equal(uses.get(a < b ? `${a},${b}` : `${b},${a}`), 1);
    });
    assert.equal(new Set(loop).size, loop.length);
  }
  assert.ok([...uses.values()].every((n) => n === 1 || n === 2));
});

Deno.test("TEMPLATE places landmarks of lids and lips on the margins of the holes", () => {
  for (let m = 36; m < 42; m++) assert.ok(eyes[0].includes(landmarks[m]!));
  for (let m = 42; m < 48; m++) assert.ok(eyes[1].includes(landmarks[m]!));
  for (let m = 60; m < 68; m++) assert.ok(mouth.includes(landmarks[m]!));
});

Deno.test("TEMPLATE has the proportions of a head, in millimeters", () => {
  const at = (m: number, axis: number) => mean[3 * landmarks[m]! + axis]!;
  const biocular = at(45, 0) - at(36, 0), nose = at(30, 2) - at(33, 2), mouthWidth = at(54, 0) - at(48, 0);
  assert.ok(biocular > 80 && biocular < 95);
  assert.ok(nose > 10 && nose < 22);
  assert.ok(mouthWidth > 45 && mouthWidth < 60);
});
