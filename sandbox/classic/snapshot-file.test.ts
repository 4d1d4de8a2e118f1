import {
  appendFile,
  chmod,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { readSnapshotFile, writeSnapshotFile } from './snapshot-file.ts';

let folder = '';
let file = '';
let input = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  input = join(folder, 'input.js');
  file = join(folder, 'kept', 'classic.snapshot');
  await writeFile(input, 'var a;');
  await writeSnapshotFile(file, 'node 1', { snapshot: 'c25hcA==', inputs: [input] });
});

test('what was kept is read again by the same Node, and nothing else lies about', async () => {
  expect(await readSnapshotFile(file, 'node 1')).toBe('c25hcA==');
  expect(await readdir(join(folder, 'kept'))).toEqual(['classic.snapshot']);
});

test('it may be kept again', async () => {
  await writeSnapshotFile(file, 'node 2', { snapshot: 'bmV3', inputs: [] });
  expect(await readSnapshotFile(file, 'node 2')).toBe('bmV3');
});

test.each<[string, () => Promise<unknown>]>([
  ['that is not there', () => rm(file)],
  [
    'one byte of which has changed',
    async () => writeFile(file, (await readFile(file, 'latin1')).replace('c25', 'c26')),
  ],
  ['that was cut off', async () => truncate(file, (await readFile(file)).length - 1)],
  ['that has grown', () => appendFile(file, '=')],
  ['without a header', () => writeFile(file, 'c25hcA==')],
  ['that is empty', () => writeFile(file, '')],
  [
    'whose header says something else',
    async () => writeFile(file, (await readFile(file, 'latin1')).replace('node 1', 'node 2')),
  ],
  ['of which an input has changed', () => writeFile(input, 'var b;')],
  ['an input of which is gone', () => rm(input)],
  ['that others may write', () => chmod(file, 0o666)],
  [
    'that is a link',
    async () => {
      const target = join(folder, 'target');
      await writeFile(target, await readFile(file), { mode: 0o600 });
      await rm(file);
      await symlink(target, file);
    },
  ],
])('a file %s is not trusted', async (_label, spoil) => {
  await spoil();
  expect(await readSnapshotFile(file, 'node 1')).toBeNull();
});

test('what another Node has made is not trusted', async () => {
  expect(await readSnapshotFile(file, 'node 2')).toBeNull();
});
