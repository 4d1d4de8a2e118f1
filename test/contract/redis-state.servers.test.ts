import { randomBytes } from 'node:crypto';
import { silentLogger, type KeyedState } from '@vumi/core';
import { connectRedisState } from '@vumi/state';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requireServer } from '../backend.ts';
import { deleteKeys } from './state-place.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const DEADLINE_MS = 300;

describe('state on a Redis whose connection breaks', () => {
  let proxy: TcpProxy;
  let state: KeyedState;
  let prefix: string;

  beforeEach(async () => {
    const url = new URL(await requireServer('redis'));
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.host = `127.0.0.1:${proxy.port}`;
    prefix = `contract_${randomBytes(6).toString('hex')}:`;
    state = await connectRedisState({ url: url.href, prefix, deadlineMs: DEADLINE_MS, logger: silentLogger });
  });
  afterEach(async () => {
    proxy.mend();
    await state[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await deleteKeys(await requireServer('redis'), prefix);
  });

  test('carries on by itself', async () => {
    await state.set('key', '1');
    for (let round = 0; round < 3; round += 1) {
      proxy.cut();
      await expect.poll(() => state.get('key').catch(() => 'away')).toBe('1');
    }
  });

  test('answers that it is away instead of hanging, and comes back', async () => {
    await state.set('key', '1');
    proxy.sever();
    await expect.poll(() => codeOf(state.get('key'))).toBe('state.unavailable');
    await expect(state.increment('counter', 1)).rejects.toMatchObject({ code: 'state.unavailable' });
    proxy.mend();
    await expect.poll(() => state.get('key').catch(() => 'away')).toBe('1');
    expect(await state.get('counter')).toBeNull();
  });

  test('counts no confirmed increment twice and loses none', async () => {
    let confirmed = 0;
    let unknown = 0;
    for (let n = 0; n < 500; n += 1) {
      if (n % 100 === 50) setImmediate(() => proxy.cut());
      await state.increment('counter', 1).then(
        () => (confirmed += 1),
        () => (unknown += 1),
      );
    }
    const counted = Number(await state.get('counter'));
    expect(counted).toBeGreaterThanOrEqual(confirmed);
    expect(counted).toBeLessThanOrEqual(confirmed + unknown);
  });

  test('is fresh for one commit, however often the line breaks', async () => {
    for (let n = 0; n < 100; n += 1) {
      if (n % 20 === 10) setImmediate(() => proxy.cut());
      const commit = {
        marker: `done/${n}`,
        markerTtlMs: 60_000,
        writes: [{ op: 'increment' as const, key: 'commits', by: 1 }],
        outbox: [String(n)],
      };
      await expect.poll(() => state.commit(commit).catch(() => null)).toMatchObject({ outbox: [String(n)] });
    }
    expect(await state.get('commits')).toBe('100');
  });
});

test('says where it looked when there is no Redis', async () => {
  const options = { url: 'redis://127.0.0.1:1', deadlineMs: DEADLINE_MS, logger: silentLogger };
  await expect(connectRedisState(options)).rejects.toMatchObject({
    code: 'state.unavailable',
    message: expect.stringContaining('127.0.0.1:1') as string,
  });
});

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}
