import { expect, test } from 'vitest';
import { once } from './once.ts';

test('a thing is made once, and again when that failed', async () => {
  let tries = 0;
  const get = once(async () => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return { tries };
  });
  await expect(get()).rejects.toThrow('not yet');
  const [one, other] = await Promise.all([get(), get()]);
  expect(one).toBe(other);
  expect(await get()).toEqual({ tries: 2 });
});
