import { startWorkerScheduler, type Delivery } from '@vumi/applications';
import { silentLogger } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStatePlace, type StatePlace } from './state-place.ts';

describe('deliveries of a trusted worker', () => {
  let place: StatePlace;
  let prefixes = 0;
  beforeAll(async () => {
    place = await openStatePlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());

  /** A worker whose clock stands until a test moves it, and its lives one after the other. */
  const worker = () => {
    const prefix = `worker/${(prefixes += 1)}`;
    const seen: unknown[] = [];
    const self = {
      now: 1_700_000_000_000,
      seen,
      deliver: async ({ payload }: Delivery): Promise<void> => void seen.push(payload),
      start: () =>
        startWorkerScheduler({
          state: place.state,
          clock: () => self.now,
          logger: silentLogger,
          prefix,
          everyMs: 5,
          deliver: (delivery) => self.deliver(delivery),
        }),
    };
    return self;
  };

  test('come at their times, each once, with what was kept for them', async () => {
    const clinic = worker();
    await using scheduler = clinic.start();
    await scheduler.once(clinic.now + 60_000, { later: ['naïve ☃'] });
    await scheduler.once(clinic.now - 1, 'past');
    await expect.poll(() => clinic.seen).toEqual(['past']);
    clinic.now += 60_000;
    await expect.poll(() => clinic.seen).toEqual(['past', { later: ['naïve ☃'] }]);
  });

  test('that became due while the worker was down come once it is up, in order', async () => {
    const clinic = worker();
    {
      await using scheduler = clinic.start();
      for (const minutes of [3, 1, 2, 10]) await scheduler.once(clinic.now + minutes * 60_000, minutes);
      await scheduler.repeat({ every: 60 }, 'each minute');
    }
    clinic.now += 5 * 60_000;
    await using _next = clinic.start();
    await expect.poll(() => clinic.seen.length).toBeGreaterThanOrEqual(4);
    expect(clinic.seen.filter((each) => each !== 'each minute')).toEqual([1, 2, 3]);
    expect(clinic.seen.filter((each) => each === 'each minute')).toHaveLength(1);
  });

  test('that come again come until they are cancelled', async () => {
    const clinic = worker();
    await using scheduler = clinic.start();
    const id = await scheduler.repeat({ time: '06:00' }, 'report');
    for (let days = 1; days <= 3; days++) {
      clinic.now += 86_400_000;
      await expect.poll(() => clinic.seen).toHaveLength(days);
    }
    expect(await scheduler.cancel(id)).toBe(true);
    expect(await scheduler.cancel(id)).toBe(false);
    clinic.now += 86_400_000;
    await scheduler.once(clinic.now, 'after');
    await expect.poll(() => clinic.seen.at(-1)).toBe('after');
    expect(clinic.seen).toHaveLength(4);
  });

  test('that fail are tried again, and keep no other from coming', async () => {
    const clinic = worker();
    await using scheduler = clinic.start();
    let failures = 0;
    clinic.deliver = async ({ payload }) => {
      if (payload === 'hard' && failures < 2) {
        failures += 1;
        throw new Error('not now');
      }
      clinic.seen.push(payload);
    };
    await scheduler.once(clinic.now - 2, 'hard');
    await scheduler.once(clinic.now - 1, 'easy');
    await expect.poll(() => clinic.seen).toEqual(['easy', 'hard']);
  });

  test('of many none is lost, and those of another worker stay its own', async () => {
    const [clinic, school] = [worker(), worker()];
    await using scheduler = clinic.start();
    await using other = school.start();
    await other.once(school.now + 1, 'school');
    await Promise.all(Array.from({ length: 350 }, (_, n) => scheduler.once(clinic.now + 1, n)));
    clinic.now += 1;
    await expect.poll(() => clinic.seen.length).toBe(350);
    expect(new Set(clinic.seen).size).toBe(350);
    expect(school.seen).toEqual([]);
  });
});
