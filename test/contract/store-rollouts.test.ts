import type { Store } from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp, newVersion, openQuietStore, openStorePlace, type StorePlace } from './store-place.ts';

let place: StorePlace;
let store: Store;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

describe('a rollout', () => {
  test('makes a second version live beside the active one, which the snapshot and the lists show', async () => {
    const ref = await createApp(store);
    await store.versions.add(newVersion(ref, 'second', { handlers: ['onEvent'], activate: false }));
    const begun = await store.versions.activate(ref, 2, { percent: 10 });
    expect(begun).toMatchObject({ version: 2, active: false, percent: 10 });
    expect(await store.apps.get(ref)).toMatchObject({
      active_version: 1,
      rollout: { version: 2, percent: 10 },
    });
    const shares = (await store.versions.list(ref, {})).items.map(({ version, percent }) => [
      version,
      percent,
    ]);
    expect(shares).toEqual([
      [2, 10],
      [1, 90],
    ]);
    const app = (await store.snapshot()).apps.find(({ account }) => account === ref.account);
    expect(app).toMatchObject({ version: 1, rollout: { version: 2, percent: 10 } });
    expect(app?.handlers.toSorted()).toEqual(['onEvent', 'onMessage']);
    expect(app?.versions_changed_at).not.toBeNull();
  });

  test('says what becomes of open conversations, as every change of versions does', async () => {
    const ref = await createApp(store);
    const talks = async () =>
      (await store.snapshot()).apps.find(({ account }) => account === ref.account)?.talks;
    expect(await talks()).toBe('pin');
    await store.versions.add(newVersion(ref, 'second', { talks: 'move' }));
    expect(await talks()).toBe('move');
    await store.versions.activate(ref, 1, { percent: 20, talks: 'restart' });
    expect(await talks()).toBe('restart');
    await store.versions.activate(ref, 1);
    expect(await talks()).toBe('pin');
  });

  test.each([1, 2])('ends when version %d is activated', async (version) => {
    const ref = await createApp(store);
    await store.versions.add(newVersion(ref, 'second', { activate: false }));
    await store.versions.activate(ref, 2, { percent: 50 });
    const ended = await store.versions.activate(ref, version);
    expect(ended).toMatchObject({ version, active: true, percent: 100 });
    expect(await store.apps.get(ref)).toMatchObject({ active_version: version, rollout: null });
  });

  test('needs another version that is active, and a share', async () => {
    const ref = await createApp(store);
    await expect(store.versions.activate(ref, 1, { percent: 10 })).rejects.toMatchObject({
      code: 'request.conflict',
    });
    await store.versions.add(newVersion(ref, 'second', { activate: false }));
    await expect(store.versions.activate(ref, 2, { percent: 0 })).rejects.toMatchObject({ field: 'percent' });
    await expect(store.versions.activate(ref, 3, { percent: 10 })).rejects.toMatchObject({
      code: 'not_found',
    });
    const nobody = { account: 'nobody', app: 'hello' };
    await expect(store.versions.activate(nobody, 1)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('is remembered as the time of the last change, which an app with one version has not', async () => {
    const ref = await createApp(store);
    const changedAt = async () =>
      (await store.snapshot()).apps.find(({ account }) => account === ref.account)?.versions_changed_at;
    await store.versions.activate(ref, 1);
    expect(await changedAt()).toBeNull();
    await store.versions.add(newVersion(ref, 'second'));
    expect(await changedAt()).not.toBeNull();
  });
});
