import { smppClientSettingsSchema } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NumberInput, RouteInput, Store } from '@vumi/store';
import {
  createApp,
  openQuietStore,
  openStorePlace,
  readSql,
  runSql,
  type StorePlace,
} from './store-place.ts';

let place: StorePlace;
let store: Store;
let transports = 0;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

/** Two accounts and a transport of their own. */
async function stage() {
  const [one, two] = [await createApp(store), await createApp(store)];
  const transport = `net_${++transports}`;
  return {
    one: one.account,
    two: two.account,
    transport,
    assign: (account: string, fields: Partial<NumberInput> = {}) =>
      store.numbers.assign(account, { transport, ...fields }),
    release: (fields: Partial<NumberInput> = {}) => store.numbers.release({ transport, ...fields }),
    route: (account: string, fields: Partial<RouteInput> = {}, by: 'operator' | 'account' = 'account') =>
      store.routes.put({ account, name: 'main', app: 'hello', transport, ...fields }, by),
    numbersOf: async (account: string) =>
      (await store.numbers.list({ account, transport })).items.map(({ number, range, keyword }) =>
        [number ?? 'all', range ? '…' : '', keyword === null ? '' : ` ${keyword}`].join(''),
      ),
  };
}

describe('an account routes what it holds', () => {
  it.each([
    ['a number', { number: '12345' }, { to_addr: '12345' }],
    ['a number written otherwise', { number: '+27820001001' }, { to_addr: '27 82 000 1001' }],
    ['a keyword of its number', { number: '12345' }, { to_addr: '12345', keyword: 'Join' }],
    [
      'its keyword of a shared number',
      { number: '12345', keyword: 'join' },
      { to_addr: '12345', keyword: ' JOIN' },
    ],
    [
      'its keyword for some senders',
      { number: '12345', keyword: 'join' },
      { to_addr: '12345', keyword: 'join', prefix: '+27' },
    ],
    ['a number of its range', { number: '+2782', range: true }, { to_addr: '+27820001001' }],
    ['a number of its transport', {}, { to_addr: '12345' }],
    ['all of its transport', {}, {}],
    ['its keyword of all numbers', { keyword: 'help' }, { keyword: 'help' }],
  ])('%s', async (_what, number, route) => {
    const { one, assign, route: put } = await stage();
    await assign(one, number);
    expect(await put(one, route)).toMatchObject({ assigned: true });
  });

  it.each([
    ['a number that nobody has', {}, { to_addr: '12345' }, 'number.not_assigned'],
    ['a number of another', { number: '12345' }, { to_addr: '12345' }, 'number.taken'],
    [
      'a number of another, written otherwise',
      { number: '+27820001001' },
      { to_addr: '0027820001001' },
      'number.taken',
    ],
    ['a number of another, with a mark', { number: '12345' }, { to_addr: '12\u200b345' }, 'number.taken'],
    [
      'a keyword of a number of another',
      { number: '12345' },
      { to_addr: '12345', keyword: 'x' },
      'number.taken',
    ],
    ['the senders of a country', { number: '12345' }, { to_addr: '12345', prefix: '+2' }, 'number.taken'],
    [
      'a number in a range of another',
      { number: '2782', range: true },
      { to_addr: '+27829' },
      'number.taken',
    ],
    ['a number of a transport of another', { number: null }, { to_addr: '12345' }, 'number.taken'],
    ['a transport of another', { number: null }, {}, 'number.taken'],
    ['all numbers where another has one', { number: '12345' }, {}, 'number.not_assigned'],
    ['a keyword of all numbers', { number: '12345' }, { keyword: 'yes' }, 'number.not_assigned'],
    [
      'a keyword of another',
      { number: '12345', keyword: 'join' },
      { to_addr: '12345', keyword: 'ＪＯＩＮ' },
      'number.taken',
    ],
    [
      'the rest of a shared number',
      { number: '12345', keyword: 'join' },
      { to_addr: '12345' },
      'number.not_assigned',
    ],
    [
      'another keyword of a shared number',
      { number: '12345', keyword: 'join' },
      { to_addr: '12345', keyword: 'quit' },
      'number.not_assigned',
    ],
  ])('and not %s', async (what, number, route, code) => {
    const { one, two, assign, route: put } = await stage();
    if (what !== 'a number that nobody has') await assign(one, number);
    const refused = expect(put(two, route)).rejects;
    await refused.toMatchObject({ code, field: expect.stringMatching(/to_addr|keyword|transport/) });
    await refused.not.toMatchObject({ message: expect.stringMatching(new RegExp(`${one}|hello|main`)) });
    await refused.not.toHaveProperty('details.route');
  });

  it('also when it has another route, names it anew, or has routed before', async () => {
    const { one, two, assign, release, route } = await stage();
    await assign(one, { number: '111' });
    await assign(two, { number: '222' });
    await route(one, { to_addr: '111' });
    await expect(route(one, { to_addr: '222' })).rejects.toMatchObject({ code: 'number.taken' });
    await expect(route(one, { name: 'other', to_addr: '111' })).rejects.toMatchObject({
      code: 'route.conflict',
      details: { route: { name: 'main' } },
    });
    await release({ number: '111' });
    await expect(route(one, { to_addr: '111' })).rejects.toMatchObject({ code: 'number.not_assigned' });
  });
});

