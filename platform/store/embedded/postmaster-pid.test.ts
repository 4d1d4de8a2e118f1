import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parentOfServer, readPostmasterPid } from './postmaster-pid.ts';

let data: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'vumi-pid-'));
});

afterAll(() => rm(data, { recursive: true }));

test('without a file there is no server', async () => {
  expect(await readPostmasterPid(data)).toBeNull();
});

test.each([
  ['a server that is ready', '123\n/data\n1700000000\n5432\n\n127.0.0.1\n  1 2\nready   \n', 123, 'ready'],
  ['a server that has only begun', '123\n/data\n1700000000\n5432\n\n', 123, ''],
])('%s is read from its file', async (_label, text, pid, status) => {
  await writeFile(join(data, 'postmaster.pid'), text);
  expect(await readPostmasterPid(data)).toEqual({ pid, status, port: 5432 });
});

test.each([
  ['nothing', ''],
  ['no number', 'x\n'],
  ['the negative number of a single-user server', '-5\n'],
])('a file with %s names no server', async (_label, text) => {
  await writeFile(join(data, 'postmaster.pid'), text);
  expect(await readPostmasterPid(data)).toBeNull();
});

test('a process that is no server on the data has no parent of interest', async () => {
  expect(await parentOfServer(process.pid, data)).toBeNull();
  expect(await parentOfServer(2 ** 30, data)).toBeNull();
});
