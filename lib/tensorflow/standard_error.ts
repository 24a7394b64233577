/**
 * TensorFlow writes start-up messages straight to file descriptor 2, some before any of its settings is read. To keep
 * them from the user they must be caught there.
 */
function openLibc() {
  const name = Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6";
  return Deno.dlopen(name, {
    dup: { parameters: ["i32"], result: "i32" },
    dup2: { parameters: ["i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
    open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  }).symbols;
}

const WRITE_ONLY = 1;

/**
 * Runs `action` with the process's standard error going into a file. If it throws, what was written is added to the
 * error's message: nothing is lost. Where the C library cannot be reached, as on Windows, messages go through.
 */
export function quietly<T>(quiet: boolean, action: () => T): T {
  if (!quiet) return action();
  Deno.env.set("TF_CPP_MIN_LOG_LEVEL", Deno.env.get("TF_CPP_MIN_LOG_LEVEL") ?? "2");
  let libc: ReturnType<typeof openLibc>;
  try {
    libc = openLibc();
  } catch {
    return action();
  }
  const path = Deno.makeTempFileSync({ prefix: "acr-lab-start-" });
  const saved = libc.dup(2);
  const file = libc.open(new TextEncoder().encode(path + "\0"), WRITE_ONLY, 0o600);
  if (saved >= 0 && file >= 0) libc.dup2(file, 2);
  try {
    return action();
  } catch (error) {
    const said = Deno.readTextFileSync(path).trim();
    if (error instanceof Error && said !== "") error.message += `\nTensorFlow said: ${said}`;
    throw error;
  } finally {
    if (saved >= 0) {
      libc.dup2(saved, 2);
      libc.close(saved);
    }
    if (file >= 0) libc.close(file);
    Deno.removeSync(path);
  }
}