describe('an operator', () => {
  it('assigns by a route what the route needs and no more', async () => {
    const { one, two, route, numbersOf } = await stage();
    await route(one, { to_addr: '12345', keyword: 'quiz' }, 'operator');
    expect(await numbersOf(one)).toEqual(['12345 quiz']);
    await route(two, { to_addr: '12345' }, 'operator');
    await route(one, { name: 'all' }, 'operator');
    await route(one, { name: 'again', to_addr: '777' }, 'operator');
    expect([await numbersOf(one), await numbersOf(two)]).toEqual([['all', '12345 quiz'], ['12345']]);
  });

  it('is told whose a number is, and which route leads there', async () => {
    const { one, two, assign, route, transport } = await stage();
    await assign(one, { number: '12345' });
    await expect(route(two, { to_addr: '+12345' }, 'operator')).rejects.toMatchObject({
      code: 'number.taken',
      message: `+12345 on transport "${transport}" belongs to account "${one}": release it there first`,
    });
    await route(one, { to_addr: '12345', keyword: 'vote' });
    await expect(assign(two, { number: '12345', keyword: 'vote' })).rejects.toMatchObject({
      code: 'number.taken',
      message: expect.stringContaining('its route "main" leads there'),
    });
    await assign(two, { number: '12345', keyword: 'other' });
  });

  it('assigns twice what is one, lists it in order and takes it back in any spelling', async () => {
    const { one, two, assign, release, numbersOf } = await stage();
    for (const number of ['+27820001001', '27 82 000 1001', '0027820001001']) await assign(one, { number });
    await assign(one, { number: '2782', range: true });
    await assign(two, { number: '+2782' });
    await assign(two);
    expect(await numbersOf(one)).toEqual(['+27820001001', '2782…']);
    expect(await numbersOf(two)).toEqual(['all', '+2782']);
    expect(await release({ number: '27820001001' })).toEqual({
      numbers: [expect.objectContaining({ number: '+27820001001' })],
      stopped: [],
    });
    await expect(release({ number: '27820001001' })).rejects.toMatchObject({ code: 'not_found' });
    expect(await numbersOf(one)).toEqual(['2782…']);
    const pages = await store.numbers.list({ account: two, limit: 1 });
    expect(pages.items).toHaveLength(1);
    const { next_cursor: cursor } = pages;
    expect((await store.numbers.list({ account: two, limit: 1, cursor: cursor ?? '' })).items).toMatchObject([
      { number: '+2782' },
    ]);
  });

  it.each([
    ['a range without a beginning', { range: true }, 'number'],
    ['a number without a digit', { number: '\u200b' }, 'number'],
    ['a transport that is none', { transport: 'No Name' }, 'transport'],
  ])('does not assign %s', async (_what, fields, field) => {
    const { one, assign } = await stage();
    await expect(assign(one, fields)).rejects.toMatchObject({ code: 'request.invalid', field });
  });

  it('assigns a number once, also to two at a time', async () => {
    const { one, two, assign } = await stage();
    const all = [one, two, one, two].map((account) => assign(account, { number: '1' }));
    const results = await Promise.allSettled(all);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });
});

