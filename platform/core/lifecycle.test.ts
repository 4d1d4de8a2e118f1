import { expect, test } from 'vitest';
import { settledWithin } from './lifecycle.ts';

const FAR_MS = 60_000;

test('work that settles ends the wait and leaves no timer', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  await settledWithin(Promise.resolve(), FAR_MS);
  await settledWithin(Promise.reject(new Error('not our concern')), FAR_MS);
  expect(timers()).toBe(before);
});

test('work that does not settle is waited for no longer than asked', async () => {
  await expect(settledWithin(new Promise(() => {}), 1)).resolves.toBeUndefined();
});
