import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournal } from './journal.ts';

type Request = readonly [op: 'add', text: string] | readonly [op: 'fail'] | readonly [op: 'all'];
type Reply = number | string[];

describe('a journal', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vumi-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = (name = 'journal.sqlite') =>
    openJournal<Request, Reply>({
      file: join(folder, name),
      thread: new URL('./notebook-thread.fixture.ts', import.meta.url),
      unavailable: 'store.unavailable',
      logger: silentLogger,
    });

  test('answers requests in order and keeps what they wrote', async () => {
    {
      await using journal = await open();
      const texts = Array.from({ length: 1_000 }, (_, n) => String(n));
      const replies = await Promise.all(texts.map((text) => journal.call(['add', text])));
      expect(replies.every((changes) => changes === 1)).toBe(true);
      expect(await journal.call(['all'])).toEqual(texts);
    }
    await using journal = await open();
    expect(await journal.call(['all'])).toHaveLength(1_000);
  });

  test('undoes all of a tick when one request fails, and carries on', async () => {
    await using journal = await open();
    const results = await Promise.allSettled([journal.call(['add', 'one']), journal.call(['fail'])]);
    const reason = expect.objectContaining({ code: 'store.unavailable' }) as unknown;
    expect(results).toMatchObject([{ reason }, { reason }]);
    await journal.call(['add', 'two']);
    expect(await journal.call(['all'])).toEqual(['two']);
  });

  test('carries out what was asked before it is closed', async () => {
    const journal = await open();
    const last = journal.call(['add', 'last']);
    await journal[Symbol.asyncDispose]();
    expect(await last).toBe(1);
    await expect(journal.call(['all'])).rejects.toMatchObject({ code: 'store.unavailable' });
  });

  test('belongs to one owner', async () => {
    await using _ = await open();
    await expect(open()).rejects.toMatchObject({ code: 'data.in_use' });
    await using other = await open('other.sqlite');
    expect(await other.call(['all'])).toEqual([]);
  });
});
