import assert from "node:assert/strict";
import { basename, join } from "node:path";
import sharp from "sharp";
import { testWith } from "@/testing.ts";
import { EventWriter } from "./tensorboard.ts";

async function withFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(join(folder, "events"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/* TensorFlow 2.21, E = tf.compat.v1.Event and S = tf.compat.v1.Summary, written with tf.io.TFRecordWriter:
   E(wall_time=1700000000.25, file_version="brain.Event:2")
   E(wall_time=1700000000.25, step=0, summary=S(value=[S.Value(tag="loss/train", simple_value=0.5)]))
   E(wall_time=1700000000.25, step=5000000000, summary=S(value=[S.Value(tag="faces",
     image=S.Image(height=200, width=300, colorspace=3, encoded_image_string=b"\1\2\3"))])) */
const GOLDEN = "1800000000000000a37f4b220900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe9" +
  "1e00000000000000d9dc12320900001040fc54d9412a130a110a0a6c6f73732f747261696e150000003f403f966f" +
  "290000000000000037ff5f000900001040fc54d9411080e497d0122a180a160a056661636573220d08c80110ac0218032203010203" +
  "4e4fffe2";

Deno.test("EventWriter writes the bytes that TensorFlow writes", () =>
  withFolder((folder) => {
    const writer = EventWriter.open(folder, { clock: () => 1700000000.25 });
    writer.scalar("loss/train", 0.5, 0);
    writer.image("faces", { bytes: Uint8Array.from([1, 2, 3]), width: 300, height: 200 }, 5e9);
    writer.flush();
    writer.close();
    assert.equal(Deno.readFileSync(writer.path).toHex(), GOLDEN);
    assert.equal(basename(writer.path), `events.out.tfevents.1700000000.${Deno.hostname()}.${Deno.pid}`);
  }));

Deno.test("EventWriter never overwrites a step", () =>
  withFolder((folder) => {
    using writer = EventWriter.open(folder);
    writer.scalar("loss", 1, 10);
    for (const step of [10, 9, -1, 10.5, NaN]) {
      assert.throws(() => writer.scalar("loss", 1, step), /^RangeError: Cannot add 'loss' .* number after 10: /);
    }
    writer.scalar("other", 1, 3);
    writer.scalar("loss", 1, 11);
  }));

Deno.test("EventWriter.open() continues in a new file that sorts behind the others, even if the clock went back", () =>
  withFolder((folder) => {
    const names: string[] = [];
    for (const time of [1700000000, 1700000000, 1600000000, 1800000000]) {
      using writer = EventWriter.open(folder, { clock: () => time });
      names.push(basename(writer.path));
    }
    assert.deepEqual([...names].sort(), names);
    assert.equal(new Set(names).size, 4);
    assert.equal([...Deno.readDirSync(folder)].length, 4);
  }));

/** A Python that has TensorFlow, to read the files with. */
async function findPython(): Promise<string | undefined> {
  const python = Deno.env.get("ACR_PYTHON") ?? "python3";
  const probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('tensorflow') is None)";
  try {
    const { success } = await new Deno.Command(python, { args: ["-c", probe], stdout: "null", stderr: "null" })
      .output();
    return success ? python : undefined;
  } catch {
    return undefined;
  }
}

const READER = `
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
found = []
for name in sorted(os.listdir(sys.argv[1])):
    # TFRecordDataset checks both CRCs of every record.
    for record in tf.data.TFRecordDataset(os.path.join(sys.argv[1], name)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        if event.file_version: found.append(["version", event.file_version])
        if event.HasField("session_log"): found.append(["session", event.session_log.status, event.step])
        for value in event.summary.value:
            if value.HasField("image"):
                pixels = tf.io.decode_png(value.image.encoded_image_string)
                found.append(["image", value.tag, event.step, list(pixels.shape), int(pixels[1, 2, 0])])
            else: found.append(["scalar", value.tag, event.step, value.simple_value])
print(json.dumps(found))
`;

testWith(
  await findPython(),
  "no TensorFlow in ACR_PYTHON or python3",
  "EventWriter files of two sessions are read by TensorFlow, CRCs checked",
  (python) =>
    withFolder(async (folder) => {
      const pixels = { width: 4, height: 3, channels: 3 as const };
      const png = await sharp({ create: { ...pixels, background: { r: 200, g: 10, b: 30 } } }).png().toBuffer();
      for (const start of [0, 50]) {
        using writer = EventWriter.open(folder, { step: start });
        for (let step = start; step < start + 100; step++) writer.scalar("loss", step / 4, step);
        writer.image("faces", { bytes: new Uint8Array(png), width: 4, height: 3 }, start);
        writer.flush();
      }
      const { stdout, stderr, success } = await new Deno.Command(python, { args: ["-c", READER, folder] }).output();
      assert(success, new TextDecoder().decode(stderr));
      const session = (start: number) => [
        ...Array.from({ length: 100 }, (_, i) => ["scalar", "loss", start + i, (start + i) / 4]),
        ["image", "faces", start, [3, 4, 3], 200],
      ];
      const version = ["version", "brain.Event:2"];
      const expected = [version, ...session(0), version, ["session", 1, 50], ...session(50)];
      assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), expected);
    }),
);
