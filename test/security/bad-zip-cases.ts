import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { buildZip, deflateZeros, fields, localPart, type RawEntry, type RawZip } from './zip-builder.ts';

const MB = 1024 * 1024;

export const CODE = "import { defineApp } from '@vumi/sdk';\nexport default defineApp({ onMessage() {} });\n";
export const WORKER: RawEntry = { name: 'workers/worker.js', content: CODE };
export const MANIFEST: RawEntry = { name: 'vumi.json', content: '{"name":"Test"}' };

export function withWorker(entry: RawEntry, zip: RawZip = {}): Buffer {
  return buildZip([MANIFEST, WORKER, entry], zip);
}

export function asset(change: Partial<RawEntry>): Buffer {
  return withWorker({ name: 'assets/a.txt', content: 'some text', ...change });
}

export function named(name: string | Buffer): Buffer {
  return withWorker({ name, content: name.at(-1) === '/' ? '' : 'x' });
}

export function plain(zip: RawZip = {}): Buffer {
  return buildZip([MANIFEST, WORKER], zip);
}

/** An extra field: two bytes of id, two of length, and the rest. */
export function extra(id: number, data: Buffer): Buffer {
  return Buffer.concat([fields([2, id], [2, data.length]), data]);
}

/** A stored entry whose data is another entry. */
function overlapping(): Buffer {
  const inner: RawEntry = { name: 'assets/inner.txt', content: 'x'.repeat(500), isStored: true };
  const outer: RawEntry = { name: 'assets/outer.txt', content: localPart(inner), isStored: true };
  const header = localPart(outer).length - localPart(inner).length;
  const innerStart = localPart(WORKER).length + header;
  return buildZip([WORKER, outer, { ...inner, isCentralOnly: true, central: { localStart: innerStart } }]);
}

/** Many entries of the directory for one place in the file. */
function repeated(): Buffer {
  const kernel: RawEntry = { name: 'assets/0', content: Buffer.alloc(60_000) };
  const copies = Array.from({ length: 50 }, (_, index) => ({
    ...kernel,
    name: `assets/${index + 1}`,
    isCentralOnly: true,
    central: { localStart: localPart(WORKER).length },
  }));
  return buildZip([WORKER, kernel, ...copies]);
}

function bomb(size: number, change: Partial<RawEntry>): Promise<Buffer> {
  return deflateZeros(size).then((data) =>
    withWorker({
      name: 'assets/bomb.txt',
      data,
      local: { method: 8, size, compressedSize: data.length },
      central: { method: 8, size, compressedSize: data.length },
      ...change,
    }),
  );
}

function manyEntries(count: number): Buffer {
  const entries = Array.from({ length: count }, (_, index) => ({ name: `assets/${index}`, content: '' }));
  return buildZip([WORKER, ...entries], { end: { entries: (count + 1) % 0x10000 } });
}

/** Bytes that deflate to about a tenth: under the ratio, and small enough to upload. */
function compressible(size: number): Buffer {
  const pieces = Array.from({ length: 64 }, () => Buffer.concat([randomBytes(64), Buffer.alloc(960)]));
  return Buffer.alloc(size, Buffer.concat(pieces));
}

function heavy(count: number, size: number): Buffer {
  const entries = Array.from({ length: count }, (_, index) => ({
    name: `assets/${index}`,
    content: compressible(size),
  }));
  return buildZip([WORKER, ...entries]);
}

