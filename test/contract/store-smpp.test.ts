import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smppClientSettingsSchema } from '@vumi/core';
import type { Store } from '@vumi/store';
import { openQuietStore, openStorePlace, type StorePlace } from './store-place.ts';

const settings = smppClientSettingsSchema.parse({});

let place: StorePlace;
let store: Store;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
  await store.accounts.create('acme');
  await store.accounts.create('other');
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

describe('SMPP clients in the store', () => {
  it('keep their password until it is changed', async () => {
    const made = await store.smppClients.put('acme', 'Acme1', { settings });
    expect(made).toMatchObject({ created: true, client: { system_id: 'Acme1', window: 50 } });
    const password = made.password ?? '';
    expect(await store.smppClients.verify('Acme1', password)).toBe(true);
    expect(await store.smppClients.verify('Acme1', 'wrong')).toBe(false);
    expect(await store.smppClients.verify('acme1', password)).toBe(false);

    const kept = await store.smppClients.put('acme', 'Acme1', { settings: { ...settings, window: 7 } });
    expect(kept).toMatchObject({ created: false, password: null, client: { window: 7 } });
    expect(kept.client.password_set_at).toBe(made.client.password_set_at);
    expect(await store.smppClients.verify('Acme1', password)).toBe(true);

    const changed = await store.smppClients.put('acme', 'Acme1', { settings, password: 'secret' });
    expect(changed.client.password_set_at).not.toBe(made.client.password_set_at);
    expect(await store.smppClients.verify('Acme1', password)).toBe(false);
    expect(await store.smppClients.verify('Acme1', 'secret')).toBe(true);

    const same = await store.smppClients.put('acme', 'Acme1', { settings, password: 'secret' });
    expect(same.client.password_set_at).toBe(changed.client.password_set_at);
  });

  it('have a system_id of their own, whatever its case', async () => {
    await store.smppClients.put('acme', 'mine', { settings });
    await expect(store.smppClients.put('other', 'MINE', { settings })).rejects.toMatchObject({
      code: 'request.conflict',
    });
    await expect(store.smppClients.put('acme', 'Mine', { settings })).rejects.toMatchObject({
      code: 'request.conflict',
    });
  });

  it('are what a route may lead to, and take their routes with them', async () => {
    await store.smppClients.put('acme', 'routed', { settings });
    const route = { account: 'acme', name: 'mo', transport: 'smsc', to_addr: '8000', smpp_client: 'routed' };
    expect(await store.routes.put(route, 'operator')).toMatchObject({ app: null, smpp_client: 'routed' });
    const snapshot = await store.snapshot();
    expect(snapshot.routes).toMatchObject([{ app: null, smpp_client: 'routed' }]);
    expect(snapshot.smpp_clients.map(({ system_id }) => system_id)).toContain('routed');
    await expect(
      store.routes.put({ ...route, name: 'two', smpp_client: 'none' }, 'operator'),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
    const both = { ...route, name: 'two', app: 'x' };
    await expect(store.routes.put(both, 'operator')).rejects.toMatchObject({
      code: 'request.invalid',
      field: 'app',
    });
    await store.smppClients.remove('acme', 'routed');
    expect((await store.routes.list('acme', {})).items).toEqual([]);
  });

  it('are told of to listeners', async () => {
    const heard: string[] = [];
    using _ = store.onChange(({ what }) => void heard.push(what));
    await store.smppClients.put('acme', 'told', { settings });
    expect(heard).toEqual(['smpp_clients']);
  });
});

describe('parts of long messages in the store', () => {
  const group = { systemId: 'acme', key: 'udh8/7/2/1000/27761234567' };

  it('are answered together, each number once', async () => {
    expect(await store.smppParts.add(group, 2, { text: 'two' })).toEqual(new Map([[2, { text: 'two' }]]));
    const both = [
      [1, { text: 'one' }],
      [2, { text: 'two' }],
    ];
    expect([...(await store.smppParts.add(group, 1, { text: 'one' }))]).toEqual(both);
    expect([...(await store.smppParts.add(group, 1, { text: 'again' }))]).toEqual(both);
    await store.smppParts.remove(group);
    expect(await store.smppParts.add(group, 1, {})).toEqual(new Map([[1, {}]]));
    await store.smppParts.remove(group);
  });

  it('that came at once are all seen by the last of them', async () => {
    const seen = await Promise.all(
      Array.from({ length: 8 }, (_, index) => store.smppParts.add(group, index + 1, {})),
    );
    expect(Math.max(...seen.map(({ size }) => size))).toBe(8);
    await store.smppParts.remove(group);
  });

  it('are stale when nothing came for a while', async () => {
    await store.smppParts.add(group, 1, { text: 'one' });
    await store.smppParts.add(group, 3, { text: 'three' });
    expect(await store.smppParts.stale(Date.now() - 60_000, 10)).toEqual([]);
    const parts = new Map([
      [1, { text: 'one' }],
      [3, { text: 'three' }],
    ]);
    expect(await store.smppParts.stale(Date.now() + 60_000, 10)).toEqual([{ ...group, parts }]);
  });
});
