import { newId } from '@vumi/core';
import { EMPTY_CONTACT, identityAddress, type ContactFields, type IdentityEffect } from '@vumi/records';
import type { Store } from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp, openQuietStore, openStorePlace, type StorePlace } from './store-place.ts';

describe('one person with many addresses', () => {
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

  /** An account of its own, and what is done in it. */
  const stage = async () => {
    const { account } = await createApp(store);
    let made = 0;
    const change = (effect: IdentityEffect, by = store): Promise<void> =>
      by.effects.change(account, [effect]);
    return {
      account,
      async person(fields: Partial<ContactFields> = {}): Promise<string> {
        const [key, created_at] = [newId(), new Date(Date.UTC(2026, 0, (made += 1))).toISOString()];
        const contact = { ...EMPTY_CONTACT, ...fields, key, account, created_at };
        await store.effects.change(account, [{ kind: 'contact.create', contact }]);
        return key;
      },
      link: (id: string, type: string, address: string, { merge = false, by = store } = {}) =>
        change({ kind: 'identity.link', id, merge, ...identityAddress(type, address) }, by),
      unlink: (id: string, type: string, address: string) =>
        change({ kind: 'identity.unlink', id, ...identityAddress(type, address) }),
      merge: (id: string, into: string) => change({ kind: 'identity.merge', id: into, other: id }),
      whoIs: async (type: string, address: string) =>
        (await store.identities.find(account, identityAddress(type, address)))?.id ?? null,
      addresses: async (id: string) =>
        (await store.identities.get(account, id)).addresses.map(({ type, address }) => `${type} ${address}`),
    };
  };

  test.each([
    ['sms', '0027 76 123-4567'],
    ['ussd', '27761234567'],
    ['msisdn', 'tel:+27761234567'],
    ['xmpp', 'Thandi@Example.org/phone'],
    ['gtalk_id', 'thandi@example.org'],
    ['twitter', 'THANDI'],
    ['irc', 'Thandi'],
    ['telnet', 'a line 7'],
  ])('is found by each of them, whatever the network and the spelling: %s %s', async (type, address) => {
    const world = await stage();
    const id = await world.person({ msisdn: '+27761234567', name: 'Thandi' });
    await world.link(id, 'xmpp', 'thandi@example.org/laptop');
    await world.link(id, 'twitter', '@thandi');
    await world.link(id, 'irc', 'thandi');
    await world.link(id, 'telnet', 'a line 7');
    expect(await world.whoIs(type, address)).toBe(id);
  });

  test('may have several of a kind, of which the contact shows one', async () => {
    const world = await stage();
    const id = await world.person();
    await world.link(id, 'sms', '+2771');
    await world.link(id, 'sms', '+2772');
    await world.link(id, 'ussd', '2772');
    expect(await world.addresses(id)).toEqual(['msisdn +2771', 'msisdn +2772']);
    expect(await store.contacts.get(world.account, id)).toMatchObject({ msisdn: '+2771' });
    await world.unlink(id, 'sms', '2771');
    expect(await world.addresses(id)).toEqual(['msisdn +2772']);
    expect(await store.contacts.get(world.account, id)).toMatchObject({ msisdn: null });
    expect(await world.whoIs('sms', '+2771')).toBeNull();
  });

  test('is one contact to apps that ask for the contact of any of his addresses', async () => {
    const world = await stage();
    const [older, linked] = [
      await world.person({ msisdn: '+2771' }),
      await world.person({ msisdn: '+2772' }),
    ];
    await world.link(linked, 'twitter', '@thandi');
    await world.link(linked, 'sms', '+2779');
    const contact = async (field: 'msisdn' | 'twitter_handle', value: string, except: string[] = []) =>
      (await store.records.contactByAddress(world.account, { field, value }, except))?.key ?? null;
    expect(await contact('twitter_handle', '@thandi')).toBe(linked);
    expect(await contact('msisdn', '+2779')).toBe(linked);
    expect(await contact('msisdn', '+2771')).toBe(older);
    expect(await contact('msisdn', '+2779', [linked])).toBeNull();
  });

  test('an address of somebody else is not taken from him, unless both are to be one', async () => {
    const world = await stage();
    const [ann, bob] = [await world.person({ msisdn: '+2771', name: 'Ann' }), await world.person()];
    const conflict = { code: 'request.conflict', details: { id: ann } };
    await expect(world.link(bob, 'sms', '2771')).rejects.toMatchObject(conflict);
    expect(await world.whoIs('sms', '+2771')).toBe(ann);
    await world.link(bob, 'sms', '2771', { merge: true });
    expect(await world.whoIs('sms', '+2771')).toBe(bob);
    expect(await store.contacts.get(world.account, bob)).toMatchObject({ name: 'Ann', msisdn: '+2771' });
  });

  test('two that are one keep all that both were known by, and what the first said counts', async () => {
    const world = await stage();
    const [old, id] = [
      await world.person({ msisdn: '+2771', name: 'Thandi', groups: ['a', 'b'], extra: { x: '1', y: '1' } }),
      await world.person({
        msisdn: '+2772',
        twitter_handle: '@t',
        groups: ['b', 'c'],
        extra: { y: '2' },
        subscription: { s: '1' },
      }),
    ];
    await world.link(old, 'irc', 'thandi');
    await world.merge(old, id);
    expect(await store.contacts.get(world.account, id)).toMatchObject({
      name: 'Thandi',
      msisdn: '+2772',
      groups: ['b', 'c', 'a'],
      extra: { x: '1', y: '2' },
      subscription: { s: '1' },
    });
    expect(await world.addresses(id)).toEqual([
      'irc_nickname thandi',
      'msisdn +2771',
      'msisdn +2772',
      'twitter_handle @t',
    ]);
    await expect(store.contacts.get(world.account, old)).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.identities.get(world.account, old)).toMatchObject({ id, merged_ids: [old] });
    for (const [type, address] of [
      ['irc', 'thandi'],
      ['sms', '+2771'],
      ['sms', '+2772'],
    ] as const)
      expect(await world.whoIs(type, address)).toBe(id);
  });

  test('who was merged twice is found by every id that he had, and what is done to an old one is done to him', async () => {
    const world = await stage();
    const [a, b, c] = [await world.person(), await world.person(), await world.person()];
    await world.merge(a, b);
    await world.merge(b, c);
    await world.merge(a, c);
    await world.link(a, 'irc', 'late');
    expect(await store.identities.get(world.account, a)).toMatchObject({ id: c, merged_ids: [a, b].sort() });
    expect(await world.whoIs('irc', 'late')).toBe(c);
  });

  test('of many who merge the same two and link the same address, in two processes, one person comes out', async () => {
    const world = await stage();
    const [a, b] = [await world.person({ msisdn: '+2771' }), await world.person({ twitter_handle: '@b' })];
    const tried = await Promise.allSettled([
      ...Array.from({ length: 6 }, (_, n) =>
        world.link(n % 2 === 0 ? a : b, 'irc', 'same', { merge: true, by: n % 3 === 0 ? other : store }),
      ),
      world.merge(a, b),
      world.merge(b, a),
    ]);
    expect(tried.filter(({ status }) => status === 'rejected')).toEqual([]);
    const ids = await Promise.all([
      world.whoIs('sms', '2771'),
      world.whoIs('twitter', 'b'),
      world.whoIs('irc', 'same'),
    ]);
    expect(new Set(ids).size).toBe(1);
    expect((await store.identities.list(world.account, {})).items).toHaveLength(1);
  });

  test('somebody new with the key of one who was merged is himself', async () => {
    const world = await stage();
    const [gone, id] = [await world.person({ msisdn: '+2771' }), await world.person()];
    await world.merge(gone, id);
    await world.unlink(id, 'sms', '+2771');
    const contact = {
      ...EMPTY_CONTACT,
      msisdn: '+2771',
      key: gone,
      account: world.account,
      created_at: new Date(0).toISOString(),
    };
    await store.effects.change(world.account, [{ kind: 'contact.create', contact }]);
    await world.link(gone, 'irc', 'new');
    expect(await world.addresses(gone)).toEqual(['irc_nickname new', 'msisdn +2771']);
    expect(await world.addresses(id)).toEqual([]);
  });

  test('goes with the contact, and his addresses are free then', async () => {
    const world = await stage();
    const [ann, bob] = [await world.person(), await world.person()];
    await world.link(ann, 'irc', 'nick');
    await store.effects.change(world.account, [{ kind: 'contact.delete', key: ann }]);
    expect(await world.whoIs('irc', 'nick')).toBeNull();
    await world.link(bob, 'irc', 'nick');
    expect(await world.whoIs('irc', 'nick')).toBe(bob);
  });

  test('is known to his account only', async () => {
    const [world, stranger] = [await stage(), await stage()];
    const id = await world.person();
    await world.link(id, 'irc', 'nick');
    expect(await stranger.whoIs('irc', 'nick')).toBeNull();
    await expect(stranger.link(id, 'irc', 'mine')).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.identities.get(stranger.account, id)).rejects.toMatchObject({ code: 'not_found' });
    const [own] = (await store.identities.list(world.account, { limit: 1 })).items;
    expect(own).toEqual({ id, addresses: [{ type: 'irc_nickname', address: 'nick' }], merged_ids: [] });
  });
});
