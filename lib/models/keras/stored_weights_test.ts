import assert from "node:assert/strict";
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { inflateSync } from "node:zlib";
import type * as h5 from "h5wasm";
import { openStoredWeights, type StoredWeights } from "./stored_weights.ts";
import { type H5, h5Bytes, type Layers, writeLayers, zipBytes } from "./test_files.ts";

const text = (value: string) => new TextEncoder().encode(value);
type Group = InstanceType<typeof h5.Group>;

/** Writes bytes to a file of their own, and checks that opening it leaves nothing else behind. */
async function withFile<T>(name: string, bytes: Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(join(folder, name), bytes);
    const result = await use(join(folder, name));
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), [name]);
    return result;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function open<T>(name: string, bytes: Uint8Array, use: (stored: StoredWeights) => T | Promise<T>): Promise<T> {
  return withFile(name, bytes, async (path) => {
    using stored = await openStoredWeights(path);
    return await use(stored);
  });
}

const LAYERS: Layers = { Conv1: { kernel: [1, 1, 3, 2] }, bn: { gamma: [2], beta: [2] }, relu: {} };
const shapes = (stored: StoredWeights) =>
  stored.layers.map(({ name, weights }) => [name, ...weights.map((weight) => `${weight.name} ${weight.shape}`)]);
const EXPECTED = [["Conv1", "kernel 1,1,3,2"], ["bn", "gamma 2", "beta 2"]];

Deno.test("openStoredWeights() reads Keras 2's weights-only layout", async () => {
  const bytes = await h5Bytes((file) => {
    writeLayers(file, LAYERS);
    file.create_attribute("keras_version", "2.4.0");
  });
  await open("w.h5", bytes, async (stored) => {
    assert.deepEqual(shapes(stored), EXPECTED);
    assert.deepEqual(stored.layerNames, ["Conv1", "bn", "relu"]);
    assert.equal(stored.kerasVersion, "2.4.0");
    const [, bn] = stored.layers;
    const [beta, gamma] = await stored.read([bn!.weights[1]!, bn!.weights[0]!]);
    assert.deepEqual([[...beta!], [...gamma!]], [[9, 10], [7, 8]]);
  });
});

Deno.test("openStoredWeights() finds the layers of a full model, of lists cut in pieces, of a model used as a layer", async () => {
  const full = await h5Bytes((file) => {
    const group = file.create_group("model_weights") as unknown as H5;
    writeLayers(group, LAYERS);
    const layer = { class_name: "Conv2D", config: { name: "Conv1", filters: 2 } };
    file.create_attribute("model_config", JSON.stringify({ class_name: "Functional", config: { layers: [layer] } }));
    file.create_group("optimizer_weights").create_dataset({ name: "m", data: new Float32Array(3) });
  });
  await open("m.h5", full, (stored) => {
    assert.deepEqual(shapes(stored), EXPECTED);
    assert.deepEqual(stored.config, [{ className: "Conv2D", name: "Conv1", config: { name: "Conv1", filters: 2 } }]);
  });
  const pieces = await h5Bytes((file) => {
    writeLayers(file, LAYERS);
    file.delete_attribute("layer_names");
    file.create_attribute("layer_names1", ["bn", "relu"]);
    file.create_attribute("layer_names0", ["Conv1"]);
  });
  await open("p.h5", pieces, (stored) => assert.deepEqual(shapes(stored), EXPECTED));
  const nested = await h5Bytes((file) => writeLayers(file, LAYERS, "mobilenetv2_1.00_224"));
  await open("n.h5", nested, (stored) => assert.deepEqual(shapes(stored), EXPECTED));
});