describe('routes without their number', () => {
  it('stay, are told and shown to do nothing, and work again when it is back', async () => {
    const { one, two, assign, release, route } = await stage();
    await assign(one, { number: '12345' });
    await route(one, { to_addr: '12345' });
    await route(one, { name: 'word', to_addr: '12345', keyword: 'word' });
    const { stopped } = await release({ number: '12345' });
    expect(stopped.map(({ name }) => name)).toEqual(['main', 'word']);
    const shown = async () => (await store.routes.list(one, {})).items.map(({ assigned }) => assigned);
    expect(await shown()).toEqual([false, false]);
    expect(await store.routes.get(one, 'main')).toMatchObject({ assigned: false });
    await assign(one, { number: '12345', keyword: 'word' });
    expect(await shown()).toEqual([false, true]);
    // They are in nobody's way meanwhile.
    await assign(two, { number: '12345' });
    expect(await route(two, { to_addr: '12345' })).toMatchObject({ assigned: true });
  });

  it('are those of a transport that was removed, whatever comes under its name', async () => {
    const { one, two, transport, route } = await stage();
    await store.transports.put(transport, { type: 'smpp', config: {} });
    await route(one, { to_addr: '12345' }, 'operator');
    const refused = store.transports.remove(transport);
    await expect(refused).rejects.toMatchObject({ code: 'request.conflict', field: 'force' });
    await expect(refused).rejects.toThrow(`"main" of account "${one}"`);
    expect(await store.routes.get(one, 'main')).toMatchObject({ assigned: true });
    await store.transports.remove(transport, { force: true });
    await store.transports.put(transport, { type: 'smpp', config: {} });
    expect(await store.routes.get(one, 'main')).toMatchObject({ assigned: false });
    expect((await store.numbers.list({ account: one })).items).toEqual([]);
    await store.numbers.assign(two, { transport, number: '12345' });
  });
});

describe('the default of an endpoint', () => {
  it('is one route, and the newest takes over', async () => {
    const { one, assign, route } = await stage();
    await assign(one);
    await route(one, { name: 'a', to_addr: '1', default: true });
    await route(one, { name: 'b', to_addr: '2', default: true });
    await route(one, { name: 'c', to_addr: '3', default: true, endpoint: 'sms' });
    await route(one, { name: 'b', to_addr: '4', default: true });
    const { items } = await store.routes.list(one, {});
    expect(items.map((item) => [item.name, item.endpoint, item.default])).toEqual([
      ['a', 'default', false],
      ['b', 'default', true],
      ['c', 'sms', true],
    ]);
    await expect(route(one, { to_addr: '5', endpoint: 'two words' })).rejects.toMatchObject({
      field: 'endpoint',
    });
  });
});

/** Routes as they were before they led to connectors. */
const WITHOUT_CONNECTORS = `
  alter table routes drop column connector cascade, drop column weight, drop column failover,
    add column app text collate "C", add column smpp_client text collate "C",
    add foreign key (account, app) references apps on delete cascade,
    add foreign key (account, smpp_client) references smpp_clients (account, system_id) on delete cascade,
    add constraint routes_have_one_target check ((app is null) <> (smpp_client is null));
  create index routes_by_app on routes (account, app);
  create index routes_by_smpp_client on routes (account, smpp_client);
  create unique index routes_by_match
    on routes (account, transport, coalesce(to_addr, ''), coalesce(keyword, ''), coalesce(prefix, ''));
  create unique index routes_by_default
    on routes (account, coalesce(app, ''), coalesce(smpp_client, ''), endpoint) where is_default;
  delete from vumi_migrations where name = 'route_connectors';`;

describe('a database from before routes led to connectors', () => {
  it('keeps where its routes lead, and what ends them', async () => {
    await using old = await openStorePlace();
    const before = await openQuietStore(old.url);
    const { account } = await createApp(before);
    await before.smppClients.put(account, 'Shop', { settings: smppClientSettingsSchema.parse({}) });
    await before[Symbol.asyncDispose]();
    await runSql(
      old.url,
      `${WITHOUT_CONNECTORS}
       insert into numbers (account, transport, number, is_range, keyword) values ('${account}', 'net', '', false, '');
       insert into routes (account, name, app, smpp_client, transport, to_addr, is_default) values
         ('${account}', 'one', 'hello', null, 'net', '111', true),
         ('${account}', 'two', null, 'Shop', 'net', '222', false)`,
    );
    await using after = await openQuietStore(old.url);
    const shares = { weight: null, failover: null };
    expect((await after.routes.list(account, {})).items).toMatchObject([
      { name: 'one', app: 'hello', smpp_client: null, connector: 'app:hello', default: true, ...shares },
      { name: 'two', app: null, smpp_client: 'Shop', connector: 'smpp_client:Shop', ...shares },
    ]);
    await after.smppClients.remove(account, 'Shop');
    expect((await after.routes.list(account, {})).items.map(({ name }) => name)).toEqual(['one']);
  });
});

