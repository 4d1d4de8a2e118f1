import { refusal } from './refusal.ts';
import { inMegabytes, ZIP_LIMITS } from './zip-limits.ts';

const END = Buffer.from('PK\u0005\u0006', 'latin1');
const LOCAL = Buffer.from('PK\u0003\u0004', 'latin1');
const ZIP64_LOCATOR = Buffer.from('PK\u0006\u0007', 'latin1');
const ZIP64_LOCATOR_LENGTH = 20;
const END_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;

/** Where the central directory lies and how many entries it says it has. */
export interface ZipEnd {
  readonly start: number;
  readonly end: number;
  readonly entries: number;
}

/** All places at which the tail of the zip has the signature of an end record. */
function findSignatures(zip: Buffer): number[] {
  const found: number[] = [];
  const first = Math.max(0, zip.length - END_LENGTH - LONGEST_COMMENT);
  for (let at = zip.indexOf(END, first); at !== -1; at = zip.indexOf(END, at + 1)) found.push(at);
  return found.filter((at) => at + END_LENGTH <= zip.length);
}

/** The one end record whose comment reaches to the last byte: readers must not be able to choose between two. */
function locateEnd(zip: Buffer): number {
  const signatures = findSignatures(zip);
  const fitting = signatures.filter((at) => at + END_LENGTH + zip.readUInt16LE(at + 20) === zip.length);
  const [position] = fitting;
  if (position !== undefined) {
    if (fitting.length > 1 || signatures.at(-1) !== position) {
      throw refusal(
        'ambiguous-end',
        'The zip has a second end inside its comment. Make it anew without a comment.',
      );
    }
    return position;
  }
  const last = signatures.at(-1);
  if (last !== undefined && last + END_LENGTH + zip.readUInt16LE(last + 20) < zip.length) {
    throw refusal(
      'junk-after',
      'The zip has other bytes after its end. Make it anew and upload that file as it is.',
    );
  }
  throw refusal('truncated', 'The zip has no end: it was cut off on its way, or is no zip. Upload it again.');
}

function checkOutside(zip: Buffer): void {
  if (zip.length > ZIP_LIMITS.zip) {
    const limit = inMegabytes(ZIP_LIMITS.zip);
    throw refusal('zip-too-large', `The zip is larger than ${limit}. Take large or unused files out of it.`);
  }
  if (zip.length < END_LENGTH) throw refusal('not-a-zip', 'This is no zip file. Upload the zip of an app.');
  const start = zip.subarray(0, 4);
  if (start.equals(LOCAL) || start.equals(END)) return;
  if (zip.includes(LOCAL)) {
    throw refusal(
      'junk-before',
      'The zip has other bytes before its start. Make it anew and upload that file as it is.',
    );
  }
  throw refusal('not-a-zip', 'This is no zip file. Upload the zip of an app.');
}

function checkPlain(zip: Buffer, position: number): void {
  const locator = position - ZIP64_LOCATOR_LENGTH;
  const hasLocator = locator >= 0 && zip.subarray(locator, locator + 4).equals(ZIP64_LOCATOR);
  const counts = [4, 6, 8, 10].map((at) => zip.readUInt16LE(position + at));
  const places = [12, 16].map((at) => zip.readUInt32LE(position + at));
  if (hasLocator || counts.includes(0xffff) || places.includes(0xffffffff)) {
    throw refusal(
      'zip64',
      'The zip is in the Zip64 format, which no app of this size needs. Make an ordinary zip.',
    );
  }
  const [disk, firstDisk, onDisk, all] = counts;
  if (disk !== 0 || firstDisk !== 0 || onDisk !== all) {
    throw refusal('multi-disk', 'The zip is one part of several. Make a single zip.');
  }
}

/** Finds the central directory. Judges by the end record alone, before any entry is read. */
export function readZipEnd(zip: Buffer): ZipEnd {
  checkOutside(zip);
  const position = locateEnd(zip);
  checkPlain(zip, position);
  const entries = zip.readUInt16LE(position + 10);
  const start = zip.readUInt32LE(position + 16);
  if (entries > ZIP_LIMITS.entries) {
    const text = `The zip has ${entries} entries; ${ZIP_LIMITS.entries} are allowed. Take files out of it.`;
    throw refusal('too-many-entries', text);
  }
  if (start + zip.readUInt32LE(position + 12) !== position) {
    throw refusal('directory-damaged', "The zip's list of files is not where its end says. Make it anew.");
  }
  if (entries === 0) throw refusal('empty', 'The zip is empty. Put vumi.json and workers/worker.js into it.');
  return { start, end: position, entries };
}
