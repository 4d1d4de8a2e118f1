import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@vumi/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbeddedState } from './embedded-state.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'vumi-embedded-state-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('keeps values, markers and their expiry over a restart', async () => {
  let now = 1_000_000;
  const clock = (): number => now;
  const commit = { marker: 'done/1', markerTtlMs: 500, writes: [], outbox: ['reply'] };
  {
    await using state = await openEmbeddedState({ dataDir, logger: silentLogger, clock });
    await state.set('for ever', '1');
    await state.set('for a while', '1', 1_000);
    await state.commit(commit);
  }
  await using state = await openEmbeddedState({ dataDir, logger: silentLogger, clock });
  now += 499;
  expect(await state.committed('done/1')).toEqual(['reply']);
  now += 1;
  expect(await state.committed('done/1')).toBeNull();
  expect(await state.get('for a while')).toBe('1');
  now += 500;
  expect(await state.get('for a while')).toBeNull();
  expect(await state.get('for ever')).toBe('1');
});

test('answers that it is away once it is closed', async () => {
  const state = await openEmbeddedState({ dataDir, logger: silentLogger });
  await state[Symbol.asyncDispose]();
  await expect(state.get('key')).rejects.toMatchObject({ code: 'state.unavailable' });
});
