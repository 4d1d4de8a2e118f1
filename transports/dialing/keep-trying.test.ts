import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepTrying, type TryOutcome } from './keep-trying.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** The milliseconds between the end of each attempt and the next, where attempts end so, after so long. */
async function waits(outcomes: readonly (readonly [TryOutcome, lastedMs: number])[]): Promise<number[]> {
  const stopping = new AbortController();
  const begun: number[] = [];
  const ended: number[] = [];
  const attempt = async (): Promise<TryOutcome> => {
    begun.push(Date.now());
    const [outcome, lastedMs] = outcomes[begun.length - 1] ?? ['ended', 0];
    if (begun.length > outcomes.length) stopping.abort();
    if (lastedMs > 0) await new Promise((resolve) => setTimeout(resolve, lastedMs));
    ended.push(Date.now());
    return outcome;
  };
  const limits = { firstMs: 1000, mostMs: 60_000, refusedSteps: 6 };
  const done = keepTrying({
    ...limits,
    attempt,
    clock: Date.now,
    random: () => 0.5,
    signal: stopping.signal,
  });
  await vi.runAllTimersAsync();
  await done;
  return outcomes.map((_, index) => (begun[index + 1] ?? 0) - (ended[index] ?? 0));
}

describe('who keeps trying to connect', () => {
  it.each([
    ['comes back soon after the first loss', [['ended', 0]], [300]],
    [
      'waits twice as long each time, up to the limit',
      Array.from({ length: 9 }, () => ['ended', 0]),
      [300, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000],
    ],
    ['waits long after a refusal', [['refused', 0]], [60_000]],
    [
      'begins anew after a connection that lasted',
      [
        ['ended', 0],
        ['ended', 0],
        ['ended', 10_000],
      ],
      [300, 1000, 300],
    ],
  ] as const)('%s', async (_label, outcomes, expected) => {
    expect(await waits(outcomes as readonly (readonly [TryOutcome, number])[])).toEqual(expected);
  });

  it('stops when it is told to, though it waits', async () => {
    const stopping = new AbortController();
    let attempts = 0;
    const done = keepTrying({
      attempt: async () => {
        attempts += 1;
        return 'refused';
      },
      firstMs: 1000,
      mostMs: 60_000,
      refusedSteps: 6,
      clock: Date.now,
      random: () => 0.5,
      signal: stopping.signal,
    });
    await vi.advanceTimersByTimeAsync(1000);
    stopping.abort();
    await done;
    expect(attempts).toBe(1);
  });
});
