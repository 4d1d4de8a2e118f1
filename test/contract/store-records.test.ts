import {
  contactMatches,
  EMPTY_CONTACT,
  parseContactQuery,
  type Contact,
  type ContactFields,
  type StoreEffect,
} from '@vumi/records';
import type { Store } from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp, openQuietStore, openStorePlace, type StorePlace } from './store-place.ts';

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

let markers = 0;

/** What a handler does, as the sandbox hands it over. */
async function apply(ref: { account: string; app: string }, ...effects: StoreEffect[]): Promise<void> {
  markers += 1;
  await store.effects.apply({ marker: `done/${markers}`, ...ref, effects });
}

function contactOf(account: string, key: string, fields: Partial<ContactFields> = {}): Contact {
  return { ...EMPTY_CONTACT, key, account, created_at: '2026-11-24T08:00:00.000Z', ...fields };
}

const create = (contact: Contact): StoreEffect => ({ kind: 'contact.create', contact });
const except: string[] = [];

describe('contacts', () => {
  test('what is created, changed, added to and deleted in one message is there when the message is', async () => {
    const ref = await createApp(store);
    const { account } = ref;
    const jane = contactOf(account, 'jane', { msisdn: '+27761', groups: ['g1'], extra: { a: '1' } });
    await apply(
      ref,
      create(jane),
      { kind: 'contact.update', key: 'jane', fields: { name: 'Jane', groups: ['g2', 'g1'] } },
      { kind: 'contact.merge', key: 'jane', extra: { b: '2' }, subscription: { news: 'yes' } },
      create(contactOf(account, 'gone')),
      { kind: 'contact.delete', key: 'gone' },
      { kind: 'contact.update', key: 'gone', fields: { name: 'Back' } },
    );
    const expected = {
      ...jane,
      name: 'Jane',
      groups: ['g1', 'g2'],
      extra: { a: '1', b: '2' },
      subscription: { news: 'yes' },
    };
    expect(await store.contacts.get(account, 'jane')).toEqual(expected);
    expect((await store.contacts.list(account, {})).items).toEqual([expected]);
    await expect(store.contacts.get(account, 'gone')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a contact that two handlers create is the first one, with what both add', async () => {
    const ref = await createApp(store);
    const { account } = ref;
    await apply(ref, create(contactOf(account, 'both', { name: 'First' })));
    await apply(ref, create(contactOf(account, 'both', { name: 'Second' })), {
      kind: 'contact.merge',
      key: 'both',
      extra: { second: 'true' },
    });
    expect(await store.records.contact(account, 'both')).toMatchObject({
      name: 'First',
      extra: { second: 'true' },
    });
  });

  test('a contact that was deleted does not come back with the save of another handler', async () => {
    const ref = await createApp(store);
    await apply(ref, create(contactOf(ref.account, 'x')), { kind: 'contact.delete', key: 'x' });
    await apply(ref, { kind: 'contact.save', key: 'x', fields: { ...EMPTY_CONTACT, name: 'Ghost' } });
    expect(await store.records.contact(ref.account, 'x')).toBeNull();
  });

  test('of contacts with one address the newest is found, in its own account only', async () => {
    const [ref, other] = [await createApp(store), await createApp(store)];
    const address = { field: 'msisdn', value: '+2700' } as const;
    await apply(
      ref,
      create(contactOf(ref.account, 'old', { msisdn: '+2700' })),
      create({
        ...contactOf(ref.account, 'new', { msisdn: '+2700' }),
        created_at: '2026-11-25T08:00:00.000Z',
      }),
    );
    expect(await store.records.contactByAddress(ref.account, address, [])).toMatchObject({ key: 'new' });
    expect(await store.records.contactByAddress(ref.account, address, ['new'])).toMatchObject({ key: 'old' });
    expect(await store.records.contactByAddress(other.account, address, [])).toBeNull();
    expect(await store.records.contact(other.account, 'new')).toBeNull();
  });

  test('an address of any length is kept and found', async () => {
    const ref = await createApp(store);
    const long = 'x'.repeat(9000);
    await apply(ref, create(contactOf(ref.account, 'long', { wechat_id: long })));
    const found = await store.records.contactByAddress(ref.account, { field: 'wechat_id', value: long }, []);
    expect(found).toMatchObject({ key: 'long' });
  });

  test('effects of an account that does not exist are dropped', async () => {
    const ref = { account: 'nobody-here', app: 'hello' };
    await apply(
      ref,
      create(contactOf(ref.account, 'a')),
      {
        kind: 'group.create',
        group: {
          key: 'g',
          account: ref.account,
          name: 'G',
          query: null,
          created_at: '2026-11-24T08:00:00.000Z',
        },
      },
      { kind: 'schedule.put', id: 's', name: 's', user: null, due: 1, data: null },
    );
    expect(await store.records.contact(ref.account, 'a')).toBeNull();
  });

  test('pages of contacts follow each other and may be searched', async () => {
    const ref = await createApp(store);
    const keys = ['k1', 'k2', 'k3', 'k4', 'k5'];
    await apply(
      ref,
      ...keys.map((key, index) => create(contactOf(ref.account, key, { name: `n${index % 2}` }))),
    );
    const first = await store.contacts.list(ref.account, { limit: 2, q: 'name:n0' });
    const second = await store.contacts.list(ref.account, {
      limit: 2,
      q: 'name:n0',
      cursor: first.next_cursor ?? '',
    });
    expect([...first.items, ...second.items].map(({ key }) => key)).toEqual(['k1', 'k3', 'k5']);
    expect(second.next_cursor).toBeNull();
    await expect(store.contacts.list(ref.account, { q: 'a:[b' })).rejects.toMatchObject({
      code: 'request.invalid',
    });
    await expect(store.contacts.list('nobody-here', {})).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('searches', () => {
  const people: Partial<ContactFields>[] = [
    { name: 'Jane Ann', surname: "d'Ée", msisdn: '+27761', groups: ['g1'], extra: { city: 'Cape Town' } },
    { name: 'jane', surname: 'Smith', msisdn: '+27762', subscription: { news: '1' } },
    { name: 'Ann Jane 100%', gtalk_id: 'a_b@x', groups: ['g1', 'g2'], extra: { "odd'); drop": 'a.b' } },
    { name: 'ÄRGER straße', dob: '1980-01-02T00:00:00.000Z' },
    { surname: 'back\\slash [x] (y) {z} ^a$ |', email_address: 'A@B.c' },
    {},
  ];
  let ref: { account: string; app: string };
  let contacts: Contact[];

  beforeAll(async () => {
    ref = await createApp(store);
    contacts = people.map((fields, index) => contactOf(ref.account, `p${index}`, fields));
    await apply(ref, ...contacts.map(create));
  });

  test.each([
    '*:*',
    'name:jane',
    'name:"jane ann"',
    'name:j*n? OR name:"ann jane"',
    'name:j*',
    'name:*',
    'NOT name:*',
    'NOT name:jane',
    'NOT (name:jane AND groups:g1)',
    'msisdn:+27761',
    'msisdn:+2776*',
    'groups:g1',
    'groups:g1 AND NOT groups:g2',
    'extras-city:town',
    'subscription-news:1',
    "surname:d'ée",
    'name:ärger',
    'name:STRASSE OR name:straße',
    'name:100%',
    'gtalk_id:A_B@x',
    'gtalk_id:a?b@*',
    'a_b@x',
    'a@b.c',
    'dob:1980*',
    '"back\\\\slash"',
    '"[x]"',
    '"(y) {z}"',
    '"^a$"',
    '"|"',
    'name:"\'; drop table contacts; --"',
    '+groups:g1 name:jane',
    'jane -smith',
    '(jane OR ärger) AND NOT surname:smith',
    'key:p3',
    'no_such_field:*',
  ])('%s finds in the database what it finds in memory', async (text) => {
    const query = parseContactQuery(text);
    const expected = contacts.filter((contact) => contactMatches(query, contact)).map(({ key }) => key);
    expect(await store.records.findContacts(ref.account, { query, except }, 100)).toEqual(expected);
    expect(await store.records.countContacts(ref.account, { query, except })).toBe(expected.length);
  });

  test('a search passes over what it is told to, and ends at its limit', async () => {
    const query = parseContactQuery('*:*');
    const found = await store.records.findContacts(ref.account, { query, except: ['p0', 'p2'] }, 2);
    expect(found).toEqual(['p1', 'p3']);
    expect(await store.records.countContacts(ref.account, { query, except: ['p0', 'p2'] })).toBe(4);
  });
});

describe('groups', () => {
  const group = (account: string, key: string, name: string) => ({
    key,
    account,
    name,
    query: null,
    created_at: '2026-11-24T08:00:00.000Z',
  });

  test('groups are listed by name; two may have one name', async () => {
    const ref = await createApp(store);
    const { account } = ref;
    const [b, a1, a2] = [group(account, '1', 'b'), group(account, '2', 'a'), group(account, '3', 'a')];
    await apply(ref, ...[b, a1, a2].map((made): StoreEffect => ({ kind: 'group.create', group: made })));
    await apply(ref, { kind: 'group.create', group: { ...b, name: 'too late' } });
    expect(await store.records.groups(account)).toEqual([a1, a2, b]);
    const first = await store.groups.list(account, { limit: 2 });
    const rest = await store.groups.list(account, { limit: 2, cursor: first.next_cursor ?? '' });
    expect([...first.items, ...rest.items]).toEqual([a1, a2, b]);
    await apply(ref, { kind: 'group.update', key: '1', name: 'smart', query: 'name:jane' });
    expect(await store.groups.get(account, '1')).toMatchObject({ name: 'smart', query: 'name:jane' });
  });

  test('contacts leave a group that is deleted', async () => {
    const ref = await createApp(store);
    const { account } = ref;
    await apply(
      ref,
      { kind: 'group.create', group: group(account, 'g', 'G') },
      create(contactOf(account, 'in', { groups: ['g', 'h'] })),
    );
    await apply(ref, { kind: 'group.delete', key: 'g' });
    expect(await store.records.contact(account, 'in')).toMatchObject({ groups: ['h'] });
    const search = { query: parseContactQuery('groups:g'), except };
    expect(await store.records.countContacts(account, search)).toBe(0);
    await expect(store.groups.get(account, 'g')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('opt-outs', () => {
  test('an address opts out, again, and in', async () => {
    const ref = await createApp(store);
    const { account } = ref;
    const address = { address_type: 'msisdn', address_value: '+27761' };
    const optout = { ...address, message_id: 'm1', created_at: '2026-11-24T08:00:00.000Z' };
    await apply(ref, { kind: 'optout.put', ...optout });
    expect(await store.records.optout(account, 'msisdn', '+27761')).toEqual(optout);
    const others = Array.from({ length: 30 }, (_, index) => `+2776${index + 10}`);
    const known = await Promise.all(
      ['+27761', ...others].map((value) => store.optouts.includes(account, 'msisdn', value)),
    );
    expect(known).toEqual([true, ...others.map(() => false)]);
    await store.effects.change(account, [{ kind: 'optout.put', ...optout, message_id: null }]);
    expect((await store.optouts.list(account, {})).items).toEqual([{ ...optout, message_id: null }]);
    expect(await store.records.countOptouts(account)).toBe(1);
    await apply(ref, { kind: 'optout.delete', ...address });
    expect(await store.records.optout(account, 'msisdn', '+27761')).toBeNull();
    expect(await store.records.countOptouts(account)).toBe(0);
  });
});

describe('metrics', () => {
  const MINUTE = 60_000;
  const start = Date.UTC(2026, 10, 24, 12);

  test('are listed by name, and read in steps as their aggregator says', async () => {
    const ref = await createApp(store);
    const aggregators = ['sum', 'avg', 'min', 'max', 'last'] as const;
    const values = [4, 1, 7, 2];
    await apply(
      ref,
      ...aggregators.flatMap((aggregator) =>
        values.map((value, index): StoreEffect => {
          const at = start + index * MINUTE + 1;
          return { kind: 'metric', store: 's', metric: 'm', aggregator, value, at };
        }),
      ),
    );
    const first = await store.metrics.list(ref.account, { limit: 3 });
    const rest = await store.metrics.list(ref.account, { limit: 3, cursor: first.next_cursor ?? '' });
    expect([...first.items, ...rest.items].map(({ aggregator }) => aggregator)).toEqual([
      'avg',
      'last',
      'max',
      'min',
      'sum',
    ]);
    const range = { from: new Date(start).toISOString(), to: new Date(start + 60 * MINUTE).toISOString() };
    const read = async (aggregator: (typeof aggregators)[number]) => {
      const query = { store: 's', metric: 'm', aggregator, ...range, stepSeconds: 120 };
      return (await store.metrics.series(ref.account, query)).map(({ value }) => value);
    };
    expect(await read('sum')).toEqual([5, 9]);
    expect(await read('avg')).toEqual([2.5, 4.5]);
    expect(await read('min')).toEqual([1, 2]);
    expect(await read('max')).toEqual([4, 7]);
    expect(await read('last')).toEqual([1, 2]);
  });
});
