import assert from "node:assert/strict";
import { crc32c, maskedCrc32c } from "./crc32c.ts";

// RFC 3720 (iSCSI), appendix B.4.
Deno.test("crc32c() equals the examples of RFC 3720", () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c);
  assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
});

// The first length and its CRC of a file written by TensorFlow 2.21's tf.io.TFRecordWriter.
Deno.test("maskedCrc32c() equals what TFRecord files hold", () => {
  assert.equal(maskedCrc32c(Uint8Array.from([0x18, 0, 0, 0, 0, 0, 0, 0])), 0x224b7fa3);
});