Deno.test("openStoredWeights() reads Keras 3's counted layout, named and not, and its archive", async () => {
  const counted = (named: boolean) =>
    h5Bytes((file) => {
      const layers = file.create_group("layers");
      const add = (kind: string, name: string, ...weights: number[][]) => {
        const vars = layers.create_group(kind).create_group("vars");
        if (named) vars.create_attribute("name", name);
        weights.forEach((data, i) => vars.create_dataset({ name: String(i), data: Float32Array.from(data) }));
      };
      add("conv2d", "Conv1", [1, 2]);
      add("conv2d_10", "Conv_1", [3]);
      add("re_lu", "relu");
      // A dropout layer's random state is no weight of ours.
      const state = layers.create_group("dropout").create_group("seed_generator").create_group("vars");
      state.create_dataset({ name: "0", data: new Int32Array(2) });
    });
  await open("a.weights.h5", await counted(true), (stored) => {
    assert.deepEqual(stored.layers.map(({ name }) => name), ["Conv1", "Conv_1"]);
  });
  const bytes = await counted(false);
  await open("b.weights.h5", bytes, (stored) => {
    assert.deepEqual(stored.layers.map(({ name, counted }) => [name, counted]), [
      [undefined, { kind: "conv2d", index: 0 }],
      [undefined, { kind: "conv2d", index: 10 }],
    ]);
  });
  const config = {
    class_name: "Functional",
    config: { layers: [{ class_name: "Conv2D", config: { name: "Conv1" } }] },
  };
  const archive = zipBytes([
    { name: "metadata.json", data: text('{"keras_version": "3.1.0"}') },
    { name: "config.json", data: text(JSON.stringify(config)), deflate: true },
    { name: "model.weights.h5", data: bytes, deflate: true },
  ]);
  await open("c.keras", archive, (stored) => {
    assert.equal(stored.layers.length, 2);
    assert.deepEqual([stored.kerasVersion, stored.config.length, stored.layerNames], ["3.1.0", 1, ["Conv1"]]);
  });
});

/**
 * Files that h5wasm cannot write, each of one layer `Conv1` with a kernel [1,1,3,2]. h5py 3.14.0:
 *
 *     f.attrs["layer_names"] = np.array([b"Conv1"])
 *     g = f.create_group("Conv1"); g.attrs["weight_names"] = np.array([b"Conv1/kernel:0"]); g = g.create_group("Conv1")
 *     # external: numbers that are to come from another file
 *     g.create_dataset("kernel:0", shape=(1, 1, 3, 2), dtype="<f4", external=[("/etc/passwd", 0, 24)])
 *     # virtual (libver="latest"): a dataset put together from one in another file
 *     l = h5py.VirtualLayout(shape=(1, 1, 3, 2), dtype="<f4")
 *     l[...] = h5py.VirtualSource("/etc/passwd", "x", shape=(1, 1, 3, 2)); g.create_virtual_dataset("kernel:0", l)
 *     # chunk: six numbers in a chunk of 1 GiB
 *     g.create_dataset("kernel:0", shape=(1, 1, 3, 2), dtype="<f4", maxshape=(None,) * 4,
 *                      chunks=(1, 1, 2**14, 2**14), compression="gzip")
 *     base64.b64encode(zlib.compress(open(path, "rb").read(), 9))
 */
