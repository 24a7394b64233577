import { KernelBackend as Base } from "@tensorflow/tfjs";

export * from "@tensorflow/tfjs";

/** tfjs-node is compiled to ES5, where a class calls its base as a function: an ES module's class cannot be called. */
export const KernelBackend = new Proxy(Base, { apply: (_base, self) => self });
