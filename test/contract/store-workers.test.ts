import type { Store, WorkerRow } from '@vumi/store';
import { eventually } from '@vumi/machine/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openQuietStore, openStorePlace, type StorePlace } from './store-place.ts';

const worker = (name: string, fields: Partial<Omit<WorkerRow, 'name'>> = {}): WorkerRow => ({
  name,
  type: 'word_count',
  config: { transport_name: name, text: 'ä "☃"' },
  placement: 'one',
  supervisor: null,
  restarts: 0,
  ...fields,
});

describe('workers that were started at run time', () => {
  let place: StorePlace;
  let store: Store;
  let other: Store;
  beforeAll(async () => {
    place = await openStorePlace();
    [store, other] = [await openQuietStore(place.url), await openQuietStore(place.url)];
  });
  afterAll(async () => {
    await Promise.all([store, other].map((each) => each[Symbol.asyncDispose]()));
    await place[Symbol.asyncDispose]();
  });

  test('are kept as they were given, in the order in which they were started first', async () => {
    await store.workers.put(worker('b'));
    await store.workers.put(worker('a', { placement: 'each', supervisor: 'far' }));
    await store.workers.put(worker('b', { config: {} }));
    expect(await other.workers.list()).toEqual([
      worker('b', { config: {}, restarts: 1 }),
      worker('a', { placement: 'each', supervisor: 'far' }),
    ]);
    expect(await store.workers.get('a')).toEqual(worker('a', { placement: 'each', supervisor: 'far' }));
  });

  test('are restarted and removed when they are there', async () => {
    await store.workers.put(worker('c'));
    expect([await store.workers.restart('c'), await store.workers.restart('nobody')]).toEqual([true, false]);
    expect((await store.workers.get('c'))?.restarts).toBe(1);
    expect([await store.workers.remove('c'), await store.workers.remove('c')]).toEqual([true, false]);
    expect(await store.workers.get('c')).toBeNull();
    expect(await store.workers.get('No Name')).toBeNull();
  });

  test('of each change the other processes hear', async () => {
    let heard = 0;
    using _listening = other.onChange(({ what }) => {
      if (what === 'workers') heard += 1;
    });
    await store.workers.put(worker('d'));
    await eventually(
      () => heard,
      (count) => count > 0,
    );
    const before = heard;
    await store.workers.remove('d');
    await eventually(
      () => heard,
      (count) => count > before,
    );
  });
});
