import { expect, it } from 'vitest';
import { keepLeased } from './keep-leased.ts';
import { silentLogger } from './logger.ts';

/** One lease that is granted when it is free, and can be lost. */
function leases() {
  const held = { by: 0, granted: 0 };
  let lose = (): void => {};
  const lease = async (_name: string, signal: AbortSignal) => {
    await expect.poll(() => signal.aborted || held.by === 0).toBe(true);
    signal.throwIfAborted();
    held.by += 1;
    held.granted += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    lose = resolve;
    return { lost: promise, [Symbol.asyncDispose]: async () => void (held.by -= 1) };
  };
  return { store: { lease }, held, lose: () => lose() };
}

it('one at a time works, the next when it ends, and again after a failure or a lost lease', async () => {
  const { store, held, lose } = leases();
  const rounds = [0, 0];
  const holders = new Set<number>();
  const start = (index: number) =>
    keepLeased({
      store,
      lease: 'work',
      everyMs: 1,
      failed: 'it failed',
      logger: silentLogger,
      round: async () => {
        holders.add(held.by);
        rounds[index] = (rounds[index] ?? 0) + 1;
        if (rounds[index] === 3) throw new Error('for once');
      },
    });
  const first = start(0);
  await expect.poll(() => (rounds[0] ?? 0) > 5).toBe(true);
  expect(held.granted).toBe(2);
  const second = start(1);
  lose();
  await expect.poll(() => held.granted).toBeGreaterThan(2);
  await first[Symbol.asyncDispose]();
  await expect.poll(() => (rounds[1] ?? 0) > 1).toBe(true);
  await second[Symbol.asyncDispose]();
  expect([held.by, ...holders]).toEqual([0, 1]);
});
