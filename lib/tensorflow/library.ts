export interface LibraryLocation { readonly path: string; readonly reason: string }
export function findLibrary(_o: { quiet?: boolean }): Promise<LibraryLocation> {
  return Promise.resolve({ path: Deno.env.get("ACR_LIBTENSORFLOW") ?? "/opt/pyenv/lib/python3.11/site-packages/tensorflow/libtensorflow_cc.so.2", reason: "temporary" });
}
