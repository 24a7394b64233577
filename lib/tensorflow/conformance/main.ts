/**
 * Runs tfjs-core's own tests on the backend `tensorflow`: `deno task test:conformance [--only TEXT] [--addon PATH]`.
 *
 * `--addon` takes stock tfjs-node's compiled `tfjs_binding.node` in place of our binding, for comparison.
 */
import { parseArgs } from "node:util";
import { messageOf } from "@/errors.ts";
import { EXCLUSIONS, STOCK_EXCLUSIONS } from "./exclusions.ts";
import { runSuite } from "./suite.ts";
import { judge } from "./verdict.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: "string", multiple: true }, addon: { type: "string" }, quiet: { type: "boolean" } },
  });
  const { only = [""], addon, quiet = false } = values;
  const started = performance.now();
  const results = await runSuite({
    only,
    quiet,
    start: addon === undefined
      ? async () => {
        const { version, library } = await (await import("../backend.ts")).useBackend({ quiet });
        console.log(`tfjs-core's tests on ${version} (${library?.path})`);
      }
      : async () => {
        await (await import("./stock_addon.ts")).useStockAddon(addon);
        console.log(`tfjs-core's tests on stock tfjs-node's addon (${addon})`);
      },
  });
  if (results.length === 0) throw new Error(`Cannot find a spec with ${only.map((text) => `'${text}'`).join(" or ")}`);
  const { passed, failed, excluded, pending, stale } = judge(results, EXCLUSIONS);
  for (const { name, messages } of failed) console.log(`\nFAILED ${name}\n  ${messages.join("\n  ")}`);
  const whole = only.includes("");
  if (whole) { for (const part of stale) console.log(`\nNot needed any more in exclusions.ts: '${part}'`); }
  const names = EXCLUSIONS.reduce((sum, { specs }) => sum + specs.length, 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `\n${seconds} s; ${names} exclusions (stock tfjs-node: ${STOCK_EXCLUSIONS}); ${pending} left out by the suite`,
  );
  console.log(`${passed} passed, ${failed.length} failed, ${excluded} excluded`);
  return failed.length > 0 || (whole && stale.length > 0) ? 1 : 0;
}

try {
  Deno.exit(await main());
} catch (error) {
  console.error(messageOf(error));
  Deno.exit(1);
}
