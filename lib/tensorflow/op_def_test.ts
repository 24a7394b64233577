import assert from "node:assert/strict";
import { parseOpDef } from "./op_def.ts";

/** TensorFlow 2.21.0: `op_def_registry.get(name).SerializeToString().hex()`. */
const GOLDEN: Record<string, string> = {
  NoOp: "0a044e6f4f70",
  Relu:
    "0a0452656c75120d0a0866656174757265732201541a100a0b61637469766174696f6e73220154221c0a01541204747970653a110a0f320d010203040506090e111316170b",
  ConcatV2:
    "0a08436f6e6361745632120e0a0676616c7565732201542a014e120c0a04617869732204546964781a0b0a066f7574707574220154220c0a014e1203696e742801300222090a015412047479706522180a04546964781204747970651a0230033a060a0432020309",
  IdentityN:
    "0a094964656e746974794e120a0a05696e7075743201541a0b0a066f757470757432015422130a0154120a6c69737428747970652928013001",
  RandomUniform:
    "0a0d52616e646f6d556e69666f726d120a0a0573686170652201541a0f0a066f757470757422056474797065220f0a04736565641203696e741a02180022100a0573656564321203696e741a02180022170a0564747970651204747970653a080a063204130e010222110a01541204747970653a060a0432020309880101",
  AssignVariableOp:
    "0a1041737369676e5661726961626c654f70120c0a087265736f757263651814120e0a0576616c756522056474797065220d0a056474797065120474797065221a0a0e76616c69646174655f73686170651204626f6f6c1a022800880101",
};

const parse = (name: string) => parseOpDef(Uint8Array.fromHex(GOLDEN[name]!));

Deno.test("parseOpDef() names inputs and tells lists, by a number or by types, from single tensors", () => {
  assert.deepEqual(parse("NoOp"), { inputs: [], stateful: false });
  assert.deepEqual(parse("Relu"), { inputs: [{ name: "features", list: false }], stateful: false });
  assert.deepEqual(parse("ConcatV2"), {
    inputs: [{ name: "values", list: true }, { name: "axis", list: false }],
    stateful: false,
  });
  assert.deepEqual(parse("IdentityN"), { inputs: [{ name: "input", list: true }], stateful: false });
});

Deno.test("parseOpDef() knows random ops and those on variables as stateful", () => {
  assert.deepEqual(parse("RandomUniform"), { inputs: [{ name: "shape", list: false }], stateful: true });
  assert.deepEqual(parse("AssignVariableOp"), {
    inputs: [{ name: "resource", list: false }, { name: "value", list: false }],
    stateful: true,
  });
});
