import { createDeflateRaw, crc32, deflateRawSync } from 'node:zlib';

/** The members that the local header, the central header and the data descriptor share. */
interface Header {
  name: string | Buffer;
  flags: number;
  method: number;
  crc: number;
  compressedSize: number;
  size: number;
  extra: Buffer;
}

interface CentralHeader extends Header {
  /** Both halves of the external attributes: Unix mode and DOS bits. */
  attributes: number;
  disk: number;
  localStart: number;
}

/** An entry as it ought to be, and whatever is to be wrong about it. */
export interface RawEntry {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  readonly isStored?: boolean;
  /** Data instead of the compressed content. */
  readonly data?: Buffer;
  readonly mode?: number;
  readonly flags?: number;
  /** Announces a data descriptor, leaves the local header open and writes the descriptor, or these bytes instead. */
  readonly descriptor?: 'signed' | 'bare' | Buffer;
  readonly local?: Partial<Header>;
  readonly central?: Partial<CentralHeader>;
  /** No local part: the central header points to where `central.localStart` says. */
  readonly isCentralOnly?: boolean;
  /** Bytes after the entry that belong to nobody. */
  readonly after?: Buffer;
}

interface EndRecord {
  disk: number;
  entriesOnDisk: number;
  entries: number;
  size: number;
  start: number;
  commentLength: number;
}

export interface RawZip {
  readonly before?: Buffer;
  readonly comment?: Buffer;
  readonly afterEnd?: Buffer;
  /** Between the central directory and the end record. */
  readonly beforeEnd?: Buffer;
  readonly end?: Partial<EndRecord>;
}

const UTF8 = 0x800;
const DESCRIPTOR = 0x8;
const MADE_BY_UNIX = 0x0314;
const FILE_MODE = 0o100644;
const FOLDER_MODE = 0o040755;

/** Little-endian numbers one after the other: `[bytes, value]`. */
export function fields(...list: readonly (readonly [2 | 4, number])[]): Buffer {
  return Buffer.concat(
    list.map(([length, value]) => {
      const buffer = Buffer.alloc(length);
      if (length === 2) buffer.writeUInt16LE(value);
      else buffer.writeUInt32LE(value >>> 0);
      return buffer;
    }),
  );
}

function nameOf({ name }: Pick<Header, 'name'>): Buffer {
  return typeof name === 'string' ? Buffer.from(name) : name;
}

function shared(header: Header): Buffer {
  return fields(
    [2, 20],
    [2, header.flags],
    [2, header.method],
    [2, 0],
    [2, 0x21],
    [4, header.crc],
    [4, header.compressedSize],
    [4, header.size],
    [2, nameOf(header).length],
    [2, header.extra.length],
  );
}

function localHeader(header: Header): Buffer {
  return Buffer.concat([fields([4, 0x04034b50]), shared(header), nameOf(header), header.extra]);
}

function centralHeader(header: CentralHeader): Buffer {
  return Buffer.concat([
    fields([4, 0x02014b50], [2, MADE_BY_UNIX]),
    shared(header),
    fields([2, 0], [2, header.disk], [2, 0], [4, header.attributes], [4, header.localStart]),
    nameOf(header),
    header.extra,
  ]);
}

function rightHeader(entry: RawEntry): { header: Header; data: Buffer } {
  const content = Buffer.from(entry.content ?? '');
  const isStored = entry.isStored === true || content.length === 0;
  const data = entry.data ?? (isStored ? content : deflateRawSync(content));
  const flags = (entry.flags ?? UTF8) | (entry.descriptor === undefined ? 0 : DESCRIPTOR);
  const header = {
    name: entry.name,
    flags,
    method: isStored ? 0 : 8,
    crc: crc32(content),
    compressedSize: data.length,
    size: content.length,
    extra: Buffer.alloc(0),
  };
  return { header, data };
}

/** The local part of an entry: header, data and what follows it. */
export function localPart(entry: RawEntry): Buffer {
  const { header, data } = rightHeader(entry);
  const open = entry.descriptor === undefined ? {} : { crc: 0, compressedSize: 0, size: 0 };
  const parts = [localHeader({ ...header, ...open, ...entry.local }), data];
  const { crc, compressedSize, size } = header;
  const numbers = fields([4, crc], [4, compressedSize], [4, size]);
  if (Buffer.isBuffer(entry.descriptor)) parts.push(entry.descriptor);
  else if (entry.descriptor === 'signed') parts.push(fields([4, 0x08074b50]), numbers);
  else if (entry.descriptor === 'bare') parts.push(numbers);
  if (entry.after !== undefined) parts.push(entry.after);
  return Buffer.concat(parts);
}

function modeOf(entry: RawEntry): number {
  return entry.mode ?? (nameOf(entry).toString().endsWith('/') ? FOLDER_MODE : FILE_MODE);
}

function endRecord(end: EndRecord): Buffer {
  return fields(
    [4, 0x06054b50],
    [2, end.disk],
    [2, 0],
    [2, end.entriesOnDisk],
    [2, end.entries],
    [4, end.size],
    [4, end.start],
    [2, end.commentLength],
  );
}

const NOTHING = Buffer.alloc(0);
const NOTHING_ELSE = { comment: NOTHING, beforeEnd: NOTHING, afterEnd: NOTHING };

/** Writes a zip by hand. Without knobs it is a right one. */
export function buildZip(entries: readonly RawEntry[], zip: RawZip = {}): Buffer {
  const before = zip.before ?? NOTHING;
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = before.length;
  for (const entry of entries) {
    const { header } = rightHeader(entry);
    const attributes = modeOf(entry) * 0x10000;
    centrals.push(centralHeader({ ...header, attributes, disk: 0, localStart: at, ...entry.central }));
    if (entry.isCentralOnly === true) continue;
    const local = localPart(entry);
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(centrals);
  const { comment, beforeEnd, afterEnd } = { ...NOTHING_ELSE, ...zip };
  const entriesToTell = zip.end?.entries ?? entries.length;
  const end = {
    disk: 0,
    entriesOnDisk: entriesToTell,
    entries: entriesToTell,
    size: directory.length,
    start: at,
    commentLength: comment.length,
    ...zip.end,
  };
  return Buffer.concat([before, ...locals, directory, beforeEnd, endRecord(end), comment, afterEnd]);
}

/** `size` zero bytes deflated, without holding them. */
export async function deflateZeros(size: number): Promise<Buffer> {
  const deflate = createDeflateRaw();
  const chunk = Buffer.alloc(1024 * 1024);
  const parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  for (let written = 0; written < size; written += chunk.length) {
    const piece = chunk.subarray(0, Math.min(chunk.length, size - written));
    await new Promise<void>((resolve, reject) => {
      deflate.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
  deflate.end();
  await new Promise((resolve) => deflate.once('end', resolve));
  return Buffer.concat(parts);
}
