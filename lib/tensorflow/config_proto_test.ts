import assert from "node:assert/strict";
import { encodeConfig } from "./config_proto.ts";

Deno.test("encodeConfig() gives the bytes of TensorFlow's own ConfigProto", () => {
  // TensorFlow 2.21.0: config_pb2.ConfigProto(...), gpu_options.allow_growth = True, SerializeToString().hex()
  assert.equal(encodeConfig({}).toHex(), "32022001");
  assert.equal(encodeConfig({ intraOpThreads: 1 }).toHex(), "100132022001");
  // ... intra_op_parallelism_threads=300, inter_op_parallelism_threads=2, device_count={"GPU": 0}
  assert.equal(
    encodeConfig({ intraOpThreads: 300, interOpThreads: 2, gpu: false }).toHex(),
    "0a070a03475055100010ac02280232022001",
  );
});