describe('what a route leads to', () => {
  it('may be any connector, when an operator says so', async () => {
    const { one, assign, route, transport } = await stage();
    await assign(one);
    const led = { name: 'led', app: null, connector: 'relay1' };
    expect(await route(one, led, 'operator')).toMatchObject({
      app: null,
      smpp_client: null,
      connector: 'relay1',
    });
    expect((await store.snapshot()).routes).toContainEqual(expect.objectContaining({ connector: 'relay1' }));
    await store.transports.put(transport, { type: 'smpp', config: {} });
    for (const [fields, by, code, field] of [
      [led, 'account', 'auth.forbidden', 'connector'],
      [{ ...led, connector: transport }, 'operator', 'request.invalid', 'connector'],
      [{ ...led, connector: 'sandbox_0' }, 'operator', 'request.invalid', 'connector'],
      [{ ...led, connector: 'smpp.shop' }, 'operator', 'request.invalid', 'connector'],
      [{ ...led, connector: 'app:none' }, 'operator', 'not_found', undefined],
      [{ ...led, app: 'hello' }, 'operator', 'request.invalid', 'app'],
      [{ ...led, connector: null }, 'operator', 'request.invalid', 'app'],
    ] as const) {
      await expect(route(one, fields, by)).rejects.toMatchObject({ code, field });
    }
    expect(await route(one, { name: 'same', app: null, connector: 'app:hello', to_addr: '1' })).toMatchObject(
      {
        app: 'hello',
      },
    );
  });

  it('may be several of one account, which share by weight or failover, each on purpose', async () => {
    const { one, assign, route } = await stage();
    await assign(one);
    const led = { app: null, to_addr: '12345' };
    await route(one, { name: 'a', to_addr: '12345', weight: 3 });
    const alone = route(one, { ...led, name: 'b', connector: 'relay1' }, 'operator');
    await expect(alone).rejects.toMatchObject({ code: 'route.conflict' });
    await route(one, { ...led, name: 'b', connector: 'relay1', failover: 1 }, 'operator');
    expect((await store.routes.list(one, {})).items).toMatchObject([
      { name: 'a', weight: 3, failover: null },
      { name: 'b', weight: null, failover: 1 },
    ]);
    const twice = route(one, { name: 'c', to_addr: '12345', weight: 1 });
    await expect(twice).rejects.toMatchObject({ code: 'route.conflict' });
  });
});

describe('a database from before numbers belonged to anybody', () => {
  it('gives them to those who route them, and keeps by which route messages leave', async () => {
    await using old = await openStorePlace();
    const before = await openQuietStore(old.url);
    const [alone, first, second] = [
      await createApp(before),
      await createApp(before),
      await createApp(before),
    ].map(({ account }) => account);
    await before[Symbol.asyncDispose]();
    await runSql(
      old.url,
      `${WITHOUT_CONNECTORS}
       drop table numbers;
       drop index routes_by_transport;
       alter table routes drop column endpoint, drop column is_default;
       delete from vumi_migrations where name = 'numbers';
       insert into routes (account, name, app, transport, to_addr, keyword, prefix) values
         ('${alone}', 'word', 'hello', 'net', '111', 'word', null),
         ('${alone}', 'all', 'hello', 'net', null, null, null),
         ('${first}', 'sms', 'hello', 'net', '222', null, null),
         ('${first}', 'dial', 'hello', 'ussd', '*1#', null, null),
         ('${second}', 'vote', 'hello', 'net', '222', 'vote', null),
         ('${second}', 'help', 'hello', 'net', null, 'help', null),
         ('${first}', 'north', 'hello', 'net', '333', null, '+27'),
         ('${second}', 'south', 'hello', 'net', '333', null, '+254')`,
    );
    await using after = await openQuietStore(old.url);
    const numbers = await readSql<{ line: string }>(
      old.url,
      `select concat_ws(' ', account, transport, number, keyword) as line from numbers order by 1`,
    );
    expect(numbers.map(({ line }) => line.replaceAll(/ +/g, ' ').trim()).toSorted()).toEqual(
      [
        `${alone} net`,
        `${alone} net 111`,
        `${first} net 222`,
        `${first} net 333`,
        `${first} ussd *1#`,
        `${second} net help`,
        `${second} net 222 vote`,
        `${second} net 333`,
      ].toSorted(),
    );
    for (const account of [alone, first, second]) {
      const { items } = await after.routes.list(account ?? '', {});
      expect(items.every(({ assigned, endpoint }) => assigned && endpoint === 'default')).toBe(true);
    }
    const marked = (await after.snapshot()).routes.filter((route) => route.default);
    expect(marked.map(({ account, name }) => [account, name])).toEqual([
      [alone, 'word'],
      [first, 'north'],
      [second, 'south'],
    ]);
  });
});
