import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOffering } from './offering.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let kept: Map<string, number>;
let reads: string[];
let answer: Promise<void>;

const state = {
  async get(key: string): Promise<string | null> {
    reads.push(key);
    const found = (kept.get(key) ?? 0) > performance.now() ? '1' : null;
    await answer;
    return found;
  },
  async set(key: string, _value: string, ttlMs = Infinity): Promise<void> {
    kept.set(key, performance.now() + ttlMs);
  },
};
const open = () => createOffering(state, { prefix: 'by/', lastsMs: DAY_MS });

beforeEach(() => {
  vi.useFakeTimers();
  kept = new Map();
  reads = [];
  answer = Promise.resolve();
});
afterEach(() => vi.useRealTimers());

describe('whether a holder offers', () => {
  it('asks the state once in 250 ms about one that does not', async () => {
    const offering = open();
    expect(await Promise.all([offering.mayHave('quiz'), offering.mayHave('quiz')])).toEqual([false, false]);
    vi.advanceTimersByTime(249);
    expect(await offering.mayHave('quiz')).toBe(false);
    expect(reads).toEqual(['by/quiz']);
    vi.advanceTimersByTime(1);
    await offering.mayHave('quiz');
    expect(reads).toHaveLength(2);
  });

  it('is known in every process before the first offer is made', async () => {
    const [one, other] = [open(), open()];
    let announced = false;
    expect(await other.mayHave('quiz')).toBe(false);
    const done = one.announce('quiz').then(() => (announced = true));
    await vi.advanceTimersByTimeAsync(299);
    expect(announced).toBe(false);
    expect(await other.mayHave('quiz')).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    await done;
    expect(await one.mayHave('quiz')).toBe(true);
    expect(await one.mayHave('shop')).toBe(false);
  });

  it('counts what the state said from when it was asked', async () => {
    const [one, other] = [open(), open()];
    let free = () => {};
    answer = new Promise((resolve) => (free = resolve));
    const slow = other.mayHave('quiz');
    answer = Promise.resolve();
    const done = one.announce('quiz');
    await vi.advanceTimersByTimeAsync(300);
    await done;
    free();
    expect(await slow).toBe(false);
    expect(await other.mayHave('quiz')).toBe(true);
  });

  it('waits once, and says so again as long as offers are made', async () => {
    const offering = open();
    const first = offering.announce('quiz');
    await vi.advanceTimersByTimeAsync(300);
    await first;
    await offering.announce('quiz');
    expect(reads).toHaveLength(1);
    vi.advanceTimersByTime(HOUR_MS);
    await offering.announce('quiz');
    vi.advanceTimersByTime(DAY_MS + HOUR_MS);
    expect(await open().mayHave('quiz')).toBe(true);
    vi.advanceTimersByTime(HOUR_MS);
    expect(await open().mayHave('quiz')).toBe(false);
  });
});
