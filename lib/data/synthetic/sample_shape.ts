import type { Random } from "@/random.ts";
import { bell, RADIANS } from "./chance.ts";
import type { Quirk, Shape } from "./deform.ts";
import { clamp } from "./math.ts";
import { EXPRESSION_NAMES, type ExpressionName, IDENTITY_NAMES } from "./modes.ts";

/** Who it is and what the face does. */
export function sampleShape(random: Random, hard: boolean): Shape {
  const identity = IDENTITY_NAMES.map(() => clamp(1.2 * bell(random), -2.7, 2.7));
  const child = random.chance(0.08);
  const set = (name: typeof IDENTITY_NAMES[number], by: number) => {
    const k = IDENTITY_NAMES.indexOf(name);
    identity[k] = clamp(identity[k]! + by, -3, 3);
  };
  if (child) {
    set("lowerFace", -1.6);
    set("midFace", -1.2);
    set("eyeOpening", 1);
    set("noseForward", -1.2);
    set("noseBridge", -1.4);
    set("cheekFull", 1.4);
    set("jawWidth", -0.6);
    set("browRidge", -1.2);
  }
  const quirks: Quirk[] = Array.from({ length: 16 }, () => {
    const radius = random.uniform(11, 34), size = 0.038 * radius + 0.2;
    return {
      s: random.uniform(-85, 85),
      t: random.uniform(-32, 118),
      radius,
      x: size * bell(random),
      y: size * bell(random),
      z: size * bell(random),
    };
  });
  const expression = EXPRESSION_NAMES.map(() => 0);
  const put = (name: ExpressionName, value: number) => expression[EXPRESSION_NAMES.indexOf(name)]! += value;
  let jaw = 0;
  const mood = random.next();
  if (mood < 0.25) put("smile", random.uniform(0.1, 0.7));
  else if (mood < 0.55) {
    const strength = random.uniform(0.5, 1.15);
    put("smile", strength);
    put("teeth", random.uniform(0.3, 1.1));
    put("squint", 0.6 * strength * random.next());
    jaw = random.chance(0.5) ? random.uniform(0, 0.12) : 0;
  } else if (mood < 0.64) {
    jaw = random.uniform(0.03, 0.16);
    put("teeth", random.uniform(0, 0.7));
  } else if (mood < 0.72) {
    jaw = random.uniform(0.14, hard ? 0.44 : 0.38);
    put("wide", random.uniform(0, 0.8));
    put("browUp", random.uniform(0, 1));
    put(random.chance(0.4) ? "smile" : "stretch", random.uniform(0, 0.9));
    put("lowerLipDown", random.uniform(0, 0.5));
  } else if (mood < 0.77) {
    put("pucker", random.uniform(0.3, 1));
    jaw = random.uniform(0, 0.1);
  } else if (mood < 0.83) {
    put("frown", random.uniform(0.2, 1));
    put("browDown", random.uniform(0, 1));
  } else if (mood < 0.86) {
    put("sneer", random.uniform(0.3, 1));
    put("browDown", random.uniform(0.3, 1));
    put("squint", random.uniform(0, 0.8));
  } else if (mood < 0.89) put("press", random.uniform(0.3, 1));
  if (random.chance(0.25)) put("browUp", random.uniform(0.1, 0.9));
  if (random.chance(0.15)) put("browInnerUp", random.uniform(0.2, 1));
  if (random.chance(0.15)) put("browDown", random.uniform(0.2, 0.8));
  if (random.chance(0.15)) put("browOneSide", random.uniform(-0.8, 0.8));
  if (random.chance(0.2)) put("squint", random.uniform(0, 0.6));
  if (random.chance(0.12)) put("cornerUpOneSide", random.uniform(-0.9, 0.9));
  if (random.chance(0.05)) put("puff", random.uniform(0.2, 0.9));
  let left = random.chance(0.3) ? random.uniform(0, 0.45) : random.uniform(-0.05, 0.12), right = left;
  if (random.chance(hard ? 0.12 : 0.06)) left = right = random.uniform(0.75, 1);
  if (random.chance(0.02)) left = random.uniform(0.8, 1);
  left = clamp(left + 0.03 * bell(random), 0, 1);
  right = clamp(right + 0.03 * bell(random), 0, 1);
  return {
    identity,
    quirks,
    expression,
    jaw,
    jawAside: 1.1 * bell(random) + (random.chance(0.04) ? 4 * bell(random) : 0),
    noseAside: 0.7 * bell(random),
    blink: [left, right],
  };
}

/** How the head is held. */
export function samplePose(random: Random, hard: boolean) {
  const wide = hard ? 0.7 : 0.25;
  const yaw = random.chance(wide) ? (hard ? 26 : 22) * bell(random) : 11 * bell(random);
  const pitch = (hard ? 13 : 9.5) * bell(random) + 1;
  const roll = (hard ? 12 : 6.5) * bell(random) - 0.12 * yaw * random.next();
  return {
    yaw: clamp(yaw, -60, 60) * RADIANS,
    pitch: clamp(pitch, -32, 32) * RADIANS,
    roll: clamp(roll, -50, 50) * RADIANS,
  };
}
