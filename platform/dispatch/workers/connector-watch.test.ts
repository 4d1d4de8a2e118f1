import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchConnectors } from './connector-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a connector is up while its queue has a consumer, and as it was last while the broker does not answer', async () => {
  const answers: (number | Error)[] = [];
  const asked: string[] = [];
  const broker = {
    async consumers(queue: string): Promise<number> {
      asked.push(queue);
      const answer = answers.shift() ?? 0;
      if (typeof answer === 'number') return answer;
      throw answer;
    },
  };
  using watch = watchConnectors(broker, (name) => `${name}.outbound`);
  answers.push(1, 0, new Error('away'), 2);
  expect(watch.isUp('t1')).toBe(true);
  await watch.looked();
  const seen: boolean[] = [];
  for (let second = 0; second < 3; second += 1) {
    await vi.advanceTimersByTimeAsync(1000);
    seen.push(watch.isUp('t1'));
  }
  expect(seen).toEqual([false, false, true]);
  expect(new Set(asked)).toEqual(new Set(['t1.outbound']));
});

test('a broker that does not answer is asked once', async () => {
  let asked = 0;
  const broker = {
    consumers(): Promise<number> {
      asked += 1;
      return new Promise(() => {});
    },
  };
  using watch = watchConnectors(broker, (name) => name);
  expect(watch.isUp('t1')).toBe(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(1);
});
