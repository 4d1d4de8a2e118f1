import { quoted, refusal } from './refusal.ts';
import type { CentralEntry, ZipEntry } from './zip-directory.ts';

const LOCAL = 0x04034b50;
const LOCAL_LENGTH = 30;
const DESCRIPTOR = 0x08074b50;
const DESCRIPTOR_LENGTH = 12;
const HAS_DESCRIPTOR = 0x8;
const ZIP64_EXTRA = 0x0001;

/** What a local header and a data descriptor both tell. */
function numbersAt(zip: Buffer, at: number): number[] {
  return [zip.readUInt32LE(at), zip.readUInt32LE(at + 4), zip.readUInt32LE(at + 8)];
}

function checkNumbers(zip: Buffer, at: number, entry: CentralEntry): void {
  const right = [entry.crc, entry.compressedSize, entry.size];
  const mayBeOpen = (entry.flags & HAS_DESCRIPTOR) !== 0;
  const told = numbersAt(zip, at + 14);
  if (told.every((number, index) => number === right[index] || (mayBeOpen && number === 0))) return;
  const text = `The zip tells two sizes or checksums of ${quoted(entry.name)}. Make it anew.`;
  throw refusal('headers-differ', text, entry.name);
}

function hasZip64(extra: Buffer): boolean {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === ZIP64_EXTRA) return true;
  }
  return false;
}

/** Compares the header before the data with the directory's, and says where the data starts. */
function readLocal(zip: Buffer, entry: CentralEntry, limit: number): number {
  const { localStart: at, name } = entry;
  if (at + LOCAL_LENGTH > limit || zip.readUInt32LE(at) !== LOCAL) {
    throw refusal('directory-damaged', `${quoted(name)} is not where the zip says. Make it anew.`, name);
  }
  const nameEnd = at + LOCAL_LENGTH + zip.readUInt16LE(at + 26);
  const dataStart = nameEnd + zip.readUInt16LE(at + 28);
  if (dataStart > limit) {
    throw refusal('directory-damaged', `${quoted(name)} reaches beyond the zip's files. Make it anew.`, name);
  }
  if (!zip.subarray(at + LOCAL_LENGTH, nameEnd).equals(entry.rawName)) {
    throw refusal('names-differ', `The zip has two names for ${quoted(name)}. Make it anew.`, name);
  }
  const method = zip.readUInt16LE(at + 8);
  if (zip.readUInt16LE(at + 6) !== entry.flags || (method !== 0) !== entry.isDeflated) {
    throw refusal('headers-differ', `The zip says two things about ${quoted(name)}. Make it anew.`, name);
  }
  if (hasZip64(zip.subarray(nameEnd, dataStart))) {
    throw refusal('zip64', `${quoted(name)} is in the Zip64 format. Make an ordinary zip.`, name);
  }
  checkNumbers(zip, at, entry);
  return dataStart;
}

/** The bytes between an entry's data and the next entry: a data descriptor where one is announced, else none. */
function checkGap(zip: Buffer, range: readonly [number, number], entry: CentralEntry): void {
  const [start, end] = range;
  const length = end - start;
  const { name } = entry;
  if (length < 0)
    throw refusal('overlap', `${quoted(name)} overlaps another entry of the zip. Make it anew.`, name);
  if ((entry.flags & HAS_DESCRIPTOR) === 0) {
    if (length === 0) return;
    throw refusal(
      'hidden-bytes',
      `The zip has bytes after ${quoted(name)} that are no file's. Make it anew.`,
      name,
    );
  }
  const isSigned = length === DESCRIPTOR_LENGTH + 4 && zip.readUInt32LE(start) === DESCRIPTOR;
  const isBare = length === DESCRIPTOR_LENGTH;
  if (isSigned || isBare) {
    const [crc, compressedSize, size] = numbersAt(zip, end - DESCRIPTOR_LENGTH);
    if (crc === entry.crc && compressedSize === entry.compressedSize && size === entry.size) return;
  }
  const text = `What the zip says after ${quoted(name)} contradicts its list of files. Make it anew.`;
  throw refusal('descriptor-differs', text, name);
}

/**
 * Lays the entries beside each other in the order of their places: from the first byte to the directory at `limit`
 * they must fit without overlap and without a gap.
 */
export function checkLayout(zip: Buffer, entries: readonly CentralEntry[], limit: number): ZipEntry[] {
  const ordered = entries.toSorted((a, b) => a.localStart - b.localStart);
  if (ordered[0]?.localStart !== 0) {
    throw refusal('hidden-bytes', 'The zip starts with bytes that are no file. Make it anew.');
  }
  const laid: ZipEntry[] = [];
  for (const [index, entry] of ordered.entries()) {
    const dataStart = readLocal(zip, entry, limit);
    const dataEnd = dataStart + entry.compressedSize;
    checkGap(zip, [dataEnd, ordered[index + 1]?.localStart ?? limit], entry);
    laid.push({ ...entry, compressed: zip.subarray(dataStart, dataEnd) });
  }
  return laid;
}
