import type { StateCommit, StatePage } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statePlaces, type StatePlace } from './state-place.ts';

const SHORT_MS = 60;
const LONG_MS = 60_000;

describe.each(Object.entries(statePlaces))('keyed state: %s', (_, open) => {
  let place: StatePlace;
  let lastKey = 0;

  beforeAll(async () => {
    place = await open();
  });
  afterAll(() => place[Symbol.asyncDispose]());

  const key = (): string => `app/demo/quiz/user/+27761234567/key ${(lastKey += 1)}`;
  const commit = (fields: Partial<StateCommit>): StateCommit => ({
    marker: key(),
    markerTtlMs: LONG_MS,
    writes: [],
    outbox: [],
    ...fields,
  });

  test('gives back what was set, character for character, and the newest of it', async () => {
    const [name, value] = [key(), JSON.stringify({ text: 'naïve ☃ 😀 "quoted" \u0000' })];
    expect(await place.state.get(name)).toBeNull();
    await place.state.set(name, 'first');
    await place.state.set(name, value);
    expect(await place.state.get(name)).toBe(value);
  });

  test.each([1e17, 9.007e15, Number.NaN, Infinity, -1, 0, 0.5])(
    'refuses a time to live of %d ms, and writes nothing of what came with it',
    async (ttlMs) => {
      const [name, beside, marker] = [key(), key(), key()];
      const refused = { code: 'request.invalid' };
      await expect(place.state.set(name, '1', ttlMs)).rejects.toMatchObject(refused);
      await expect(place.state.setIfAbsent(name, '1', ttlMs)).rejects.toMatchObject(refused);
      const writes = [
        { op: 'set', key: beside, value: '1' },
        { op: 'set', key: name, value: '1', ttlMs },
      ] as const;
      await expect(place.state.commit(commit({ marker, writes }))).rejects.toMatchObject(refused);
      expect(await Promise.all([name, beside, marker].map((each) => place.state.get(each)))).toEqual([
        null,
        null,
        null,
      ]);
    },
  );

  test('forgets a value after its time', async () => {
    const [short, long] = [key(), key()];
    await place.state.set(short, '1', SHORT_MS);
    await place.state.set(long, '1', LONG_MS);
    expect(await place.state.get(short)).toBe('1');
    await expect.poll(() => place.state.get(short)).toBeNull();
    expect(await place.state.get(long)).toBe('1');
    expect(await place.state.delete(short)).toBe(false);
    expect(await place.state.setIfAbsent(short, '2')).toBe(true);
  });

  test('forgets the time of a value that is set anew without one', async () => {
    const [name, other] = [key(), key()];
    await place.state.set(name, '1', SHORT_MS);
    await place.state.set(name, '2');
    await place.state.set(other, '1', 2 * SHORT_MS);
    await expect.poll(() => place.state.get(other)).toBeNull();
    expect(await place.state.get(name)).toBe('2');
  });

  test('sets what is absent for one of several callers only', async () => {
    const name = key();
    const results = await Promise.all(
      ['a', 'b', 'c'].map((value) => place.state.setIfAbsent(name, value, LONG_MS)),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await place.state.get(name)).toBe(['a', 'b', 'c'][results.indexOf(true)]);
  });

  test('says whether what it deleted was there', async () => {
    const name = key();
    await place.state.set(name, '1');
    expect(await place.state.delete(name)).toBe(true);
    expect(await place.state.delete(name)).toBe(false);
    expect(await place.state.get(name)).toBeNull();
  });

  test('gives a value to one of those who take it', async () => {
    const name = key();
    await place.state.set(name, 'prize');
    const taken = await Promise.all([1, 2, 3].map(() => place.state.take(name)));
    expect(taken.filter((value) => value === 'prize')).toHaveLength(1);
    expect(taken.filter((value) => value === null)).toHaveLength(2);
  });

  test('shows everything in a scan, and replaces what is there until its end', async () => {
    const { state } = place;
    await state.set('scanned/value', 'old', 60_000);
    await state.putField('scanned/record', 'a', '1', 60_000);
    const sent = { marker: 'scanned/marker', markerTtlMs: 60_000, writes: [], outbox: ['sent'] };
    await state.commit(sent);
    const scan = async (): Promise<Record<string, string>> => {
      const found: Record<string, string> = {};
      let after: string | null = null;
      do {
        const page: StatePage = await state.scan(after);
        for (const [key, value] of page.entries) if (key.startsWith('scanned/')) found[key] = value;
        after = page.next;
      } while (after !== null);
      return found;
    };
    const scanned = { 'scanned/value': 'old', 'scanned/record': '{"a":"1"}', 'scanned/marker': '["sent"]' };
    expect(await scan()).toEqual(scanned);
    await state.replace('scanned/value', 'new');
    await state.replace('scanned/marker', '[]');
    await state.replace('scanned/nothing', 'x');
    expect(await scan()).toEqual({ ...scanned, 'scanned/value': 'new', 'scanned/marker': '[]' });
    expect(await state.committed('scanned/marker')).toEqual([]);
  });

  test('counts from nothing, up and down', async () => {
    const name = key();
    expect(await place.state.increment(name, 5)).toBe(5);
    expect(await place.state.increment(name, -7)).toBe(-2);
    expect(await place.state.get(name)).toBe('-2');
  });

  test('loses no increment of many callers', async () => {
    const name = key();
    const results = await Promise.all(Array.from({ length: 500 }, () => place.state.increment(name, 1)));
    expect(new Set(results).size).toBe(500);
    expect(await place.state.get(name)).toBe('500');
  });

  test.each(['"7"', '1.5', 'text', '{}', '01'])('does not count with %s', async (value) => {
    const name = key();
    await place.state.set(name, value);
    await expect(place.state.increment(name, 1)).rejects.toMatchObject({ code: 'state.not_a_number' });
    expect(await place.state.get(name)).toBe(value);
  });

  test('does not count by a fraction', async () => {
    await expect(place.state.increment(key(), 0.5)).rejects.toMatchObject({ code: 'state.not_a_number' });
  });

  test('gives a counter its time at the first increment and keeps it at the next', async () => {
    const name = key();
    await place.state.increment(name, 1, 2 * SHORT_MS);
    await place.state.increment(name, 1, LONG_MS);
    await place.state.increment(name, 1);
    await expect.poll(() => place.state.get(name)).toBeNull();
    expect(await place.state.increment(name, 1, LONG_MS)).toBe(1);
  });

  test('collects the fields of a record and answers all of them', async () => {
    const name = key();
    expect(await place.state.putField(name, '1', 'one', LONG_MS)).toEqual({ '1': 'one' });
    const both = await place.state.putField(name, '2', 'two', LONG_MS);
    expect(both).toEqual({ '1': 'one', '2': 'two' });
    expect(await place.state.putField(name, '1', 'uno', LONG_MS)).toEqual({ '1': 'uno', '2': 'two' });
    expect(await place.state.getFields(name)).toEqual({ '1': 'uno', '2': 'two' });
    expect(await place.state.delete(name)).toBe(true);
    expect(await place.state.getFields(name)).toEqual({});
    expect(await place.state.putField(name, '3', 'three', LONG_MS)).toEqual({ '3': 'three' });
  });

  test('shows the whole record to exactly one of those who complete it together', async () => {
    const name = key();
    const parts = ['1', '2', '3', '4'];
    const answers = await Promise.all(parts.map((part) => place.state.putField(name, part, 'x', LONG_MS)));
    expect(answers.filter((record) => Object.keys(record).length === parts.length)).toHaveLength(1);
  });

  test('forgets a record after its time, which each field renews', async () => {
    const [name, later] = [key(), key()];
    await place.state.putField(name, '1', 'one', LONG_MS);
    await place.state.putField(name, '2', 'two', SHORT_MS);
    await place.state.set(later, '1', 2 * SHORT_MS);
    await expect.poll(() => place.state.get(later)).toBeNull();
    expect(await place.state.getFields(name)).toEqual({});
    expect(await place.state.putField(name, '3', 'three', LONG_MS)).toEqual({ '3': 'three' });
  });

  test('commits writes, marker and outbox together', async () => {
    const [set, gone, counter] = [key(), key(), key()];
    await place.state.set(gone, 'old');
    await place.state.set(counter, '41');
    const request = commit({
      writes: [
        { op: 'set', key: set, value: '"new"', ttlMs: LONG_MS },
        { op: 'delete', key: gone },
        { op: 'increment', key: counter, by: 1 },
        { op: 'increment', key: counter, by: 8 },
      ],
      outbox: ['{"content":"first ☃"}', '{"content":"second"}'],
    });
    expect(await place.state.committed(request.marker)).toBeNull();
    expect(await place.state.commit(request)).toEqual({ fresh: true, outbox: request.outbox });
    expect(await Promise.all([set, gone, counter].map((name) => place.state.get(name)))).toEqual([
      '"new"',
      null,
      '50',
    ]);
    expect(await place.state.committed(request.marker)).toEqual(request.outbox);
  });

  test('counts in a commit with what the commit itself has set or deleted', async () => {
    const [set, gone] = [key(), key()];
    await place.state.set(gone, 'text');
    await place.state.commit(
      commit({
        writes: [
          { op: 'set', key: set, value: '7' },
          { op: 'increment', key: set, by: 1 },
          { op: 'delete', key: gone },
          { op: 'increment', key: gone, by: 3 },
        ],
      }),
    );
    expect(await place.state.get(set)).toBe('8');
    expect(await place.state.get(gone)).toBe('3');
  });

  test('writes nothing for a marker that is there, and answers what it left', async () => {
    const counter = key();
    const request = commit({ writes: [{ op: 'increment', key: counter, by: 1 }], outbox: ['original'] });
    await place.state.commit(request);
    expect(await place.state.commit({ ...request, outbox: ['another'] })).toEqual({
      fresh: false,
      outbox: ['original'],
    });
    expect(await place.state.get(counter)).toBe('1');
  });

  test('lets exactly one of many commits under one marker be the fresh one', async () => {
    const [counter, marker] = [key(), key()];
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        place.state.commit(
          commit({ marker, writes: [{ op: 'increment', key: counter, by: 1 }], outbox: [String(n)] }),
        ),
      ),
    );
    expect(results.filter(({ fresh }) => fresh)).toHaveLength(1);
    expect(new Set(results.map(({ outbox }) => outbox[0])).size).toBe(1);
    expect(await place.state.get(counter)).toBe('1');
  });

  test('commits nothing at all when one increment cannot be done', async () => {
    const [set, text] = [key(), key()];
    await place.state.set(text, '"text"');
    const request = commit({
      writes: [
        { op: 'set', key: set, value: '1' },
        { op: 'increment', key: text, by: 1 },
      ],
    });
    await expect(place.state.commit(request)).rejects.toMatchObject({
      code: 'state.not_a_number',
      message: expect.stringContaining(text) as string,
    });
    expect(await place.state.get(set)).toBeNull();
    expect(await place.state.committed(request.marker)).toBeNull();
  });

  test('forgets a marker after its time', async () => {
    const request = commit({ markerTtlMs: SHORT_MS, outbox: ['x'] });
    await place.state.commit(request);
    await expect.poll(() => place.state.committed(request.marker)).toBeNull();
    expect(await place.state.commit(request)).toMatchObject({ fresh: true });
  });

  test('keeps the expiry of a counter that a commit increments', async () => {
    const counter = key();
    await place.state.increment(counter, 1, 2 * SHORT_MS);
    await place.state.commit(commit({ writes: [{ op: 'increment', key: counter, by: 1 }] }));
    expect(await place.state.get(counter)).toBe('2');
    await expect.poll(() => place.state.get(counter)).toBeNull();
  });

  describe('with a quota', () => {
    const MOST = 3;
    let places = 0;
    /** A place of its own for each test. */
    const counted = () => {
      places += 1;
      const prefix = `app/quota/${places}/`;
      const quota = { prefix, maxKeys: MOST };
      const writing = (...writes: StateCommit['writes']) => place.state.commit(commit({ writes, quota }));
      const set = (name: string, ttlMs?: number) =>
        ({ op: 'set', key: prefix + name, value: '1', ...(ttlMs === undefined ? {} : { ttlMs }) }) as const;
      const remove = (name: string) => ({ op: 'delete', key: prefix + name }) as const;
      const add = (name: string) => ({ op: 'increment', key: prefix + name, by: 1 }) as const;
      return { prefix, quota, writing, set, remove, add };
    };

    test('takes so many keys and refuses one more, with nothing written', async () => {
      const { prefix, quota, writing, set, add } = counted();
      await writing(set('a'), add('b'));
      const refused = commit({ writes: [set('a'), set('c'), add('d')], outbox: ['x'], quota });
      await expect(place.state.commit(refused)).rejects.toMatchObject({
        code: 'app.limit',
        message: expect.stringContaining('may keep 3 keys'),
      });
      expect(await place.state.get(`${prefix}c`)).toBeNull();
      expect(await place.state.committed(refused.marker)).toBeNull();
      await writing(set('c'));
      await writing(set('a'), add('b'), set('c'));
      await expect(writing(add('d'))).rejects.toMatchObject({ code: 'app.limit' });
    });

    test('counts what a commit leaves, not what it does on the way', async () => {
      const { writing, set, remove, add } = counted();
      await writing(set('a'), set('b'), set('c'));
      await writing(set('d'), remove('a'));
      await writing(set('e'), remove('e'), remove('b'), add('f'), add('f'));
      await expect(writing(remove('nothing'), set('g'))).rejects.toMatchObject({ code: 'app.limit' });
      await writing(remove('c'));
      await writing(set('g'));
      await expect(writing(set('h'))).rejects.toMatchObject({ code: 'app.limit' });
    });

    test('does not count what has expired', async () => {
      const { prefix, writing, set, add } = counted();
      await writing(set('a', SHORT_MS), set('b', SHORT_MS), set('c'));
      await expect(writing(set('d'))).rejects.toMatchObject({ code: 'app.limit' });
      await expect.poll(() => place.state.get(`${prefix}a`)).toBeNull();
      await expect.poll(() => place.state.get(`${prefix}b`)).toBeNull();
      await writing(set('d'), add('a'));
      await expect(writing(set('e'))).rejects.toMatchObject({ code: 'app.limit' });
    });

    test('lets an app that has too many by now change and delete', async () => {
      const { quota, set, remove } = counted();
      await place.state.commit(commit({ writes: [set('a'), set('b'), set('c')], quota }));
      const lower = { ...quota, maxKeys: 1 };
      await place.state.commit(commit({ writes: [set('a'), remove('b')], quota: lower }));
      await expect(place.state.commit(commit({ writes: [set('d')], quota: lower }))).rejects.toMatchObject({
        code: 'app.limit',
      });
    });

    test('is right under many at once, and counts its own keys only', async () => {
      const [one, two] = [counted(), counted()];
      await two.writing(two.set('a'));
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => one.writing(one.set(`key ${index}`), two.set('a'))),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(MOST);
      await two.writing(two.set('b'), two.set('c'));
    });
  });

  describe('lists the keys of a place', () => {
    let places = 0;
    const filled = async (keys: readonly string[], size = 1) => {
      places += 1;
      const prefix = `app/listed/${places}/`;
      const quota = { prefix, maxKeys: 1000 };
      const value = '7'.repeat(size);
      const writes = keys.map((name) => ({ op: 'set', key: prefix + name, value }) as const);
      await place.state.commit(commit({ writes, quota }));
      const list = (start: string, limit = 100, after?: string) =>
        place.state.list({
          place: prefix,
          prefix: prefix + start,
          limit,
          ...(after === undefined ? {} : { after }),
        });
      return { prefix, quota, list };
    };

    test('that begin so, by their bytes, and no others', async () => {
      const { prefix, list } = await filled(['b:2', 'a:1', 'b:10', 'b:é', 'b:😀', 'b:\uffee', 'c:1', 'b']);
      await filled(['b:other']);
      const { entries, next } = await list('b:');
      expect(entries).toEqual(['b:10', 'b:2', 'b:é', 'b:\uffee', 'b:😀'].map((name) => [prefix + name, '7']));
      expect(next).toBeNull();
      expect((await list('')).entries).toHaveLength(8);
      expect((await list('d')).entries).toEqual([]);
    });

    test('page by page, each once', async () => {
      const names = Array.from({ length: 250 }, (_, n) => `k${String(n).padStart(3, '0')}`);
      const { prefix, list } = await filled(names);
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page = await list('k', 60, after ?? undefined);
        expect(page.entries.length).toBeLessThanOrEqual(60);
        seen.push(...page.entries.map(([name]) => name.slice(prefix.length)));
        after = page.next;
      } while (after !== null);
      expect(seen).toEqual(names);
    });

    test('without those that are gone', async () => {
      const { prefix, quota, list } = await filled(['a', 'b', 'c']);
      const short = { op: 'set', key: `${prefix}short`, value: '1', ttlMs: SHORT_MS } as const;
      const remove = { op: 'delete', key: `${prefix}b` } as const;
      await place.state.commit(commit({ writes: [remove, short], quota }));
      const names = async () => (await list('')).entries.map(([name]) => name.slice(prefix.length));
      await expect.poll(names).toEqual(['a', 'c']);
      await place.state.commit(commit({ writes: [{ ...short, key: `${prefix}b` }], quota }));
      await expect.poll(names).toEqual(['a', 'c']);
      await place.state.commit(commit({ writes: [{ op: 'increment', key: `${prefix}b`, by: 1 }], quota }));
      expect(await names()).toEqual(['a', 'b', 'c']);
    });

    test('in smaller pages where values are large', async () => {
      const { list } = await filled(
        Array.from({ length: 40 }, (_, n) => `k${n}`),
        60_000,
      );
      const page = await list('k');
      expect(page.entries.length).toBeLessThan(20);
      expect(page.next).not.toBeNull();
    });
  });
});
