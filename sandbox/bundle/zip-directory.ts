import { quoted, refusal } from './refusal.ts';
import { readZipEnd } from './zip-end.ts';
import { checkLayout } from './zip-layout.ts';

const CENTRAL = 0x02014b50;
const CENTRAL_LENGTH = 46;
const UTF8 = 0x800;
/** Bits of an encrypted entry, of strong encryption and of masked headers. */
const ENCRYPTED = 0x1 | 0x40 | 0x2000;
/** How hard deflate tried, whether a data descriptor follows, whether the name is UTF-8. */
const KNOWN_FLAGS = 0x2 | 0x4 | 0x8 | UTF8;
const STORED = 0;
const DEFLATED = 8;
const ZIP64_EXTRA = 0x0001;
const UNICODE_NAME_EXTRA = 0x7075;
const TYPE_BITS = 0o170000;
const FILE_TYPE = 0o100000;
const FOLDER_TYPE = 0o040000;
const DOS_FOLDER = 0x10;

/** One entry as the central directory has it. Sizes in bytes. */
export interface CentralEntry {
  readonly name: string;
  readonly rawName: Buffer;
  readonly isFolder: boolean;
  readonly flags: number;
  readonly isDeflated: boolean;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly localStart: number;
}

/** An entry and its bytes. */
export interface ZipEntry extends CentralEntry {
  readonly compressed: Buffer;
}

/** Extra fields that give an entry a second size or a second name, which other readers might believe. */
function checkExtra(extra: Buffer, name: string): void {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    const id = extra.readUInt16LE(at);
    if (id === ZIP64_EXTRA) {
      throw refusal('zip64', `${quoted(name)} is in the Zip64 format. Make an ordinary zip.`, name);
    }
    if (id === UNICODE_NAME_EXTRA) {
      const text = `${quoted(name)} has a second name. Give it a name of the letters a to z and make the zip anew.`;
      throw refusal('names-differ', text, name);
    }
  }
}

function checkKind(name: string, attributes: number): void {
  const type = (attributes >>> 16) & TYPE_BITS;
  const isFolder = name.endsWith('/');
  const expected = isFolder ? FOLDER_TYPE : FILE_TYPE;
  const isDosFolder = (attributes & DOS_FOLDER) !== 0;
  if ((type !== 0 && type !== expected) || (isDosFolder && !isFolder)) {
    const text = `${quoted(name)} is a link or another special file. Put the file itself into the zip.`;
    throw refusal('not-a-file', text, name);
  }
}

function checkCompression(entry: CentralEntry, method: number): void {
  const { name, flags } = entry;
  if ((flags & ENCRYPTED) !== 0) {
    throw refusal('encrypted', `${quoted(name)} is encrypted. Make the zip without a password.`, name);
  }
  if ((flags & ~KNOWN_FLAGS) !== 0 || (method !== STORED && method !== DEFLATED)) {
    const text = `${quoted(name)} is compressed in a way that is not supported. Make the zip with "deflate".`;
    throw refusal('unsupported-compression', text, name);
  }
  if (method === STORED && entry.compressedSize !== entry.size) {
    throw refusal(
      'size-differs',
      `The sizes of ${quoted(name)} contradict each other. Make the zip anew.`,
      name,
    );
  }
  if (entry.isFolder && entry.size !== 0) {
    throw refusal('not-a-file', `The folder ${quoted(name)} has content. Make the zip anew.`, name);
  }
}

/** Reads one record of the central directory and says where the next one starts. */
function readEntry(zip: Buffer, at: number, end: number): { entry: CentralEntry; next: number } {
  const damaged = (): Error =>
    refusal('directory-damaged', "The zip's list of files is damaged. Make it anew.");
  if (at + CENTRAL_LENGTH > end || zip.readUInt32LE(at) !== CENTRAL) throw damaged();
  const nameEnd = at + CENTRAL_LENGTH + zip.readUInt16LE(at + 28);
  const extraEnd = nameEnd + zip.readUInt16LE(at + 30);
  const next = extraEnd + zip.readUInt16LE(at + 32);
  if (next > end) throw damaged();
  const rawName = zip.subarray(at + CENTRAL_LENGTH, nameEnd);
  const flags = zip.readUInt16LE(at + 8);
  const method = zip.readUInt16LE(at + 10);
  const name = rawName.toString((flags & UTF8) === 0 ? 'latin1' : 'utf8');
  const entry: CentralEntry = {
    name,
    rawName,
    isFolder: name.endsWith('/'),
    flags,
    isDeflated: method === DEFLATED,
    crc: zip.readUInt32LE(at + 16),
    compressedSize: zip.readUInt32LE(at + 20),
    size: zip.readUInt32LE(at + 24),
    localStart: zip.readUInt32LE(at + 42),
  };
  if (zip.readUInt16LE(at + 34) !== 0)
    throw refusal('multi-disk', 'The zip is one part of several. Make a single zip.');
  checkExtra(zip.subarray(nameEnd, extraEnd), name);
  checkKind(name, zip.readUInt32LE(at + 38));
  checkCompression(entry, method);
  return { entry, next };
}

/**
 * The entries of an untrusted zip. Every byte of the file must belong to exactly one entry or to the directory, and
 * both headers of an entry must agree, so that no other reader can see another archive in it. Names are not judged
 * here and nothing is inflated. Throws `bundle.refused`.
 */
export function readZipDirectory(zip: Buffer): ZipEntry[] {
  const { start, end, entries } = readZipEnd(zip);
  const list: CentralEntry[] = [];
  let at = start;
  while (list.length < entries && at < end) {
    const { entry, next } = readEntry(zip, at, end);
    list.push(entry);
    at = next;
  }
  if (at !== end || list.length !== entries) {
    throw refusal('entry-count', 'The zip has another number of files than its end says. Make it anew.');
  }
  return checkLayout(zip, list, start);
}
