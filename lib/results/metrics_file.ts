import { writeFileAtomic } from "@/files.ts";
import type { MetricsRecord } from "./schema.ts";

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}

/** The records of a `metrics.jsonl`, oldest first. A last line that a crash left torn is passed over. */
export async function readMetrics(path: string): Promise<MetricsRecord[]> {
  const lines = new TextDecoder().decode(await readBytes(path)).split("\n");
  // Whole files end in a newline, so the last piece is empty or torn.
  lines.pop();
  return lines.map((line, index) => {
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch { /* told below */ }
    if (!isRecord(record)) {
      throw new SyntaxError(
        `Cannot read metrics from '${path}' as line ${index + 1} is not a JSON object with an epoch: '${
          line.slice(0, 60)
        }'`,
      );
    }
    return record;
  });
}

function isRecord(value: unknown): value is MetricsRecord {
  return typeof value === "object" && value !== null && Number.isSafeInteger((value as { epoch?: unknown }).epoch);
}

/**
 * Adds one line to a `metrics.jsonl` and flushes it to the disk. What a crash or a full disk left of an earlier line
 * is cut off first, so that a line is always whole.
 */
export async function appendMetrics(path: string, record: object): Promise<void> {
  const line = new TextEncoder().encode(JSON.stringify(record) + "\n");
  using file = await Deno.open(path, { read: true, write: true, create: true });
  const start = await wholeLength(file);
  await file.truncate(start);
  await file.seek(start, Deno.SeekMode.Start);
  for (let offset = 0; offset < line.length;) offset += await file.write(line.subarray(offset));
  await file.sync();
}

/** Length in bytes up to and including the last newline. */
async function wholeLength(file: Deno.FsFile): Promise<number> {
  const { size } = await file.stat();
  const chunk = new Uint8Array(4096);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - chunk.length);
    await file.seek(start, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < end - start) {
      const count = await file.read(chunk.subarray(filled, end - start));
      if (count === null) break;
      filled += count;
    }
    const newline = chunk.subarray(0, filled).lastIndexOf(10);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

/** Keeps the records of the first `epochs` epochs and drops the rest, with a torn last line. Returns what is kept. */
export async function rewindMetrics(path: string, epochs: number): Promise<MetricsRecord[]> {
  const records = await readMetrics(path);
  const kept = records.filter(({ epoch }) => epoch < epochs);
  const text = kept.map((record) => JSON.stringify(record) + "\n").join("");
  const bytes = await readBytes(path);
  if (bytes.length > 0 && new TextDecoder().decode(bytes) !== text) await writeFileAtomic(path, text);
  return kept;
}
