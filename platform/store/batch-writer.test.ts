import { silentLogger, VumiError } from '@vumi/core';
import { describe, expect, test, vi } from 'vitest';
import { BatchWriter, type BatchWriterOptions } from './batch-writer.ts';

function open(options: Partial<BatchWriterOptions<number>> & Pick<BatchWriterOptions<number>, 'write'>) {
  return new BatchWriter<number>({ logger: silentLogger, rows: 'numbers', ...options });
}

const unavailable = (): VumiError => new VumiError('store.unavailable', 'away');

describe('a batch writer', () => {
  test('writes rows of one moment together and in order', async () => {
    const written: (readonly number[])[] = [];
    await using writer = open({ write: async (rows) => void written.push(rows) });
    await Promise.all([1, 2, 3].map((row) => writer.add(row)));
    expect(written).toEqual([[1, 2, 3]]);
  });

  test('writes no more rows at once than it may, and so many steps at once', async () => {
    let flights = 0;
    let most = 0;
    const sizes: number[] = [];
    await using writer = open({
      maxRows: 10,
      maxFlights: 2,
      write: async (rows) => {
        flights += 1;
        most = Math.max(most, flights);
        sizes.push(rows.length);
        await new Promise((resolve) => setImmediate(resolve));
        flights -= 1;
      },
    });
    await Promise.all(Array.from({ length: 95 }, (_, row) => writer.add(row)));
    expect(sizes.reduce((sum, size) => sum + size)).toBe(95);
    expect(Math.max(...sizes)).toBe(10);
    expect(most).toBe(2);
  });

  test('lets rows that come one by one go at once, and holds back steps that are worth it', async () => {
    const sizes: number[] = [];
    const options = { gapMs: 500, burst: 1, fullRows: 20 };
    await using writer = open({ ...options, write: async (rows) => void sizes.push(rows.length) });
    for (let row = 0; row < 15; row += 1) await writer.add(row);
    expect(sizes).toEqual(Array.from({ length: 15 }, () => 1));
    await Promise.all(Array.from({ length: 10 }, (_, row) => writer.add(row)));
    let done = false;
    void writer.add(0).then(() => (done = true));
    await new Promise((next) => setTimeout(next, 10));
    expect(done).toBe(false);
    for (let row = 1; row < 500; row += 1) void writer.add(row);
    await expect.poll(() => sizes.at(-1)).toBe(500);
  });

  test('resolves only when the rows are written', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using writer = open({ write: () => promise });
    let done = false;
    const added = writer.add(1).then(() => (done = true));
    await new Promise((next) => setTimeout(next, 10));
    expect(done).toBe(false);
    resolve();
    await added;
  });

  test('rejects the one row that is refused and writes the others', async () => {
    const written = new Set<number>();
    await using writer = open({
      write: async (rows) => {
        if (rows.includes(13)) throw new VumiError('internal', 'bad row');
        for (const row of rows) written.add(row);
      },
    });
    const rows = Array.from({ length: 40 }, (_, row) => row);
    const results = await Promise.allSettled(rows.map((row) => writer.add(row)));
    expect(results.flatMap(({ status }, row) => (status === 'rejected' ? [row] : []))).toEqual([13]);
    expect(written.size).toBe(39);
  });

  test('tries again while the database is away', async () => {
    let failures = 3;
    await using writer = open({
      write: async () => {
        failures -= 1;
        if (failures >= 0) throw unavailable();
      },
    });
    await writer.add(1);
    expect(failures).toBe(-1);
  });

  test('refuses rows beyond what it may hold', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using writer = open({ maxRows: 1, maxFlights: 1, maxWaiting: 2, write: () => promise });
    const held = [1, 2, 3].map((row) => writer.add(row));
    await expect(writer.add(4)).rejects.toMatchObject({ code: 'store.unavailable' });
    resolve();
    await Promise.all(held);
  });

  test('writes what waits before it closes, and takes nothing more', async () => {
    const written: number[] = [];
    const writer = open({ maxRows: 2, write: async (rows) => void written.push(...rows) });
    const added = [1, 2, 3, 4, 5].map((row) => writer.add(row));
    await writer[Symbol.asyncDispose]();
    expect(written).toEqual([1, 2, 3, 4, 5]);
    await Promise.all(added);
    await expect(writer.add(6)).rejects.toMatchObject({ code: 'store.unavailable' });
  });

  test('gives up after a while when it closes and the database is away', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const writer = open({ write: () => Promise.reject(unavailable()) });
      const added = expect(writer.add(1)).rejects.toMatchObject({ code: 'store.unavailable' });
      const closed = writer[Symbol.asyncDispose]();
      for (let second = 0; second < 10; second += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        await vi.advanceTimersByTimeAsync(1000);
      }
      await Promise.all([added, closed]);
    } finally {
      vi.useRealTimers();
    }
  });
});
