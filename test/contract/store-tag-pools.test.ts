import type { Store } from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp, openQuietStore, openStorePlace, type StorePlace } from './store-place.ts';

const NOBODY = { owner: null, reason: null };

describe('tag pools', () => {
  let place: StorePlace;
  let store: Store;
  let other: Store;
  let names = 0;
  beforeAll(async () => {
    place = await openStorePlace();
    [store, other] = [await openQuietStore(place.url), await openQuietStore(place.url)];
  });
  afterAll(async () => {
    await Promise.all([store, other].map((each) => each[Symbol.asyncDispose]()));
    await place[Symbol.asyncDispose]();
  });

  const newPool = (): string => `pool ${(names += 1)} кампания ☃`;
  const declared = async (...tags: string[]): Promise<string> => {
    const pool = newPool();
    await store.tagPools.declare(null, pool, tags);
    return pool;
  };
  const take = async (pool: string): Promise<string | null> =>
    (await store.tagPools.acquire(null, pool, NOBODY))?.tag ?? null;
  const free = async (pool: string): Promise<string[]> =>
    (await store.tagPools.tags(null, pool, { state: 'free' })).items.map(({ tag }) => tag);

  test('are taken from in the order of their declaration, those of one sorted, and no tag is declared twice', async () => {
    const pool = await declared('b', 'ä', 'a', 'b', 'тег');
    await store.tagPools.declare(null, pool, ['0', 'a']);
    expect(await free(pool)).toEqual(['a', 'b', 'ä', 'тег', '0']);
    const taken = [];
    for (let n = 0; n < 6; n++) taken.push(await take(pool));
    expect(taken).toEqual(['a', 'b', 'ä', 'тег', '0', null]);
  });

  test('a tag that comes back stands at the end, and comes back once', async () => {
    const pool = await declared('a', 'b', 'c');
    await take(pool);
    expect(await store.tagPools.release(null, pool, 'a')).toBe(true);
    expect(await store.tagPools.release(null, pool, 'a')).toBe(false);
    expect(await free(pool)).toEqual(['b', 'c', 'a']);
    await store.tagPools.declare(null, pool, ['a', 'd']);
    expect(await free(pool)).toEqual(['b', 'c', 'a', 'd']);
  });

  test('of many who take at the same time, in two processes, each gets another tag, and the late ones none', async () => {
    const tags = Array.from({ length: 40 }, (_, n) => `t${n}`);
    const pool = await declared(...tags);
    const taken = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        (n % 2 === 0 ? store : other).tagPools.acquire(null, pool, NOBODY),
      ),
    );
    const got = taken.flatMap((tag) => tag?.tag ?? []);
    expect(new Set(got).size).toBe(got.length);
    // One that is locked by a taker is passed over; it is never lost.
    expect([...got, ...(await free(pool))].sort()).toEqual(tags.sort());
  });

  test('of many who want the same one, one gets it', async () => {
    const pool = await declared('a', 'b');
    const wish = { tag: 'b', ...NOBODY };
    const taken = await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? store : other).tagPools.acquire(null, pool, wish)),
    );
    expect(taken.filter((tag) => tag !== null)).toMatchObject([{ tag: 'b' }]);
    expect(await free(pool)).toEqual(['a']);
  });

  test('say who has a tag and why, and what somebody has', async () => {
    const [pool, second] = [await declared('a', 'b'), await declared('c')];
    const owner = `владелец ${pool}`;
    const reason = { conversation: 'ключ' };
    const tag = await store.tagPools.acquire(null, pool, { owner, reason });
    expect(tag).toMatchObject({ pool, tag: 'a', owner, reason });
    await store.tagPools.acquire(null, second, { owner, reason: null });
    expect(await store.tagPools.tag(null, pool, 'a')).toEqual(tag);
    expect((await store.tagPools.owned(null, owner)).map((each) => each.tag)).toEqual(['a', 'c']);
    await take(pool);
    const unowned = (await store.tagPools.owned(null, null)).filter((each) => each.pool === pool);
    expect(unowned).toMatchObject([{ tag: 'b', owner: null, reason: null }]);
    await store.tagPools.release(null, pool, 'a');
    expect(await store.tagPools.tag(null, pool, 'a')).toMatchObject({
      owner: null,
      reason: null,
      acquired_at: null,
    });
    expect((await store.tagPools.owned(null, owner)).map((each) => each.tag)).toEqual(['c']);
  });

  test('are purged when no tag is in use', async () => {
    const pool = await declared('a', 'b');
    await take(pool);
    await expect(store.tagPools.purge(null, pool)).rejects.toMatchObject({ code: 'request.conflict' });
    expect(await store.tagPools.get(null, pool)).toMatchObject({ free: 1, in_use: 1 });
    await store.tagPools.release(null, pool, 'a');
    await store.tagPools.purge(null, pool);
    await expect(store.tagPools.get(null, pool)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a tag that is taken while its pool is purged keeps the pool', async () => {
    for (let n = 0; n < 5; n++) {
      const pool = await declared('a', 'b', 'c');
      const settled = (work: Promise<unknown>) =>
        work.then(
          () => true,
          () => false,
        );
      const [purged, taken] = await Promise.all([
        settled(other.tagPools.purge(null, pool)),
        store.tagPools.acquire(null, pool, NOBODY).catch(() => null),
      ]);
      expect(purged).toBe(taken === null);
    }
  });

  test('keep metadata, which is replaced as a whole', async () => {
    const pool = await declared();
    expect(await store.tagPools.get(null, pool)).toMatchObject({ metadata: {}, free: 0, in_use: 0 });
    await store.tagPools.setMetadata(null, pool, { country: 'Ünited', a: [1, null] });
    await store.tagPools.setMetadata(null, pool, { transport_type: 'sms' });
    expect(await store.tagPools.get(null, pool)).toMatchObject({ metadata: { transport_type: 'sms' } });
  });

  test('of accounts are apart from each other and from those of the platform, and go with the account', async () => {
    const [{ account }, second] = [await createApp(store), await createApp(store)];
    const pool = await declared('a');
    await store.tagPools.declare(account, pool, ['mine']);
    await expect(store.tagPools.get(second.account, pool)).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.tagPools.acquire(account, pool, NOBODY)).toMatchObject({ tag: 'mine' });
    expect((await store.tagPools.list(account, {})).items).toMatchObject([
      { account, name: pool, in_use: 1 },
    ]);
    expect(await free(pool)).toEqual(['a']);
    expect(await store.tagPools.owned(second.account, null)).toEqual([]);
    await expect(store.tagPools.declare('nobody', pool, [])).rejects.toMatchObject({ code: 'not_found' });
  });

  test('and their tags are listed a page at a time', async () => {
    const { account } = await createApp(store);
    const pools = ['a', 'b', 'c'];
    for (const pool of pools) await store.tagPools.declare(account, pool, ['3', '1', '2']);
    const first = await store.tagPools.list(account, { limit: 2 });
    const rest = await store.tagPools.list(account, { limit: 2, cursor: first.next_cursor ?? '' });
    expect([...first.items, ...rest.items].map(({ name }) => name)).toEqual(pools);
    await store.tagPools.acquire(account, 'a', NOBODY);
    await store.tagPools.release(account, 'a', '1');
    for (const [state, tags] of [
      ['free', ['2', '3', '1']],
      ['in_use', ['1', '2', '3']],
    ] as const) {
      if (state === 'in_use') for (const _ of tags) await store.tagPools.acquire(account, 'a', NOBODY);
      const page = await store.tagPools.tags(account, 'a', { state, limit: 2 });
      const next = await store.tagPools.tags(account, 'a', {
        state,
        limit: 2,
        cursor: page.next_cursor ?? '',
      });
      expect([...page.items, ...next.items].map(({ tag }) => tag)).toEqual(tags);
      expect(next.next_cursor).toBeNull();
    }
  });

  test.each<[string, (pools: Store['tagPools']) => Promise<unknown>, string]>([
    ['a pool without a name', (pools) => pools.declare(null, '', []), 'request.invalid'],
    [
      'a tag of a thousand letters',
      (pools) => pools.declare(null, 'p', ['x'.repeat(1000)]),
      'request.invalid',
    ],
    ['a tag that is half a letter', (pools) => pools.declare(null, 'p', ['\ud800']), 'request.invalid'],
    ['to take from no pool', (pools) => pools.acquire(null, 'nowhere', NOBODY), 'not_found'],
    ['to free a tag that is not there', (pools) => pools.release(null, 'nowhere', 'x'), 'not_found'],
  ])('refuse %s', async (_, act, code) => {
    await expect(act(store.tagPools)).rejects.toMatchObject({ code });
  });
});
