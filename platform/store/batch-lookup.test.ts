import { expect, test } from 'vitest';
import { BatchLookup } from './batch-lookup.ts';

test('what is asked together, or while an answer is under way, is one question', async () => {
  const asked: number[][] = [];
  const lookup = new BatchLookup<number, string>(async (keys) => {
    asked.push([...keys]);
    await Promise.resolve();
    return keys.map(String);
  });
  const first = Promise.all([lookup.get(1), lookup.get(2)]);
  await Promise.resolve();
  await Promise.resolve();
  const later = Promise.all([lookup.get(3), lookup.get(4)]);
  expect([...(await first), ...(await later)]).toEqual(['1', '2', '3', '4']);
  expect(asked).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(await lookup.get(5)).toBe('5');
});

test('a question that fails fails for those who asked it, and the next is asked', async () => {
  let broken = true;
  const lookup = new BatchLookup<number, number>(async (keys) => {
    if (broken) throw new Error('away');
    return keys;
  });
  await expect(Promise.all([lookup.get(1), lookup.get(2)])).rejects.toThrow('away');
  broken = false;
  expect(await lookup.get(3)).toBe(3);
});
