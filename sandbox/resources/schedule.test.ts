import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { TurnScope } from './turn-scope.ts';
import { Runs } from './turn.fixture.ts';

test('a schedule is open from the commit on, under an id that a rerun makes again', async () => {
  const runs = new Runs();
  const args = { name: 'remind', when: { in: 60 }, data: { n: [1, null] }, user: '+2776' };
  const { id, due } = await runs.call<{ id: string; due: number }>('schedule.once', args);
  expect(due).toBe(runs.turn.now + 60_000);
  runs.again();
  expect(await runs.call('schedule.once', args)).toEqual({ id, due });
  runs.commit();
  expect([...runs.records.schedules.values()]).toEqual([
    { kind: 'schedule.put', id, name: 'remind', user: '+2776', due, data: { n: [1, null] } },
  ]);
});

test('it can be cancelled in the same message and in a later one', async () => {
  const runs = new Runs();
  for (const commit of [() => undefined, () => runs.commit()]) {
    await runs.call('schedule.once', { name: 'remind', when: { at: runs.turn.now + 1.4 } });
    commit();
    expect(await runs.call('schedule.cancel', { name: 'remind' })).toBeNull();
    runs.commit();
    expect(runs.records.schedules.size).toBe(0);
  }
});

test('an app has so many open schedules and no more', async () => {
  const runs = new Runs();
  const app = { limits: { ...DEFAULT_LIMITS, schedules: 2 } } as TurnScope['app'];
  runs.turn = { ...runs.turn, app };
  await runs.call('schedule.once', { name: 'a', when: { in: 1 } });
  runs.commit();
  runs.turn = { ...runs.turn, app };
  await runs.call('schedule.once', { name: 'b', when: { in: 1 } });
  await expect(runs.call('schedule.once', { name: 'c', when: { in: 1 } })).rejects.toMatchObject({
    code: 'app.limit',
    message: expect.stringContaining('may have 2 open schedules'),
  });
});

test.each([
  [{ name: '', when: { in: 1 } }, 'name: a schedule needs a name'],
  [{ name: 'a' }, /^when: say when/],
  [{ name: 'a', when: { in: -1 } }, /^when.in: Too small/],
  [{ name: 'a', when: { in: 1e12 } }, /^when.in: Too big/],
  [{ name: 'a', when: { at: 1e15 } }, /seconds away at most/],
  [{ name: 'a', when: { in: 1, at: 1 } }, /^when: say when/],
  [{ name: 'a', when: { in: 1 }, data: 'x'.repeat(20_000) }, /may have 16384 characters/],
  [{ name: 'a', when: { in: 1 }, user: '' }, 'user: the address of a user is missing'],
])('schedule.once of %j is refused', async (args, reason) => {
  const runs = new Runs();
  await expect(runs.call('schedule.once', args)).rejects.toThrow(reason);
  expect(runs.turn.effects.store).toEqual([]);
});

describe('a schedule that makes the next one', () => {
  const fired = (generation: number): Runs => {
    const runs = new Runs();
    const { now, origin } = runs.turn;
    runs.again({ ref: origin.ref, id: 'fired', message: null, chain: { root: 'r', generation, at: now } });
    return runs;
  };
  const pause = async (runs: Runs, seconds: number): Promise<number> => {
    const args = { name: 'again', when: { in: seconds } };
    const { due } = await runs.call<{ due: number }>('schedule.once', args);
    return due - runs.turn.now;
  };

  test('without a pause is given longer and longer ones', async () => {
    const pauses: number[] = [];
    for (const generation of [0, 9, 10, 12, 30]) pauses.push(await pause(fired(generation), 0));
    expect(pauses).toEqual([0, 0, 2000, 8000, 60_000]);
  });

  test('after a pause of its own is left alone, and does not add to the chain', async () => {
    const runs = fired(8);
    expect(await pause(runs, 1)).toBe(1000);
    expect(runs.turn.effects.store.at(-1)).toMatchObject({ chain: { generation: 8 } });
    expect(runs.turn.effects.brakedMs).toBe(0);
  });

  test('because of a message of a user belongs to no chain', async () => {
    const runs = new Runs();
    expect(await pause(runs, 0)).toBe(0);
    expect(runs.turn.effects.store.at(-1)).not.toHaveProperty('chain');
  });
});

test('what comes again is due at its first time from now on, and is kept with how often', async () => {
  const runs = new Runs();
  const now = runs.turn.now;
  const { id, due } = await runs.call<{ id: string; due: number }>('schedule.repeat', {
    name: 'report',
    repeat: { time: '06:00', weekdays: [1] },
  });
  expect(new Date(due).toISOString()).toBe('2026-11-30T06:00:00.000Z');
  await runs.call('schedule.repeat', { name: 'poll', repeat: { every: 90 }, user: '+2776' });
  expect(runs.turn.effects.store).toEqual([
    {
      kind: 'schedule.put',
      id,
      name: 'report',
      user: null,
      data: null,
      due,
      repeat: { time: '06:00', weekdays: [1] },
    },
    expect.objectContaining({ name: 'poll', user: '+2776', due: now + 90_000, repeat: { every: 90 } }),
  ]);
});

test.each([{ every: 1 }, { time: 'noon' }, { time: '08:00', days: [1], weekdays: [1] }, {}, 'daily'])(
  'to repeat %j is refused',
  async (repeat) => {
    const runs = new Runs();
    await expect(runs.call('schedule.repeat', { name: 'n', repeat })).rejects.toThrow(
      /^repeat.*how often|^repeat/,
    );
    expect(runs.turn.effects.store).toEqual([]);
  },
);
