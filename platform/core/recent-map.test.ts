import { expect, test } from 'vitest';
import { RecentMap } from './recent-map.ts';

test('the newest entries are kept, and an entry that is set again is new', () => {
  const map = new RecentMap<string, number>(3);
  for (const [index, key] of ['a', 'b', 'c'].entries()) map.set(key, index);
  map.set('a', 9);
  map.set('d', 3);
  expect([...map.values()]).toEqual([2, 9, 3]);
  map.delete('c');
  map.set('e', 4);
  map.set('f', 5);
  expect([map.get('a'), map.get('d'), map.get('e'), map.get('f'), map.size]).toEqual([undefined, 3, 4, 5, 3]);
});

test('of many entries that come and go those stay that a list would keep', () => {
  const map = new RecentMap<number, number>(50);
  let kept: number[] = [];
  let seed = 1;
  for (let step = 0; step < 20_000; step += 1) {
    seed = (seed * 16_807) % 2_147_483_647;
    const key = seed % 120;
    kept = kept.filter((one) => one !== key);
    if (seed % 7 === 0) map.delete(key);
    else {
      map.set(key, key);
      kept = [...kept, key].slice(-50);
    }
    if (step % 100 === 0) expect([...map.values()]).toEqual(kept);
  }
});
