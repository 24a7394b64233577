import { fromFileUrl } from "./paths.ts";

/** The folder of real annotated faces beside this checkout, or undefined: tests that need it then skip. */
export function sharedData(name: string): string | undefined {
  const path = fromFileUrl(new URL(`../../shared/data/${name}`, import.meta.url));
  try {
    Deno.statSync(path);
    return path;
  } catch {
    return undefined;
  }
}

/** Registers a test that needs something which a machine may lack; without it the test is skipped and its name says why. */
export function testWith<T>(
  need: T | undefined,
  reason: string,
  name: string,
  run: (need: T, context: Deno.TestContext) => void | Promise<void>,
): void {
  if (need === undefined) Deno.test({ name: `${name} [skipped: ${reason}]`, ignore: true, fn() {} });
  else Deno.test(name, (context) => run(need, context));
}

/** Runs a test in a folder of its own, which is removed in any case. */
export async function withFolder<T>(test: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-test-" });
  try {
    return await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
