import assert from "node:assert/strict";
import { zipBytes, type ZipMember } from "./test_files.ts";
import { ZipArchive } from "./zip.ts";

const text = (value: string) => new TextEncoder().encode(value);
const open = (bytes: Uint8Array, limit?: number) =>
  new ZipArchive(bytes, { source: "m.keras", ...(limit !== undefined && { limit }) });

Deno.test("ZipArchive reads stored and deflated members, and a comment does not hide the end", () => {
  const long = text("landmark ".repeat(500));
  const archive = open(
    zipBytes([{ name: "a.json", data: text("{}") }, { name: "b/c.h5", data: long, deflate: true }], {
      comment: "hello",
    }),
  );
  assert.deepEqual(archive.names, ["a.json", "b/c.h5"]);
  assert.deepEqual(archive.read("a.json"), text("{}"));
  assert.deepEqual(archive.read("b/c.h5"), long);
  assert.equal(archive.read("d"), undefined);
});

Deno.test("ZipArchive reads what Python's zipfile wrote", () => {
  // python -c "import zipfile,io; b=io.BytesIO(); z=zipfile.ZipFile(b,'w',zipfile.ZIP_DEFLATED);
  //   z.writestr(zipfile.ZipInfo('x.txt'),'aaaaaaaaaa',zipfile.ZIP_DEFLATED); z.close(); print(b.getvalue().hex())"
  const hex =
    "504b030414000000080000002100f0cd114c050000000a00000005000000782e7478744b4c840100504b01021403140000000800000021" +
    "00f0cd114c050000000a000000050000000000000000000000800100000000782e747874504b0506000000000100010033000000280000000000";
  const bytes = Uint8Array.from(hex.match(/../g)!, (pair) => parseInt(pair, 16));
  assert.deepEqual(open(bytes).read("x.txt"), text("aaaaaaaaaa"));
});

Deno.test("ZipArchive refuses damaged and malicious archives, each in a sentence", () => {
  const member = (change: Partial<ZipMember>): Uint8Array => zipBytes([{ name: "x", data: text("hello"), ...change }]);
  const good = member({});
  const cases: [Uint8Array, string][] = [
    [good.subarray(0, 20), "its directory is missing: cut off, or not a ZIP archive"],
    [new Uint8Array(0), "its directory is missing: cut off, or not a ZIP archive"],
    [good.subarray(0, good.length - 1), "its directory is missing: cut off, or not a ZIP archive"],
    [good.subarray(30), "its directory is cut off: expected 47 bytes at 36"],
    [member({ name: "../../etc/cron.d/x" }), `a member's name leads out of the archive: "../../etc/cron.d/x"`],
    [member({ name: "a/../../x" }), `a member's name leads out of the archive: "a/../../x"`],
    [member({ name: "/etc/passwd" }), `a member's name leads out of the archive: "/etc/passwd"`],
    [member({ name: "..\\x" }), `a member's name leads out of the archive: "..\\\\x"`],
    [member({ name: "C:\\x" }), `a member's name leads out of the archive: "C:\\\\x"`],
    [zipBytes([{ name: "x", data: text("1") }, { name: "x", data: text("2") }]), 'two members have one name: "x"'],
    [member({ claim: { flags: 1 } }), "its member 'x' is encrypted: expected plain"],
    [member({ claim: { method: 14 } }), "its member 'x' is neither stored nor deflated: method 14"],
    [member({ claim: { crc: 7 } }), "its member 'x' has a wrong checksum: damaged"],
    [member({ claim: { size: 9 } }), "its member 'x' must have 9 bytes: 5"],
    [member({ claim: { offset: 3 } }), "its member 'x' is not where the directory says: 3"],
    [member({ claim: { offset: 4_000_000_000 } }), "its member 'x' is not where the directory says: 4000000000"],
    [member({ claim: { size: 4_000_000_000 } }), "its member 'x' claims 4000000000 bytes: expected at most 1073741824"],
    [
      zipBytes(Array.from({ length: 1001 }, (_, i) => ({ name: `${i}`, data: text("") }))),
      "it has too many members: 1001",
    ],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => open(bytes).read("x"), { name: "SyntaxError", message: `Cannot read 'm.keras' as ${message}` });
  }
});

Deno.test("ZipArchive stops unpacking at the size that a member claims", () => {
  // Four million zeros in four thousand bytes: a bomb if one believed the deflated stream.
  const bomb = zipBytes([{ name: "x", data: new Uint8Array(4_000_000), deflate: true, claim: { size: 1000 } }]);
  assert.throws(() => open(bomb).read("x"), { message: /its member 'x' cannot be unpacked: / });
  const honest = zipBytes([{ name: "x", data: new Uint8Array(4_000_000), deflate: true }]);
  assert.equal(open(honest).read("x")!.length, 4_000_000);
  const large = zipBytes([{ name: "x", data: new Uint8Array(20_000_000), deflate: true }]);
  assert.throws(() => open(large).read("x"), {
    message:
      /^Cannot read 'm\.keras' as its member 'x' claims to unpack to over 50 times its size: \d+ to 20000000 bytes$/,
  });
  assert.throws(() => open(honest).read("x", 1000), { message: /claims 4000000 bytes: expected at most 1000$/ });
  assert.throws(() => open(honest, 1_000_000).read("x"), {
    message: /claims 4000000 bytes: expected at most 1000000$/,
  });
});