/** Every row of spec sandbox-security §3.5 and of its further list, with the reason of the refusal. */
export const badZips: readonly (readonly [
  label: string,
  reason: string,
  make: () => Buffer | Promise<Buffer>,
])[] = [
  ['a name with ../', 'name-traversal', () => named('assets/../../etc/x')],
  ['a name that starts with ../', 'name-traversal', () => named('../../etc/x')],
  ['a name with ..\\', 'name-backslash', () => named('..\\..\\x')],
  ['an absolute name', 'name-absolute', () => named('/etc/passwd')],
  ['a name with a drive', 'name-drive', () => named('C:/windows/x')],
  ['a name with a dot as a part', 'name-traversal', () => named('assets/./x')],
  ['a name with an empty part', 'name-empty-part', () => named('assets//x')],
  ['an empty name', 'name-empty-part', () => named('')],
  ['../ hidden among what macOS leaves', 'name-traversal', () => named('__MACOSX/../../x')],
  ['the worker twice', 'duplicate', () => withWorker(WORKER)],
  ['a folder twice', 'duplicate', () => buildZip([WORKER, { name: 'assets/' }, { name: 'assets/' }])],
  ['a worker in other case', 'names-collide', () => named('Workers/Worker.js')],
  [
    'two files that differ in case only',
    'names-collide',
    () => buildZip([WORKER, { name: 'assets/a' }, { name: 'assets/A' }]),
  ],
  [
    'two folders that differ in case only',
    'names-collide',
    () => buildZip([WORKER, { name: 'assets/b/a' }, { name: 'assets/B/c' }]),
  ],
  ['a composed and a decomposed letter', 'name-characters', () => named('assets/caf\u00e9')],
  ['a symbolic link', 'not-a-file', () => asset({ mode: 0o120777, content: '/etc/passwd' })],
  ['a device', 'not-a-file', () => asset({ mode: 0o020666 })],
  ['a named pipe', 'not-a-file', () => asset({ mode: 0o010644 })],
  ['a socket', 'not-a-file', () => asset({ mode: 0o140644 })],
  ['a folder without its slash', 'not-a-file', () => asset({ mode: 0o040755 })],
  ['a DOS folder without its slash', 'not-a-file', () => asset({ central: { attributes: 0x10 } })],
  [
    'a file with the slash of a folder',
    'not-a-file',
    () => withWorker({ name: 'assets/x/', mode: 0o100644 }),
  ],
  ['a folder with content', 'not-a-file', () => withWorker({ name: 'assets/x/', content: 'text' })],
  ['a wrong CRC', 'crc-differs', () => asset({ local: { crc: 1 }, central: { crc: 1 } })],
  [
    'a wrong CRC of a stored file',
    'crc-differs',
    () => asset({ isStored: true, local: { crc: 1 }, central: { crc: 1 } }),
  ],
  [
    'a wrong CRC of what would be ignored',
    'crc-differs',
    () => asset({ name: 'notes.txt', local: { crc: 1 }, central: { crc: 1 } }),
  ],
  ['a size that is too small', 'size-differs', () => asset({ local: { size: 3 }, central: { size: 3 } })],
  ['a size that is too large', 'size-differs', () => asset({ local: { size: 30 }, central: { size: 30 } })],
  ['a size of nothing', 'size-differs', () => asset({ local: { size: 0 }, central: { size: 0 } })],
  [
    'two sizes of a stored file',
    'size-differs',
    () => asset({ isStored: true, local: { size: 3 }, central: { size: 3 } }),
  ],
  [
    '300 MB that say 10 bytes',
    'size-differs',
    () => bomb(300 * MB, { local: { method: 8, size: 10 }, central: { method: 8, size: 10 } }),
  ],
  ['300 MB in 300 KB', 'ratio', () => bomb(300 * MB, {})],
  ['4 MB in 4 KB', 'ratio', () => bomb(4 * MB, {})],
  ['an overlap of entries', 'overlap', overlapping],
  ['fifty entries at one place', 'overlap', repeated],
  ['3,000 entries', 'too-many-entries', () => manyEntries(3000)],
  ['100,000 entries, of which the end counts the rest', 'too-many-entries', () => manyEntries(99_999)],
  ['65,534 entries that are only claimed', 'too-many-entries', () => plain({ end: { entries: 65_534 } })],
  ['66,000 entries that say 464', 'entry-count', () => manyEntries(65_999)],
  ['more entries than it says', 'entry-count', () => plain({ end: { entries: 1 } })],
  ['fewer entries than it says', 'entry-count', () => plain({ end: { entries: 3 } })],
  ['an encrypted file', 'encrypted', () => asset({ flags: 0x801 })],
  ['strong encryption', 'encrypted', () => asset({ flags: 0x841 })],
  ['masked headers', 'encrypted', () => asset({ flags: 0x2800 })],
  ['a flag of encryption before the data only', 'headers-differ', () => asset({ local: { flags: 0x801 } })],
  ['bzip2', 'unsupported-compression', () => asset({ local: { method: 12 }, central: { method: 12 } })],
  ['patched data', 'unsupported-compression', () => asset({ flags: 0x820 })],
  ['another method before the data', 'headers-differ', () => asset({ local: { method: 0 } })],
  ['another name before the data', 'names-differ', () => asset({ local: { name: 'assets/b.txt' } })],
  [
    'a second name in an extra field',
    'names-differ',
    () => asset({ central: { extra: extra(0x7075, Buffer.from('\u0001\0\0\0\0../x')) } }),
  ],
  ['another size before the data', 'headers-differ', () => asset({ local: { size: 5 } })],
  ['another CRC before the data', 'headers-differ', () => asset({ local: { crc: 5 } })],
  ['a name of broken UTF-8', 'name-characters', () => named(Buffer.from([0x61, 0xff, 0xfe]))],
  ['a name with NUL', 'name-characters', () => named('assets/a\0.js')],
  ['a name with a line break', 'name-characters', () => named('assets/a\n.js')],
  ['a name with a terminal escape', 'name-characters', () => named('assets/\u001b[2J')],
  ['a name that turns its letters', 'name-characters', () => named('assets/\u202esj.txt')],
  ['a name with a space', 'name-characters', () => named('assets/my file.txt')],
  ['a name with a percent sign', 'name-characters', () => named('assets/%2e%2e')],
  ['junk before', 'junk-before', () => Buffer.concat([Buffer.from('#!/bin/sh\n'), plain()])],
  [
    'junk before that the offsets know of',
    'junk-before',
    () => plain({ before: Buffer.from('GIF89a......') }),
  ],
  [
    'an entry before the first',
    'hidden-bytes',
    () => plain({ before: localPart({ name: 'x', content: 'x' }) }),
  ],
  ['junk after', 'junk-after', () => plain({ afterEnd: Buffer.from('more') })],
  [
    'junk between two files',
    'hidden-bytes',
    () => buildZip([{ ...WORKER, after: Buffer.from('x') }, MANIFEST]),
  ],
  [
    'junk before the directory',
    'hidden-bytes',
    () => buildZip([MANIFEST, { ...WORKER, after: Buffer.from('x') }]),
  ],
  ['junk after the directory', 'directory-damaged', () => plain({ beforeEnd: Buffer.from('x') })],
  [
    'junk inside the directory',
    'entry-count',
    () => plain({ beforeEnd: Buffer.from('x'), end: { size: 119 } }),
  ],
  [
    'junk after the end of the deflated data',
    'hidden-bytes',
    () => asset({ data: Buffer.concat([deflateRawSync('some text'), Buffer.from('xx')]) }),
  ],
  [
    'deflated data that is none',
    'compression-damaged',
    () => asset({ data: Buffer.from([0xff, 0xff, 0xff]) }),
  ],
  [
    'deflated data that is cut',
    'compression-damaged',
    () => asset({ data: deflateRawSync('some text').subarray(0, 5) }),
  ],
  [
    'a Zip64 locator',
    'zip64',
    () =>
      plain({
        beforeEnd: Buffer.concat([fields([4, 0x07064b50], [4, 0], [4, 0xffffffff], [4, 0x7fffffff], [4, 1])]),
      }),
  ],
  [
    'Zip64 in the end record',
    'zip64',
    () => plain({ end: { entries: 0xffff, size: 0xffffffff, start: 0xffffffff } }),
  ],
  [
    'Zip64 sizes of an entry',
    'zip64',
    () => asset({ central: { size: 0xffffffff, extra: extra(1, Buffer.alloc(8, 0x7f)) } }),
  ],
  ['Zip64 before the data only', 'zip64', () => asset({ local: { extra: extra(1, Buffer.alloc(16)) } })],
  [
    'a size of 4 GB without Zip64',
    'ratio',
    () => asset({ local: { size: 0xffffffff }, central: { size: 0xffffffff } }),
  ],
  ['an offset far outside', 'hidden-bytes', () => asset({ central: { localStart: 0xfffffff0 } })],
  ['a directory far outside', 'directory-damaged', () => plain({ end: { start: 0xfffffff0 } })],
  [
    'compressed data beyond the files',
    'overlap',
    () => asset({ local: { compressedSize: 5000 }, central: { compressedSize: 5000 } }),
  ],
  ['one part of several', 'multi-disk', () => plain({ end: { disk: 1 } })],
  ['entries on another disk', 'multi-disk', () => plain({ end: { entriesOnDisk: 1, entries: 2 } })],
  ['one file on another disk', 'multi-disk', () => asset({ central: { disk: 2 } })],
  ['an empty zip', 'empty', () => buildZip([])],
  ['no zip', 'not-a-zip', () => Buffer.from('<!doctype html><title>not a zip</title>')],
  ['nothing at all', 'not-a-zip', () => Buffer.alloc(0)],
  ['a gzip', 'not-a-zip', () => Buffer.from('1f8b0800000000000003', 'hex')],
  [
    'a folder in place of the worker',
    'worker-is-folder',
    () => buildZip([{ name: 'workers/worker.js/' }, { name: 'index.html' }]),
  ],
  [
    'a file in a folder in place of the worker',
    'worker-missing',
    () => buildZip([{ name: 'workers/worker.js/index.txt' }]),
  ],
  ['the worker as a file and a folder', 'file-and-folder', () => named('workers/worker.js/')],
  [
    'a file and a folder of one name',
    'file-and-folder',
    () => buildZip([WORKER, { name: 'assets/a' }, { name: 'assets/a/b' }]),
  ],
  ['a name of 4 KB', 'name-too-long', () => named(`assets/${'a'.repeat(4096)}`)],
  ['a name of 201 characters', 'name-too-long', () => named(`assets/${'a'.repeat(194)}`)],
  ['a depth of 99', 'name-too-deep', () => named('a/'.repeat(99))],
  ['a depth of 200', 'name-too-long', () => named('a/'.repeat(200))],
  ['a depth of 11', 'name-too-deep', () => named(`assets/${'a/'.repeat(9)}x`)],
  ...['CON', 'nul.txt', 'Aux.js', 'com1', 'LPT9.css', 'x.'].map(
    (name) => [`the reserved name ${name}`, 'name-reserved', () => named(`assets/${name}`)] as const,
  ),
  [
    'a descriptor of another size',
    'descriptor-differs',
    () => asset({ descriptor: fields([4, 0x08074b50], [4, 1], [4, 2], [4, 3]) }),
  ],
  ['a descriptor that is missing', 'descriptor-differs', () => asset({ descriptor: Buffer.alloc(0) })],
  ['a descriptor of a strange length', 'descriptor-differs', () => asset({ descriptor: Buffer.alloc(20) })],
  [
    'a comment with an end of its own',
    'ambiguous-end',
    () => plain({ comment: fields([4, 0x06054b50], [4, 0], [4, 0], [4, 0], [4, 0], [2, 0]) }),
  ],
  [
    'a comment with the signature of an end',
    'ambiguous-end',
    () => plain({ comment: Buffer.concat([fields([4, 0x06054b50]), Buffer.alloc(40, 0x41)]) }),
  ],
  ['a comment with a whole zip', 'ambiguous-end', () => plain({ comment: plain() })],
  ['a comment that is cut', 'truncated', () => plain({ end: { commentLength: 10 } })],
  ['an upload cut in half', 'truncated', () => plain().subarray(0, 200)],
  ['an upload without its last byte', 'truncated', () => plain().subarray(0, -1)],
  ['no worker', 'worker-missing', () => buildZip([MANIFEST, { name: 'index.html', content: '<p>' }])],
  [
    'a worker in upper case',
    'worker-missing',
    () => buildZip([MANIFEST, { ...WORKER, name: 'workers/Worker.js' }]),
  ],
  ['two workers', 'worker-twice', () => withWorker({ name: 'workers/worker.ts', content: CODE })],
  ['a worker of 50 MB', 'ratio', () => buildZip([{ ...WORKER, content: Buffer.alloc(50 * MB, ' ') }])],
  [
    'a worker of 1.5 MB',
    'worker-too-large',
    () => buildZip([{ ...WORKER, content: compressible(1.5 * MB) }]),
  ],
  ['an asset of 6 MB', 'file-too-large', () => heavy(1, 6 * MB)],
  ['40 MB of assets', 'total-too-large', () => heavy(10, 4 * MB)],
  [
    'a zip of 11 MB',
    'zip-too-large',
    () => buildZip([WORKER, { name: 'assets/a', content: randomBytes(11 * MB), isStored: true }]),
  ],
  [
    'a worker in UTF-16',
    'text-encoding',
    () => buildZip([{ ...WORKER, content: Buffer.from(`\ufeff${CODE}`, 'utf16le') }]),
  ],
  [
    'a worker in UTF-16 without a mark',
    'text-encoding',
    () => buildZip([{ ...WORKER, content: Buffer.from(CODE, 'utf16le') }]),
  ],
  ['a worker with NUL', 'text-encoding', () => buildZip([{ ...WORKER, content: `${CODE}// \0` }])],
  [
    'a worker in Latin-1',
    'text-encoding',
    () => buildZip([{ ...WORKER, content: Buffer.from('// caf\u00e9', 'latin1') }]),
  ],
  [
    'a manifest in UTF-16',
    'text-encoding',
    () => buildZip([WORKER, { name: 'vumi.json', content: Buffer.from('\ufeff{}', 'utf16le') }]),
  ],
  [
    'a manifest that is not JSON',
    'manifest-not-json',
    () => buildZip([WORKER, { name: 'vumi.json', content: '{' }]),
  ],
  [
    'a manifest with an unknown member',
    'manifest-invalid',
    () => buildZip([WORKER, { name: 'vumi.json', content: '{"nmae":"x"}' }]),
  ],
  ...['.env', '.htaccess', '.git/config', 'assets/.htaccess', 'workers/.npmrc'].map(
    (name) => [`the dotfile ${name}`, 'dotfile', () => named(name)] as const,
  ),
  [
    'a folder around everything',
    'top-folder',
    () => buildZip([{ ...WORKER, name: 'my app/workers/worker.js' }, { name: 'my app/vumi.json' }]),
  ],
  [
    'a folder as macOS zips it',
    'top-folder',
    () =>
      buildZip([
        { name: 'app/' },
        { ...WORKER, name: 'app/workers/worker.js' },
        { name: '__MACOSX/app/._x' },
      ]),
  ],
];
