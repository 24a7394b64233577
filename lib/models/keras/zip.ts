import { crc32, inflateRawSync } from "node:zlib";
import { printable } from "./printable.ts";

/** One file inside an archive, as its central directory claims. */
interface Entry {
  name: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

export interface ZipOptions {
  /** Names the archive in errors. */
  source: string;
  /** Most bytes that one member may unpack to. @default 1 GiB */
  limit?: number;
}

/** Far above a `.keras` file's three members (saved assets add a few). */
const MAX_ENTRIES = 1000;
/** Weights hardly shrink (Keras stores them as they are), JSON to a tenth: far above, it is a bomb. */
const MAX_RATIO = 50, FREE_BYTES = 16 << 20;
const END = 0x06054b50, DIRECTORY = 0x02014b50, LOCAL = 0x04034b50;

/**
 * Reads members of a ZIP archive in memory: stored or deflated, no encryption, no ZIP64, no archive over several files.
 * Nothing is written anywhere. Every claimed place and size is checked against the bytes that there are, and a name
 * that would leave the archive's folder, or comes twice, refuses the whole archive.
 *
 * Format: PKWARE APPNOTE.TXT 6.3.9, sections 4.3.7, 4.3.12 and 4.3.16.
 *
 * @throws SyntaxError if the archive is damaged or malicious
 */
export class ZipArchive {
  private readonly entries = new Map<string, Entry>();
  private readonly view: DataView;
  private readonly source: string;
  private readonly limit: number;

  constructor(private readonly bytes: Uint8Array, { source, limit = 1 << 30 }: ZipOptions) {
    this.source = source;
    this.limit = limit;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.readDirectory();
  }

  /** The names of all members. */
  get names(): string[] {
    return [...this.entries.keys()];
  }

  /** Unpacks one member of at most `limit` bytes, or gives undefined if there is none of that name. */
  read(name: string, limit: number = this.limit): Uint8Array | undefined {
    const entry = this.entries.get(name);
    if (!entry) return undefined;
    const { offset, packed, size, method, crc } = entry;
    if (size > limit) this.refuse(`its member '${name}' claims ${size} bytes: expected at most ${limit}`);
    if (size > FREE_BYTES && size > MAX_RATIO * packed) {
      this.refuse(
        `its member '${name}' claims to unpack to over ${MAX_RATIO} times its size: ${packed} to ${size} bytes`,
      );
    }
    if (offset + 30 > this.bytes.length || this.view.getUint32(offset, true) !== LOCAL) {
      this.refuse(`its member '${name}' is not where the directory says: ${offset}`);
    }
    // The local header repeats name and extra field, and its extra field may have another length.
    const start = offset + 30 + this.view.getUint16(offset + 26, true) + this.view.getUint16(offset + 28, true);
    if (start + packed > this.bytes.length) {
      this.refuse(`its member '${name}' ends behind the end of the file: ${start + packed}`);
    }
    const data = this.bytes.subarray(start, start + packed);
    const content = method === 0 ? data : this.inflate(data, entry);
    if (content.length !== size) {
      this.refuse(`its member '${name}' must have ${size} bytes: ${content.length}`);
    }
    if (crc32(content) !== crc) this.refuse(`its member '${name}' has a wrong checksum: damaged`);
    return content;
  }

  private inflate(data: Uint8Array, { name, size }: Entry): Uint8Array {
    try {
      const { buffer, byteOffset, length } = inflateRawSync(data, { maxOutputLength: Math.max(1, size) });
      return new Uint8Array(buffer, byteOffset, length);
    } catch (error) {
      this.refuse(`its member '${name}' cannot be unpacked: ${error instanceof Error ? error.message : error}`);
    }
  }

  private readDirectory(): void {
    const end = this.findEnd();
    const count = this.view.getUint16(end + 10, true);
    const length = this.view.getUint32(end + 12, true), start = this.view.getUint32(end + 16, true);
    if (this.view.getUint16(end + 4, true) !== 0 || this.view.getUint16(end + 8, true) !== count) {
      this.refuse("it is one of several files: expected a single archive");
    }
    if (count === 0xffff || start === 0xffffffff) this.refuse("it is a ZIP64 archive: expected less than 4 GiB");
    if (count > MAX_ENTRIES) this.refuse(`it has too many members: ${count}`);
    if (start + length > end) this.refuse(`its directory is cut off: expected ${length} bytes at ${start}`);
    let at = start;
    for (let i = 0; i < count; i++) {
      if (at + 46 > end || this.view.getUint32(at, true) !== DIRECTORY) {
        this.refuse(`its directory breaks off: entry ${i}`);
      }
      const nameLength = this.view.getUint16(at + 28, true);
      const next = at + 46 + nameLength + this.view.getUint16(at + 30, true) + this.view.getUint16(at + 32, true);
      if (next > end) this.refuse(`its directory breaks off: entry ${i}`);
      const name = new TextDecoder().decode(this.bytes.subarray(at + 46, at + 46 + nameLength));
      const method = this.view.getUint16(at + 10, true);
      this.checkName(name);
      if (this.view.getUint16(at + 8, true) & 1) this.refuse(`its member '${name}' is encrypted: expected plain`);
      if (method !== 0 && method !== 8) {
        this.refuse(`its member '${name}' is neither stored nor deflated: method ${method}`);
      }
      this.entries.set(name, {
        name,
        method,
        crc: this.view.getUint32(at + 16, true),
        packed: this.view.getUint32(at + 20, true),
        size: this.view.getUint32(at + 24, true),
        offset: this.view.getUint32(at + 42, true),
      });
      at = next;
    }
  }

  /** The end record lies in the last 22 bytes, or before a comment of at most 65535. */
  private findEnd(): number {
    const lowest = Math.max(0, this.bytes.length - 22 - 0xffff);
    for (let at = this.bytes.length - 22; at >= lowest; at--) {
      if (
        this.view.getUint32(at, true) === END && at + 22 + this.view.getUint16(at + 20, true) === this.bytes.length
      ) return at;
    }
    this.refuse("its directory is missing: cut off, or not a ZIP archive");
  }

  private checkName(name: string): void {
    if (/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)|\0/i.test(name)) {
      this.refuse(`a member's name leads out of the archive: ${JSON.stringify(name)}`);
    }
    if (this.entries.has(name)) this.refuse(`two members have one name: ${JSON.stringify(name)}`);
  }

  private refuse(reason: string): never {
    throw new SyntaxError(`Cannot read '${this.source}' as ${printable(reason, 300)}`);
  }
}
