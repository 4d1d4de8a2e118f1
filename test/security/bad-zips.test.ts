import AdmZip from 'adm-zip';
import { expect, test } from 'vitest';
import { VumiError } from '@vumi/core';
import { intakeBundle } from '@vumi/sandbox';
import { asset, badZips, CODE, extra, MANIFEST, named, plain, withWorker, WORKER } from './bad-zip-cases.ts';
import { buildZip } from './zip-builder.ts';

const MOST_CPU_MS = 2000;
const MOST_MEMORY = 100 * 1024 * 1024;

async function thrown(zip: Buffer): Promise<unknown> {
  try {
    await intakeBundle(zip);
  } catch (error) {
    return error;
  }
  return 'it was accepted';
}

test.each(badZips)('%s is refused (%s)', async (_label, reason, make) => {
  const zip = await make();
  const before = process.cpuUsage();
  const peak = process.resourceUsage().maxRSS;
  const error = await thrown(zip);
  const { user } = process.cpuUsage(before);
  const grown = (process.resourceUsage().maxRSS - peak) * 1024;
  expect(error).toBeInstanceOf(VumiError);
  expect(error).toMatchObject({ code: 'bundle.refused', details: { reason } });
  expect(user / 1000).toBeLessThan(MOST_CPU_MS);
  expect(grown).toBeLessThan(MOST_MEMORY);
});

test('no message carries what a terminal would obey', async () => {
  const error = (await thrown(named('assets/\u001b]0;x\u0007\u202e'))) as VumiError;
  expect(error.message).toMatch(/^[\u0020-\u007e\ufffd]+$/);
  expect(JSON.stringify(error.details)).not.toMatch(/\\u001b|\u202e/);
});

test('a refusal names the file and what to do', async () => {
  const error = (await thrown(named('assets/.htaccess'))) as VumiError;
  expect(error.message).toBe('The name "assets/.htaccess" starts with a dot. Leave it out of the zip.');
  expect(error.details).toEqual({ reason: 'dotfile', file: 'assets/.htaccess' });
});

test('every truncation of a good zip is refused', async () => {
  const zip = buildZip([{ ...WORKER, descriptor: 'signed' }, MANIFEST], {
    comment: Buffer.from('a comment'),
  });
  for (let length = 0; length < zip.length; length++) {
    expect(await thrown(zip.subarray(0, length))).toMatchObject({ code: 'bundle.refused' });
  }
});

test('a zip with any one byte changed is either refused or still a bundle', async () => {
  const zip = buildZip([WORKER, { ...MANIFEST, isStored: true }]);
  for (let at = 0; at < zip.length; at++) {
    const changed = Buffer.from(zip);
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    const error = await thrown(changed);
    if (error !== 'it was accepted') expect(error).toMatchObject({ code: 'bundle.refused' });
  }
});

const good: readonly (readonly [label: string, make: () => Buffer])[] = [
  ['made by hand', plain],
  ['with stored files', () => buildZip([{ ...WORKER, isStored: true }, MANIFEST])],
  [
    'with signed data descriptors',
    () =>
      buildZip([
        { ...WORKER, descriptor: 'signed' },
        { ...MANIFEST, descriptor: 'signed' },
      ]),
  ],
  ['with bare data descriptors', () => buildZip([{ ...WORKER, descriptor: 'bare' }])],
  [
    'with a descriptor and sizes before the data',
    () => buildZip([{ ...WORKER, descriptor: 'signed', local: { size: CODE.length } }]),
  ],
  ['without a manifest', () => buildZip([WORKER])],
  ['with folders of their own', () => buildZip([{ name: 'workers/' }, WORKER, { name: 'assets/' }])],
  ['with a comment', () => plain({ comment: Buffer.from('made by somebody') })],
  ['in another order', () => buildZip([MANIFEST, WORKER].toReversed())],
  [
    'with a nested zip, which stays closed',
    () => withWorker({ name: 'assets/inner.zip', content: plain(), isStored: true }),
  ],
  ['with an empty file', () => withWorker({ name: 'assets/empty.txt' })],
  ['with a byte order mark', () => buildZip([{ ...WORKER, content: `\ufeff${CODE}` }])],
  [
    'with times in extra fields',
    () =>
      asset({
        local: { extra: extra(0x5455, Buffer.alloc(9)) },
        central: { extra: extra(0x5455, Buffer.alloc(5)) },
      }),
  ],
  ['with a small file that compresses well', () => asset({ content: ' '.repeat(60_000) })],
  [
    'with names as long and deep as is allowed',
    () => buildZip([WORKER, { name: `assets/${'a/'.repeat(8)}x` }, { name: `assets/${'a'.repeat(193)}` }]),
  ],
];

test.each(good)('a zip %s is accepted', async (_label, make) => {
  const bundle = await intakeBundle(make());
  expect(bundle.worker.code).toContain('onMessage');
  expect(bundle.warnings).toEqual([]);
});

test('a zip of another tool is accepted', async () => {
  const zip = new AdmZip();
  zip.addFile('vumi.json', Buffer.from('{"name":"Test"}'));
  zip.addFile('workers/worker.js', Buffer.from(CODE));
  zip.addFile('assets/', Buffer.alloc(0));
  const bundle = await intakeBundle(zip.toBuffer());
  expect(bundle.manifest).toEqual({ name: 'Test' });
});

test('what belongs to no app is left out with a warning', async () => {
  const bundle = await intakeBundle(
    buildZip([
      WORKER,
      { name: 'README.md' },
      { name: 'LICENSE' },
      { name: 'transcript.json', content: '[]' },
      { name: 'package.json', content: '{}' },
      { name: 'notes.txt', content: 'x' },
      { name: 'node_modules/x/index.js', content: 'x' },
      { name: 'assets/app.js', content: '<html>' },
      { name: 'assets/app.js.map', content: '{"sourcesContent":["secret"]}' },
      { name: 'assets/logo.svg', content: '<svg><script>1</script></svg>' },
      { name: 'assets/unknown.php', content: 'x' },
      { name: 'index.html', content: '<p>' },
      { name: '.DS_Store', content: 'x' },
      { name: '__MACOSX/._index.html', content: 'x' },
    ]),
  );
  expect(bundle.files.map(({ path, content_type }) => [path, content_type])).toEqual([
    ['assets/app.js', 'text/javascript; charset=utf-8'],
    ['assets/logo.svg', 'image/svg+xml'],
    ['assets/unknown.php', 'application/octet-stream'],
    ['index.html', 'text/html; charset=utf-8'],
  ]);
  expect(bundle.warnings).toEqual([
    'Left out what macOS adds to a zip: __MACOSX, .DS_Store',
    'Left out source maps, which would show your sources to everybody: assets/app.js.map',
    'Left out what is no part of an app: notes.txt, node_modules/x/index.js',
  ]);
});
