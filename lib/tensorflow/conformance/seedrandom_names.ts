import { createRequire } from "node:module";

const require = createRequire(createRequire(import.meta.url).resolve("@tensorflow/tfjs/package.json"));
const core = createRequire(require.resolve("@tensorflow/tfjs-core/package.json"));

/** The export that a bundler would find in CommonJS `seedrandom`, and that the runtime does not. */
export const { alea } = core("seedrandom");
