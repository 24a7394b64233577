import { createRequire, registerHooks } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The part of Node's module hooks that is used here; Deno's types do not have it yet. */
interface Hooks {
  resolve(
    specifier: string,
    context: { parentURL?: string },
    next: (specifier: string, context: unknown) => Resolution,
  ): Resolution;
}
interface Resolution {
  url: string;
  format?: "module";
  shortCircuit?: boolean;
}

const PACKAGES = ["", "-core", "-layers", "-data", "-converter", "-backend-cpu", "-backend-webgl"];

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The file that a bundler would take for `path`: the published ES modules leave extensions out. */
function withExtension(path: string): string | undefined {
  return [path, `${path}.js`, join(path, "index.js")].find(isFile);
}

/**
 * From now on every import of a tfjs package, by us or by tfjs-node's kernels, gives its ES modules.
 *
 * tfjs publishes each package twice: as one CommonJS bundle, which Deno takes, and as the ES modules that its tests
 * import by relative paths. Side by side they would be two copies of every class, flag and tracker.
 *
 * @param extra modules given to CommonJS code by name, as `jasmine-core/lib/jasmine-core/jasmine.js`.
 * @returns the folder of tfjs-core's ES modules.
 */
export function loadOneInstance(extra: Readonly<Record<string, unknown>>): string {
  const require = createRequire(import.meta.url);
  const tfjs = require.resolve("@tensorflow/tfjs/package.json");
  const fromTfjs = createRequire(tfjs);
  const folders = new Map(
    PACKAGES.map((
      suffix,
    ) => [suffix, dirname(suffix ? fromTfjs.resolve(`@tensorflow/tfjs${suffix}/package.json`) : tfjs)]),
  );
  const pattern = new RegExp(`^@tensorflow/tfjs(${PACKAGES.join("|")})(/.*)?$`);
  const published = [...folders.values()].map((folder) => join(folder, "dist") + sep);
  const named = (name: string): Resolution => ({
    url: import.meta.resolve(name),
    format: "module",
    shortCircuit: true,
  });
  const hooks: Hooks = {
    resolve(specifier, context, next) {
      const parent = context.parentURL?.startsWith("file:") ? fileURLToPath(context.parentURL) : "";
      const byModule = published.some((folder) => parent.startsWith(folder));
      if (byModule && specifier === "seedrandom") return named("./seedrandom_names.ts");
      if (specifier === "@tensorflow/tfjs" && parent.includes("tfjs-node-gpu")) return named("./tfjs_for_kernels.ts");
      let file: string | undefined;
      const [, suffix, path = "dist/index.js"] = pattern.exec(specifier) ?? [];
      if (suffix !== undefined) file = withExtension(join(folders.get(suffix)!, path));
      else if (byModule && specifier.startsWith(".")) file = withExtension(join(dirname(parent), specifier));
      if (file === undefined) return next(specifier, context);
      return { url: pathToFileURL(file).href, format: "module", shortCircuit: true };
    },
  };
  (registerHooks as unknown as (hooks: Hooks) => void)(hooks);
  // These modules count on a bundler for `require` as well.
  const given = (name: string): unknown => Object.hasOwn(extra, name) ? extra[name] : fromTfjs(name);
  (globalThis as { require?: unknown }).require = Object.assign(given, { resolve: fromTfjs.resolve });
  return join(folders.get("-core")!, "dist");
}
