import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readOptionsFile, readSetOption } from './worker-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-worker-file-'));
  await mkdir(join(folder, 'more'));
});
afterAll(async () => rm(folder, { recursive: true }));

async function read(files: Readonly<Record<string, string>>): Promise<unknown> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return readOptionsFile(join(folder, Object.keys(files)[0] ?? ''));
}

test.each<[string, Readonly<Record<string, string>>, unknown]>([
  ['nothing', { 'empty.yaml': '# later\n' }, {}],
  ['what Python reads as true', { 'yes.yaml': 'tls: yes\nudh: off\n' }, { tls: true, udh: false }],
  [
    'numbers as keys with their plus',
    { 'keys.yaml': 'm:\n  +27761234567: a\n  8000: b\n' },
    { m: { '+27761234567': 'a', 8000: 'b' } },
  ],
  [
    'what is indented with tabs',
    { 'tabs.yaml': 'fields:\n\t- a\n\t- b\nmore:\n\tdeep: 1\n' },
    { fields: ['a', 'b'], more: { deep: 1 } },
  ],
  [
    'what is merged',
    { 'merge.yaml': 'a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n' },
    { a: { x: 1 }, b: { x: 1, y: 2 } },
  ],
  [
    'what another file has, and that another, each from where it is',
    {
      'outer.yaml': 'password: !include more/inner.yaml\n',
      'more/inner.yaml': 'deep: !include ../leaf.yaml\n',
      'leaf.yaml': '- 1\n',
    },
    { password: { deep: [1] } },
  ],
])('%s is read', async (_label, files, options) => {
  expect(await read(files)).toEqual(options);
});

test('files of code begin where the file of options is', async () => {
  const text = `
router_class: ./my-router.ts
router: {file: ./other.ts}
middleware: [{mine: {file: ./mine.ts}}, {log: logging}]
workers: {one: ./one.ts, two: smpp}
url: ./not-code.ts
`;
  expect(await read({ 'code.yaml': text })).toEqual({
    router_class: join(folder, 'my-router.ts'),
    router: { file: join(folder, 'other.ts') },
    middleware: [{ mine: { file: join(folder, 'mine.ts') } }, { log: 'logging' }],
    workers: { one: join(folder, 'one.ts'), two: 'smpp' },
    url: './not-code.ts',
  });
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['a list', { 'list.yaml': '- a\n' }, 'must hold options'],
  ['no YAML', { 'broken.yaml': 'a: [\n' }, 'cannot read'],
  ['a circle', { 'a.yaml': 'x: !include b.yaml\n', 'b.yaml': 'y: !include a.yaml\n' }, 'includes itself'],
  ['an include that is missing', { 'c.yaml': 'x: !include nowhere.yaml\n' }, 'nowhere.yaml'],
  ['an option twice', { 'twice.yaml': 'a: 1\na: 2\n' }, 'unique'],
])('%s is refused', async (_label, files, text) => {
  await expect(read(files)).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining(text),
  });
});

test.each([
  ['a:b', ['a', 'b']],
  ['url:http://host:1/', ['url', 'http://host:1/']],
  ['a:', ['a', '']],
])('--set-option %s', (text, pair) => {
  expect(readSetOption(text)).toEqual(pair);
});

test.each([['a'], [':a']])('--set-option %s is refused', (text) => {
  expect(() => readSetOption(text)).toThrow('key:value');
});
