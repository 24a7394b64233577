import assert from "node:assert/strict";
import { commonSettings, withoutSettings } from "./common_settings.ts";

Deno.test("commonSettings() are those of every variant, and none where there is nothing to tell apart", () => {
  assert.deepEqual(commonSettings(["acr,epochs=5,size=64", "l2,epochs=5,loss.w=2,size=64"]), ["epochs=5", "size=64"]);
  assert.deepEqual(commonSettings(["acr,epochs=5", "acr,epochs=50", "acr"]), []);
  assert.deepEqual(commonSettings(["acr,epochs=5", "acr,epochs=5"]), [], "one variant says all");
  assert.deepEqual(commonSettings([]), []);
  assert.deepEqual(commonSettings(["acr,epochs=5,a=1~0123456789ab", "l2,epochs=5"]), [], "a name that was cut");
});

Deno.test("withoutSettings() keeps the loss and what else a variant has", () => {
  assert.equal(withoutSettings("acr,epochs=5,size=64", ["epochs=5"]), "acr,size=64");
  assert.equal(withoutSettings("acr", ["epochs=5"]), "acr");
  const variants = ["acr,epochs=5", "acr,epochs=5,size=64", "l2,epochs=5"];
  const short = variants.map((variant) => withoutSettings(variant, commonSettings(variants)));
  assert.deepEqual(short, ["acr", "acr,size=64", "l2"], "what differs still differs");
});
