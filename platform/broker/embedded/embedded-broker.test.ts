import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { EXCHANGES, silentLogger, type Broker, type Delivery } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbeddedBroker } from './embedded-broker.ts';

const VICTIM = new URL('./crash-victim.fixture.ts', import.meta.url);

describe('an embedded broker', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'vumi-embedded-broker-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const open = (): Promise<Broker> => openEmbeddedBroker({ dataDir, logger: silentLogger, retryDelayMs: 1 });

  async function drain(broker: Broker, queue: string, count: number): Promise<Map<string, Delivery>> {
    const got = new Map<string, Delivery>();
    const consumer = await broker.consume(queue, async (body, delivery) => void got.set(body, delivery), {
      prefetch: 100,
      failuresKey: `${queue}.failures`,
    });
    await expect.poll(() => got.size).toBe(count);
    await consumer[Symbol.asyncDispose]();
    return got;
  }

  test('keeps messages, bindings and the number of attempts over a restart', async () => {
    {
      await using broker = await open();
      await broker.bind('copy', 'original');
      await broker.publish('original', 'both');
      const rejected = Promise.withResolvers<void>();
      await using _ = await broker.consume(
        'original',
        async (_body, { attempt }) => {
          if (attempt === 2) rejected.resolve();
          throw new Error('no');
        },
        { prefetch: 1, maxAttempts: 100, failuresKey: 'failures' },
      );
      await rejected.promise;
    }
    await using broker = await open();
    const original = await drain(broker, 'original', 1);
    expect(original.get('both')).toMatchObject({ redelivered: true });
    expect(original.get('both')?.attempt).toBeGreaterThan(2);
    expect((await drain(broker, 'copy', 1)).get('both')).toEqual({ redelivered: true, attempt: 1 });
    await broker.publish('original', 'later');
    expect((await drain(broker, 'copy', 1)).get('later')).toEqual({ redelivered: false, attempt: 1 });
  });

  test('keeps a bounded number of what was published without confirms', async () => {
    await using broker = await open();
    await broker.bind('nobody', 'vumi.metrics', EXCHANGES.metrics);
    const fill = async (count: number): Promise<void> => {
      for (let each = 0; each < count; each += 1)
        await broker.publish('vumi.metrics', '{}', EXCHANGES.metrics);
      // All that was published before has arrived when this has.
      await broker.publish('vumi.metrics', '{}', { ...EXCHANGES.metrics, confirms: true });
    };
    await fill(10_000);
    const full = await broker.depth('nobody');
    expect(full).toBe(10_001);
    await fill(1000);
    expect(await broker.depth('nobody')).toBe(full + 1);
  });

  test('loses nothing that it confirmed, and brings back nothing acknowledged long ago, when it is killed', async () => {
    const victim = spawn(process.execPath, [...process.execArgv, VICTIM.pathname, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const confirmed = new Set<string>();
    const acknowledged: string[] = [];
    createInterface(victim.stdout).on('line', (line) => {
      const [what = '', body = ''] = line.split(' ');
      if (what === 'confirmed') confirmed.add(body);
      else acknowledged.push(body);
      if (confirmed.size === 1_500) victim.kill('SIGKILL');
    });
    expect(await once(victim, 'close')).toEqual([null, 'SIGKILL']);
    await using broker = await open();
    const handled = acknowledged.filter((body) => !body.startsWith('kept'));
    const kept = [...confirmed].filter((body) => body.startsWith('kept'));
    expect(kept.length).toBeGreaterThan(500);
    const depth = await broker.depth('kept');
    const survivors = await drain(broker, 'kept', depth);
    expect(kept.filter((body) => !survivors.has(body))).toEqual([]);
    expect([...survivors.values()].every(({ redelivered }) => redelivered)).toBe(true);
    const again = await drain(broker, 'handled', await broker.depth('handled'));
    const early = handled.slice(0, -200);
    expect(early.length).toBeGreaterThan(100);
    expect(early.filter((body) => again.has(body))).toEqual([]);
  });

  test('names the process that has its folder', async () => {
    await using _ = await open();
    await expect(open()).rejects.toMatchObject({
      code: 'data.in_use',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
  });

  test('keeps a long backlog on disk, in order, and the file from growing with the traffic', async () => {
    await using broker = await open();
    const body = (n: number): string => `${n} ${'x'.repeat(100)}`;
    const backlog = 25_000;
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(Array.from({ length: backlog }, (_, n) => broker.publish('long', body(n))));
      expect(await broker.depth('long')).toBe(backlog);
      const got = await drain(broker, 'long', backlog);
      expect([...got.keys()]).toEqual(Array.from({ length: backlog }, (_, n) => body(n)));
      expect(await broker.depth('long')).toBe(0);
    }
    const { size } = await stat(join(dataDir, 'broker.sqlite'));
    expect(size).toBeLessThan(1.5 * backlog * body(backlog).length);
  });
});
