import assert from "node:assert/strict";
import { defaultsOf, OPERATION_NAMES, OPERATIONS, type Parameter } from "./operations.ts";
import { type AugmentOptions, describeAugment, resolveAugment } from "./options.ts";
import { PRESET_NAMES } from "./presets.ts";

Deno.test("resolveAugment() of a preset's name gives plain JSON that resolves to itself", () => {
  for (const name of PRESET_NAMES) {
    const settings = resolveAugment(name);
    assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
    const { operations, ...geometry } = settings;
    assert.deepEqual(resolveAugment({ ...geometry, ...operations }), settings);
  }
  assert.deepEqual(resolveAugment("none").operations, {});
  assert.deepEqual(Object.keys(resolveAugment("strong").operations), [...OPERATION_NAMES]);
});

Deno.test("resolveAugment() of acr holds what the reference names and nothing else", () => {
  const { operations } = resolveAugment("acr");
  assert.deepEqual(Object.keys(operations).sort(), ["blur", "flip", "gamma", "occluders", "rotation", "saltAndPepper"]);
  assert.ok(Math.abs(operations.rotation!.degrees * Math.PI / 180 - 0.5) < 1e-6);
  assert.equal(operations.blur!.kind, "median");
  assert.equal(operations.occluders!.min * 224, 10);
  assert.equal(operations.occluders!.max * 224, 50);
});

Deno.test("resolveAugment() changes a preset by what is given: true, false, or some parameters", () => {
  const settings = resolveAugment({
    preset: "basic",
    flip: false,
    rotation: { degrees: 40 },
    noise: true,
    fill: "black",
  });
  assert.equal(settings.fill, "black");
  assert.equal(settings.recrop, "protocol");
  assert.deepEqual(settings.operations.rotation, { probability: 1, degrees: 40 });
  assert.deepEqual(settings.operations.noise, defaultsOf("noise"));
  assert.deepEqual(settings.operations.scale, resolveAugment("basic").operations.scale);
  assert.equal("flip" in settings.operations, false);
  // `true` keeps what the preset says, and an operation that it lacks starts from its defaults.
  assert.deepEqual(resolveAugment({ preset: "basic", rotation: true }), resolveAugment("basic"));
  assert.deepEqual(resolveAugment({ blur: { kind: "box" } }).operations.blur, { ...defaultsOf("blur"), kind: "box" });
});

Deno.test("resolveAugment() refuses what it does not know or what is out of range, in one sentence", () => {
  const refuse = (options: unknown, name: string, message: string) =>
    assert.throws(() => resolveAugment(options as AugmentOptions), {
      name,
      message: `Cannot read the augmentation options as ${message}`,
    });
  refuse({ rotaton: true }, "RangeError", "there is no such operation, did you mean rotation or saturation: 'rotaton'");
  refuse(
    { rotation: { degree: 3 } },
    "RangeError",
    "there is no such parameter of rotation, did you mean degrees: 'rotation.degree'",
  );
  refuse("storng", "RangeError", 'preset is none of none, basic, acr, strong: "storng"');
  refuse({ fill: "mirror" }, "RangeError", 'fill is none of edge, black, gray: "mirror"');
  refuse({ recrop: 1 }, "RangeError", "recrop is none of protocol, box, square, none: 1");
  refuse({ rotation: { degrees: 200 } }, "RangeError", "rotation.degrees is not a number from 0 to 180: 200");
  refuse({ rotation: { degrees: NaN } }, "RangeError", "rotation.degrees is not a number from 0 to 180: NaN");
  refuse({ occluders: { count: 1.5 } }, "RangeError", "occluders.count is not a whole number from 1 to 32: 1.5");
  refuse({ occluders: { shape: "star" } }, "RangeError", 'occluders.shape is none of rectangle, ellipse, any: "star"');
  refuse({ scale: { min: 1.2 } }, "RangeError", "scale.min is above scale.max: 1.2 and 1.1");
  refuse({ flip: { probability: "0.5" } }, "TypeError", 'flip.probability is not a number: "0.5"');
  refuse({ flip: 0.5 }, "TypeError", "flip is neither true, false nor an object: 0.5");
  refuse([1], "TypeError", "augment is neither a preset's name nor an object: [1]");
  refuse(null, "TypeError", "augment is neither a preset's name nor an object: null");
  refuse(
    JSON.parse('{"__proto__": {"flip": true}}'),
    "RangeError",
    "there is no such operation, known are " + [...OPERATION_NAMES, "preset", "fill", "recrop"].join(", ") +
      ": '__proto__'",
  );
  refuse(
    { flip: { constructor: 1 } },
    "RangeError",
    "there is no such parameter of flip, known are probability: 'flip.constructor'",
  );
});

Deno.test("OPERATIONS describes every parameter, and every default lies in its range", () => {
  for (const name of OPERATION_NAMES) {
    assert.ok(OPERATIONS[name].description.length > 5);
    for (const parameter of Object.values(OPERATIONS[name].parameters as Record<string, Parameter>)) {
      assert.ok(parameter.description.length > 5);
      if ("choices" in parameter) assert.ok(parameter.choices.includes(parameter.default));
      else assert.ok(parameter.default >= parameter.low && parameter.default <= parameter.high);
    }
    assert.doesNotThrow(() => resolveAugment({ [name]: true }));
  }
});

Deno.test("describeAugment() says what happens, one operation a line", () => {
  assert.deepEqual(describeAugment(resolveAugment("none")), ["none: the faces as they are"]);
  assert.deepEqual(describeAugment(resolveAugment({ flip: true, rotation: { degrees: 12.5 } })), [
    "flip: mirrors the face and exchanges the landmarks of its two sides (probability 0.5)",
    "rotation: turns about the middle (probability 1, degrees 12.5)",
    "recrop: protocol; fill: edge",
  ]);
  assert.equal(describeAugment(resolveAugment("strong")).length, OPERATION_NAMES.length + 1);
});