const H5PY: Record<"external" | "virtual" | "chunk", string[]> = {
  external: [
    "eNrr9HBx4+WS4mIAAQ4OBhYGAQZk8B8KOvhQ+TD5BCjNCKU7oPQKJpg4M1hOAiouADVfgRlVf0iQqytI9X80ALPHgQ1CczCMgpEIPFwdA0B0BDwd",
    "QcAJJlR1zvl5ZYZI6dGDQnsFoTahp2seBgdo+uYBpkkJhpzEytSi+LzE3NRisLgw0AGsIHlGRpT8wYjhTuz5o4Mdws8gMn9s4BrNH6P5AzN/vGCl",
    "bf4I9vN3YQSaBkt3Dcyo6XwFlH+CdTSOiCln0MOLBxpDjAy84HKmPDUzPaMEUdCAyhk+QuWMfnZqUV5qjpUBSJwRpbyB2SsBjUALLiLrY97R8ma0",
    "vEGUN7D0FMGFqg6R8lDTpQOVypsP7KjmoqfjUYAdMDKwQcKMEcaHljMs2MsRaLHEwIQmjkueGZgiQHKCCvLAPgW4xc8gzsEgXg+VZwXGIEieiYkJ",
    "bAQ7gwaYD8HA+MVRvsDSGQeUxcwIK5kk0FRqkJWeJdD8pcGLqk4/tSRZvyCxuLg8BWt6/ME9mrbIAQBLn4W7",
  ],
  virtual: [
    "eNrr9HBx4+WS4mLm4GCAgf9QwCAB4RtAxR07O9n9PVyCmBTs17NkI+MKAQEGhjBGiDIjqHIuJgagiKgQAwvCSBjgMWNgYGbgYeBgEGFgyEmsTC2K",
    "z0vMTS1mEAZqYQVqZmIEAqhBMNo5P6/MkIGLAQk01oTex+MkaSYSnOQAchIvxEnlqZnpGSVIbuLD5yb97NSivNQcK3BAFUQcOuPv7OHNJIQcljDA",
    "JgDSywrWdhhqRmp5/zYcnsBuCMQbbMIgozhgdvsywaKJgXKg9M84iThPdEBD4oDDkZtgTyiie4KBkdEFGHgsmIHHDKWZ0MRxyTOLMDAKKsiDYg8I",
    "FBjEORjE64EsVmB4MHNzAOOIhZmBA8mMFoZBASa0f1diGAWjYBSMgsEF3J39fcBFpQBq0WvNgFYW66eWJOsXJBYXl6cwVIBLZkYkY9D5U2teXUSx",
    "ZwH/aFiPglEwCkbBKBgFo2AUjIJRMApGwSgYBQMFAIw9rr8=",
  ],
  chunk: [
    "eNrr9HBx4+WS4mIAAQ4OBhYGAQZk8B8KAvhQ+TD5BCjNCKU7oPQKJpg4M1hOAiouADVfgRlVf0iQqytI9X80ALPHgQ1CczCMgpEIPFwdA0B0BDwd",
    "QcAJJlR1zvl5ZYZI6dGDQnsFoTahp2seBgdo+uYBpkkJhpzEytSi+LzE3NRisLgw0AGsIHlGRpT8wYjhTuz5o4Mdws8gMn9s4BrNH6P5AzN/vGCl",
    "bf4I9vN3YQSaBkt3Dcyo6XwFlH+CdTSOiCln0MOLBxpDjAy84HKmPDUzPaMEUdCAyhk+QuWMfnZqUV5qjpUBSJwRpbyB2SsBjUALLuLKGw7e0fJm",
    "tLxBlDew9BTBhaoOkfJQ06UDlcqbD+yo5qKn41GAHTAysEHCjBHGh5YzLNjLEWixxMCE1i/ABZiBKQKkV1BBHtinALf4GcQ5GMTrofpZgTEIkmdi",
    "ZgJbwQ2UZwSXYzB7OcAlVUpqWk5iSSrUDFB5owBxDxMrzCpGmDMdIBiqVIOidPWDezSNkAMA5SCisw==",
  ],
};
const h5py = (name: keyof typeof H5PY) =>
  new Uint8Array(inflateSync(Uint8Array.from(atob(H5PY[name].join("")), (character) => character.charCodeAt(0))));

