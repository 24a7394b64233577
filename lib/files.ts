import { createHash } from "node:crypto";
import { dirname } from "node:path";

/**
 * Writes a file so that, at every moment, its name holds either the old content or the whole new one: to a temporary
 * name beside it, flushed to the disk, then renamed. Makes missing parent folders.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.tmp-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true });
    for (let offset = 0; offset < bytes.length;) offset += await file.write(bytes.subarray(offset));
    await file.sync();
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  await Deno.rename(temporary, path);
}

/** SHA-256 of the chunks, one after the other, as lower-case hex. */
export function sha256(...chunks: (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

/** Whether something exists at `path`. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
