import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RealmSlots } from './realm-slots.ts';

function classic(key: string, memory_mb = 8) {
  return { key, kind: 'classic', limits: { memory_mb } };
}

function open() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { promise, resolve, reject };
}

test('of a classic app so many messages run at once as its memory allows, in the order of their coming', async () => {
  const slots = new RealmSlots();
  const doors = Array.from({ length: 4 }, open);
  const started: number[] = [];
  const all = doors.map(({ promise }, index) =>
    slots.run(classic('a'), () => {
      started.push(index);
      return promise;
    }),
  );
  await nextTurn();
  expect(started).toEqual([0, 1]);
  doors[1]?.resolve();
  await nextTurn();
  expect(started).toEqual([0, 1, 2]);
  for (const { resolve } of doors) resolve();
  await Promise.all(all);
  expect(started).toEqual([0, 1, 2, 3]);
});

test('a message that fails gives its slot back', async () => {
  const slots = new RealmSlots();
  for (let n = 0; n < 3; n++)
    await expect(slots.run(classic('a', 4), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.run(classic('a', 4), async () => 'yes')).toBe('yes');
});

test('apps do not wait for each other, and those of the SDK wait for nobody', async () => {
  const slots = new RealmSlots();
  const never = open();
  void slots.run(classic('a', 4), () => never.promise);
  expect(await slots.run(classic('b', 4), async () => 'b')).toBe('b');
  const sdk = { key: 's', kind: 'sdk', limits: { memory_mb: 4 } };
  void slots.run(sdk, () => never.promise);
  expect(await slots.run(sdk, async () => 's')).toBe('s');
  never.resolve();
});
