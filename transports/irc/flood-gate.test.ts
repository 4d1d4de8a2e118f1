import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FloodGate } from './flood-gate.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function passes(count: number, rate: number, restMs = 0): Promise<number[]> {
  const gate = new FloodGate({ rate, burst: 3, clock: Date.now, signal: new AbortController().signal });
  const startedAt = Date.now();
  const times: number[] = [];
  const run = async (): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      if (n === count - 1 && restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
      await gate.pass();
      times.push(Date.now() - startedAt);
    }
  };
  const done = run();
  await vi.runAllTimersAsync();
  await done;
  return times;
}

it('lets some through at once, then evenly', async () => {
  expect(await passes(6, 1)).toEqual([0, 0, 0, 1000, 2000, 3000]);
});

it('lets them through at once again after a rest', async () => {
  expect(await passes(5, 1, 10_000)).toEqual([0, 0, 0, 1000, 11_000]);
});

it('lets all through without a limit', async () => {
  expect(await passes(4, 0)).toEqual([0, 0, 0, 0]);
});

it('lets nobody through when the connection is over', async () => {
  const over = new AbortController();
  const gate = new FloodGate({ rate: 1, burst: 1, clock: Date.now, signal: over.signal });
  await gate.pass();
  const waiting = gate.pass();
  over.abort(new Error('lost'));
  await expect(waiting).rejects.toThrow('lost');
});
