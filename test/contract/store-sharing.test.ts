import { silentLogger } from '@vumi/core';
import { CHANGES, openStore, type Change, type Store } from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createApp,
  openQuietStore,
  openStorePlace,
  readSql,
  runSql,
  userMessage,
  type StorePlace,
} from './store-place.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let place: StorePlace;
let one: Store;
let two: Store;

beforeAll(async () => {
  place = await openStorePlace();
  [one, two] = await Promise.all([openQuietStore(place.url), openQuietStore(place.url)]);
});

afterAll(async () => {
  await Promise.all([one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()]);
  await place[Symbol.asyncDispose]();
});

/** A store behind a line that the test can break. */
async function openBreakable(): Promise<{ store: Store; proxy: TcpProxy } & AsyncDisposable> {
  const url = new URL(place.url);
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  const store = await openQuietStore(url.href);
  return {
    store,
    proxy,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

describe('the schema', () => {
  test('stores that open together on an empty database run each migration once', async () => {
    await using empty = await openStorePlace({ empty: true });
    const migrated: object[] = [];
    const logger = { ...silentLogger, info: (fields: object) => void migrated.push(fields) };
    const stores = await Promise.all([1, 2, 3].map(() => openStore({ url: empty.url, logger })));
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
    const rows = await readSql<{ number: number }>(
      empty.url,
      'select number from vumi_migrations order by 1',
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(migrated).toMatchObject(rows);
  });

  test('a database of a newer Vumi is left alone', async () => {
    await using newer = await openStorePlace();
    await (await openQuietStore(newer.url))[Symbol.asyncDispose]();
    await runSql(newer.url, "insert into vumi_migrations values (999999, 'future', 'x')");
    await expect(openQuietStore(newer.url)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('newer Vumi'),
    });
  });

  test('a server that does not answer is said to be unavailable', async () => {
    await expect(openQuietStore('postgres://postgres@127.0.0.1:9/none')).rejects.toMatchObject({
      code: 'store.unavailable',
    });
  });
});

describe('changes', () => {
  test('a write resolves after the listeners here have heard of it, once, and other processes hear it too', async () => {
    const here: Change[] = [];
    const there: Change[] = [];
    using _here = one.onChange(async (change) => {
      await new Promise((resolve) => setImmediate(resolve));
      here.push(change);
    });
    using _there = two.onChange((change) => void there.push(change));
    const { account, app } = await createApp(one);
    expect(here).toEqual([{ what: 'accounts' }, { what: 'apps' }]);
    await one.transports.put('told', { type: 'smpp', config: {} });
    await one.routes.put({ account, app, name: 'main', transport: 'told' }, 'operator');
    const expected = ['accounts', 'apps', 'transports', 'routes'].map((what) => ({ what }));
    await expect.poll(() => there).toEqual(expected);
    expect(here).toEqual(expected);
  });

  test('a write that fails tells nobody, and a listener that fails does not fail the write', async () => {
    const heard: Change[] = [];
    using _failing = one.onChange(() => {
      throw new Error('listener');
    });
    using _listening = one.onChange((change) => void heard.push(change));
    await expect(one.accounts.create('NO')).rejects.toThrow();
    await expect(one.accounts.change('nobody', { active: true }, 'a test')).rejects.toThrow();
    expect(heard).toEqual([]);
    await one.accounts.create('heard');
    expect(heard).toEqual([{ what: 'accounts' }]);
  });

  test('a listener that is disposed hears nothing', async () => {
    const heard: Change[] = [];
    one.onChange((change) => void heard.push(change))[Symbol.dispose]();
    await one.accounts.create('unheard');
    expect(heard).toEqual([]);
  });

  test('after its connection broke a store tells of everything, and hears again', async () => {
    await using breakable = await openBreakable();
    const heard = new Set<string>();
    using _listening = breakable.store.onChange(({ what }) => void heard.add(what));
    breakable.proxy.cut();
    await expect.poll(() => heard.size).toBe(CHANGES.length);
    heard.clear();
    await one.accounts.create('after-break');
    await expect.poll(() => [...heard]).toEqual(['accounts']);
  });
});

describe('a broken connection', () => {
  test('statements say that the store is unavailable, and work again when it is back', async () => {
    await using breakable = await openBreakable();
    const { store, proxy } = breakable;
    proxy.sever();
    for (const call of [() => store.accounts.list({}), () => store.accounts.create('while-away')]) {
      await expect(call()).rejects.toMatchObject({ code: 'store.unavailable', retry: true, outage: true });
    }
    proxy.mend();
    await expect.poll(() => store.accounts.list({})).toHaveProperty('items');
  });

  test('what is being recorded waits and is written once when the store is back', async () => {
    await using breakable = await openBreakable();
    const { store, proxy } = breakable;
    const ref = await createApp(one);
    const messages = Array.from({ length: 500 }, () => userMessage());
    const half = messages.slice(0, 250).map((message) => store.recorder.inbound(message, ref, 'received'));
    proxy.sever();
    const rest = messages.slice(250).map((message) => store.recorder.inbound(message, ref, 'received'));
    setTimeout(() => proxy.mend(), 300);
    await Promise.all([...half, ...rest]);
    const count = `select count(*)::int from messages where account = '${ref.account}'`;
    expect(await readSql(place.url, count)).toEqual([{ count: 500 }]);
  });

  test('connections that the server ends do not end the process', async () => {
    const heard = new Set<string>();
    using _listening = two.onChange(({ what }) => void heard.add(what));
    await two.accounts.list({});
    await runSql(
      place.url,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await expect.poll(() => two.accounts.list({})).toHaveProperty('items');
    await expect.poll(() => one.accounts.list({})).toHaveProperty('items');
    await expect.poll(() => heard.size).toBe(CHANGES.length);
  });
});

describe('leases', () => {
  const forever = new AbortController().signal;
  const isPending = async (promise: Promise<unknown>): Promise<boolean> => {
    const pending = Symbol('pending');
    return (await Promise.race([promise, Promise.resolve(pending)])) === pending;
  };

  test('one holder at a time: the next gets the lease when the first gives it back', async () => {
    const first = await one.lease('smpp', forever);
    const waiting = [two.lease('smpp', forever), one.lease('smpp', forever)];
    const other = await two.lease('another', forever);
    for (const lease of waiting) expect(await isPending(lease)).toBe(true);
    expect(await isPending(first.lost)).toBe(true);
    await first[Symbol.asyncDispose]();
    const second = await Promise.race(waiting);
    await second[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    for (const lease of waiting) await (await lease)[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });

  test('who waits can stop waiting', async () => {
    await using _held = await one.lease('stop', forever);
    const controller = new AbortController();
    const waiting = two.lease('stop', controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(one.lease('stop', AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  });

  test('a lease whose connection breaks is lost, and another process gets it', async () => {
    await using breakable = await openBreakable();
    const lease = await breakable.store.lease('break', forever);
    const waiting = two.lease('break', forever);
    breakable.proxy.sever();
    await lease.lost;
    await using _next = await waiting;
    await lease[Symbol.asyncDispose]();
    breakable.proxy.mend();
  });

  test('a store that is closed while it connects again does close', async () => {
    const breakable = await openBreakable();
    const lease = await breakable.store.lease('closed while connecting', forever);
    breakable.proxy.cut();
    await lease.lost;
    await new Promise(setImmediate);
    await breakable[Symbol.asyncDispose]();
  });

  test('a lease is free when its store is closed', async () => {
    const three = await openQuietStore(place.url);
    await three.lease('closed', forever);
    await three[Symbol.asyncDispose]();
    await using _next = await one.lease('closed', forever);
  });
});