Deno.test("openStoredWeights() takes no numbers from elsewhere, and no chunk of absurd size", async () => {
  const cases = {
    external: /as HDF5 refuses it: unable to open external raw data file$/,
    virtual: /as its dataset '\/Conv1\/Conv1\/kernel:0' is put together from others: a virtual one$/,
    chunk: /as its dataset '.*' claims chunks of 1073741824 bytes: expected at most 67108864$/,
  };
  for (const [name, message] of Object.entries(cases)) {
    await open(`${name}.h5`, h5py(name as keyof typeof H5PY), async (stored) => {
      assert.deepEqual(shapes(stored), [["Conv1", "kernel 1,1,3,2"]]);
      await assert.rejects(stored.read(stored.layers[0]!.weights), (error: Error) => {
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

Deno.test("openStoredWeights() gives up on text that claims too much, alone or together", async () => {
  const names = await h5Bytes(
    (file) => file.create_attribute("layer_names", Array.from({ length: 50_001 }, () => "x"), [50_001], "S1"),
    {
      libver: ["latest", "latest"],
    },
  );
  // Three times the same 7 MB, by links to one group.
  const texts = await h5Bytes((file) => {
    writeLayers(file, LAYERS);
    file.create_group("a").create_attribute("name", "x".repeat(7_000_000), null, "S7000000");
    file.create_hard_link("/a", "b");
    file.create_hard_link("/a", "c");
  }, { libver: ["latest", "latest"] });
  const refused = (name: string, bytes: Uint8Array, message: RegExp) =>
    withFile(name, bytes, (path) => assert.rejects(openStoredWeights(path), message));
  await refused(
    "names.h5",
    names,
    /as its attribute 'layer_names' of '\/' claims 50001 texts: expected at most 50000 in the file$/,
  );
  await refused("texts.h5", texts, /as its attribute 'name' of '\/c' claims 7000000 bytes: expected at most 16 MiB/);
});

Deno.test("openStoredWeights() takes a layer that is named many times once", async () => {
  const many = (text: string, count: number) => Array.from({ length: count }, () => text);
  const bytes = await h5Bytes((file) => {
    writeLayers(file, LAYERS);
    file.delete_attribute("layer_names");
    file.create_attribute("layer_names", many("Conv1", 30_000), [30_000], "S5");
    const layer = file.get("Conv1") as Group;
    layer.delete_attribute("weight_names");
    layer.create_attribute("weight_names", many("Conv1/kernel:0", 10_000), [10_000], "S14");
  }, { libver: ["latest", "latest"] });
  await open("repeated.h5", bytes, (stored) => {
    assert.deepEqual(stored.layers.map(({ name, weights }) => [name, weights.length]), [["Conv1", 10_000]]);
  });
});

Deno.test("openStoredWeights() refuses hostile and damaged files, each in a sentence, and writes nothing", async (context) => {
  const weights = (fill: (file: H5) => void) =>
    h5Bytes((file) => {
      writeLayers(file, LAYERS);
      fill(file);
    });
  const good = await weights(() => {});
  // As h5py writes: the oldest layout, without checksums.
  const old = await h5Bytes((file) => writeLayers(file, LAYERS), { libver: ["earliest", "latest"] });
  const inArchive = (data: Uint8Array, name = "model.weights.h5") => zipBytes([{ name, data }]);
  const cases: [name: string, bytes: Uint8Array, message: RegExp][] = [
    ["empty.h5", new Uint8Array(0), /as it is neither an HDF5 file nor a \.keras archive: it begins $/],
    ["text.h5", text("hello"), /as it is neither an HDF5 file nor a \.keras archive: it begins 68 65 6c 6c$/],
    ["truncated.h5", good.subarray(0, good.length >> 1), /as HDF5 refuses it: truncated file: eof = \d+/],
    ["truncated_old.h5", old.subarray(0, old.length >> 1), /as HDF5 refuses it: truncated file: eof = \d+/],
    ["header.h5", good.subarray(0, 8), /as HDF5 refuses it: /],
    ["junk.h5", Uint8Array.from(good, (byte, i) => i < 60 ? byte : (i * 7919) & 255), /as HDF5 refuses it: /],
    ["no_layers.h5", await h5Bytes(() => {}), /as it holds no layer with weights: not a Keras file$/],
    [
      "circle.h5",
      await weights((file) => file.create_hard_link("/", "again")),
      /as its groups are nested deeper than 16, as links in a circle would be: '\/again\/again/,
    ],
    [
      "soft_circle.h5",
      await weights((file) => file.create_soft_link("/", "again")),
      /as its groups are nested deeper than 16, as links in a circle would be/,
    ],
    [
      "self_link.h5",
      await weights((file) => file.create_soft_link("/self", "self")),
      /as (it holds a link that leads nowhere: '\/self'|HDF5 refuses it: .*)$/,
    ],
    [
      "many_circles.h5",
      await weights((file) => ["a", "b", "c", "d"].forEach((name) => file.create_hard_link("/", name))),
      /as (it holds more than 8000 objects|its groups are nested deeper than 16)/,
    ],
    [
      // No circle, and yet 8 to the 12th ways through it.
      "maze.h5",
      await weights((file) => {
        for (let depth = 12; depth >= 0; depth--) file.create_group(`g${depth}`);
        for (let depth = 0; depth < 12; depth++) {
          for (let k = 0; k < 8; k++) file.create_hard_link(`/g${depth + 1}`, `/g${depth}/l${k}`);
        }
      }),
      /as it holds more than 8000 objects, as links in a circle would seem to: '\/g0\/l0\//,
    ],
    [
      "dangling.h5",
      await weights((file) => file.create_soft_link("/none", "x")),
      /as it holds a link that leads nowhere: '\/x'$/,
    ],
    [
      "external.h5",
      await weights((file) => file.create_external_link("/etc/passwd", "/x", "x")),
      /as it links to another file: '\/etc\/passwd'$/,
    ],
    [
      "number_names.h5",
      await h5Bytes((file) => file.create_attribute("layer_names", new Float32Array(3))),
      /as its attribute 'layer_names' of '\/' is not text: HDF5 class 1$/,
    ],
    [
      "config.h5",
      await weights((file) => file.create_attribute("model_config", "{")),
      /as its configuration is not JSON: /,
    ],
    ["other.keras", inArchive(text("x"), "readme.txt"), /as it has no member model\.weights\.h5: readme\.txt$/],
    ["climbing.keras", inArchive(good, "../model.weights.h5"), /as a member's name leads out of the archive/],
    ["inner.keras", inArchive(text("not HDF5")), /as HDF5 refuses it: /],
  ];
  for (const [name, bytes, message] of cases) {
    await context.step(name, () =>
      withFile(name, bytes, async (path) => {
        const worked = cpuUsage();
        await assert.rejects(openStoredWeights(path), (error: Error) => {
          assert.match(error.message, message);
          assert.ok(error.message.startsWith(`Cannot read `) && error.message.includes(name), error.message);
          assert.ok(!error.message.includes("\n"), error.message);
          return true;
        });
        // Work, not time: a loaded machine may hold a test up.
        const { user, system } = cpuUsage(worked);
        assert.ok(user + system < 6e6, `${(user + system) / 1e6} s`);
      }));
  }
});

Deno.test("openStoredWeights() says what a path is that is no file", async () => {
  await assert.rejects(openStoredWeights("/nowhere/x.h5"), {
    message: "Cannot read weights from '/nowhere/x.h5' as there is no such file: x.h5",
  });
  const folder = await Deno.makeTempDir();
  await assert.rejects(openStoredWeights(folder), {
    message: `Cannot read weights from '${folder}' as it is not a file: a folder or device`,
  });
  await Deno.remove(folder);
});

Deno.test("openStoredWeights() reads shapes, not numbers, so that a huge claim costs nothing", async () => {
  // A terabyte in name: chunks that were never written take no space in the file.
  const bytes = await h5Bytes((file) => {
    writeLayers(file, LAYERS);
    const inner = file.get("Conv1/Conv1") as Group;
    const dataset = inner.create_dataset({
      name: "huge:0",
      data: new Float32Array(4),
      shape: [4],
      maxshape: [null],
      chunks: [4],
      dtype: "<f4",
    });
    dataset.resize([2 ** 38]);
    (file.get("Conv1") as Group).delete_attribute("weight_names");
    (file.get("Conv1") as Group).create_attribute("weight_names", ["Conv1/kernel:0", "Conv1/huge:0"]);
  });
  assert.ok(bytes.length < 100_000);
  await open("huge.h5", bytes, async (stored) => {
    const [kernel, huge] = stored.layers[0]!.weights;
    assert.deepEqual(huge!.shape, [2 ** 38]);
    await assert.rejects(stored.read([huge!]), /^SyntaxError: Cannot read weights from '.*huge\.h5' as .+/);
    assert.equal(kernel!.name, "kernel");
  });
});

Deno.test("openStoredWeights() refuses to read numbers that are no floats", async () => {
  const bytes = await h5Bytes((file) => {
    writeLayers(file, LAYERS);
    const inner = file.get("bn/bn") as Group;
    inner.create_dataset({ name: "count:0", data: Int32Array.of(1, 2) });
    (file.get("bn") as Group).delete_attribute("weight_names");
    (file.get("bn") as Group).create_attribute("weight_names", ["bn/count:0"]);
  });
  await open("ints.h5", bytes, async (stored) => {
    await assert.rejects(stored.read(stored.layers[1]!.weights), {
      name: "TypeError",
      message: /as '\/bn\/bn\/count:0' must be float32 or float64: i4$/,
    });
  });
});
