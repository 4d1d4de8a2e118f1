import { silentLogger } from '@vumi/core';
import { openStore, type Store } from '@vumi/store';
import type { MetricEffect } from '@vumi/records';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStorePlace, readSql, runSql, type StorePlace } from './store-place.ts';

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;
const AT = Date.UTC(2026, 10, 24, 12);
const iso = (ms: number): string => new Date(ms).toISOString();

let place: StorePlace;
let store: Store;
beforeAll(async () => {
  place = await openStorePlace();
  store = await openStore({ url: place.url, logger: silentLogger });
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

function read(metric: string, aggregator: string, stepSeconds: number) {
  const name = { store: 'vumi', metric, aggregator };
  return store.series.read({ ...name, from: iso(AT), to: iso(AT + DAY), stepSeconds });
}

/** Seconds of the rows of a metric, with how many there are. */
function rowsOf(metric: string): Promise<object[]> {
  return readSql(
    place.url,
    `select step, count(*)::int as rows, sum(count)::int as values from series_points join series on series.id = series
     where metric = '${metric}' group by step order by step`,
  );
}

describe('series of the platform', () => {
  test('are listed by name and beginning, and read in steps as their aggregator says; one of one’s own by its mean', async () => {
    const values = ['sum', 'avg', 'min', 'max', 'last', 'p95'].flatMap((aggregator) =>
      [4, 1, 7, 2].map((value, index) => ({
        metric: 'w.a',
        aggregator,
        value,
        at: AT + index * 10 * SECOND,
      })),
    );
    expect(await store.series.add(values)).toBe(0);
    expect(await store.series.add([{ metric: 'w.b', aggregator: 'sum', at: AT, value: 1 }])).toBe(0);
    const first = await store.series.list({ prefix: 'w.', limit: 6 });
    const rest = await store.series.list({ prefix: 'w.', cursor: first.next_cursor ?? '' });
    expect(first.items).toHaveLength(6);
    expect(rest).toEqual({
      items: [{ store: 'vumi', metric: 'w.b', aggregator: 'sum' }],
      next_cursor: null,
    });
    expect((await store.series.list({ prefix: 'w.b' })).items).toHaveLength(1);
    const seen = async (aggregator: string) => (await read('w.a', aggregator, 20)).map(({ value }) => value);
    expect(await seen('sum')).toEqual([5, 9]);
    expect(await seen('avg')).toEqual([2.5, 4.5]);
    expect(await seen('min')).toEqual([1, 2]);
    expect(await seen('max')).toEqual([4, 7]);
    expect(await seen('last')).toEqual([1, 2]);
    expect(await seen('p95')).toEqual([2.5, 4.5]);
    expect(await read('w.a', 'sum', 10)).toEqual([
      { at: iso(AT), value: 4 },
      { at: iso(AT + 10 * SECOND), value: 1 },
      { at: iso(AT + 20 * SECOND), value: 7 },
      { at: iso(AT + 30 * SECOND), value: 2 },
    ]);
  });

  test('become minutes after a day, hours after two weeks, and go after a year; no value is lost or counted twice', async () => {
    const values = Array.from({ length: 720 }, (_, index) => ({
      metric: 'old',
      aggregator: 'sum',
      value: index,
      at: AT + index * 10 * SECOND,
    }));
    const total = values.reduce((sum, { value }) => sum + value, 0);
    await store.series.add(values);
    const sumOf = async () =>
      (await read('old', 'sum', 24 * 3600)).reduce((sum, { value }) => sum + value, 0);
    expect(await rowsOf('old')).toEqual([{ step: 10, rows: 720, values: 720 }]);

    await store.series.rollUp(AT + DAY + 3600 * SECOND + 5 * SECOND);
    expect(await rowsOf('old')).toEqual([
      { step: 10, rows: 360, values: 360 },
      { step: 60, rows: 60, values: 360 },
    ]);
    expect(await sumOf()).toBe(total);
    // 0 to 5 in the first minute.
    expect((await read('old', 'sum', 60))[0]).toEqual({ at: iso(AT), value: 15 });

    await store.series.add([{ metric: 'old', aggregator: 'sum', at: AT + SECOND, value: 100 }]);
    await store.series.rollUp(AT + 14 * DAY + 3601 * SECOND);
    await store.series.rollUp(AT + 14 * DAY + 3601 * SECOND);
    expect(await rowsOf('old')).toEqual([
      { step: 60, rows: 60, values: 360 },
      { step: 3600, rows: 1, values: 361 },
    ]);
    expect(await sumOf()).toBe(total + 100);

    await store.series.rollUp(AT + 366 * DAY);
    expect(await rowsOf('old')).toEqual([]);
    expect((await store.series.list({ prefix: 'old' })).items).toEqual([]);
  });

  test('are bounded in number: what is one too many is left out, and known ones go on', async () => {
    await runSql(
      place.url,
      `insert into series (account, store, metric, aggregator)
       select '', 'vumi', 'filler.' || n, 'sum' from generate_series(1, 1000) as n`,
    );
    const value = { aggregator: 'sum', at: AT, value: 1 };
    expect(
      await store.series.add([
        { ...value, metric: 'filler.7' },
        { ...value, metric: 'new' },
      ]),
    ).toBe(1);
    expect(await read('filler.7', 'sum', 10)).toHaveLength(1);
    await store.series.rollUp(AT);
    expect(await store.series.add([{ ...value, metric: 'new' }])).toBe(0);
  });
});

describe('metrics of apps', () => {
  const metric = (name: string): MetricEffect => ({
    kind: 'metric',
    store: 's',
    metric: name,
    aggregator: 'sum',
    value: 1,
    at: AT,
  });
  const apply = (marker: string, account: string, ...effects: MetricEffect[]) =>
    store.effects.apply({ marker, account, app: 'a', effects });

  test('are bounded in number for each account, and the author is told of what is not kept', async () => {
    await runSql(
      place.url,
      `insert into series (account, store, metric, aggregator)
       select 'busy', 's', 'm' || n, 'sum' from generate_series(1, 999) as n`,
    );
    expect(await apply('busy/1', 'busy', metric('last_one'))).toEqual([]);
    const refused = await apply('busy/2', 'busy', metric('one_too_many'), metric('m5'));
    expect(refused).toEqual([
      { effect: metric('one_too_many'), reason: expect.stringContaining('has its 1000 metrics') as string },
    ]);
    expect(await rowsOf('m5')).toEqual([{ step: 60, rows: 1, values: 1 }]);
    expect(await apply('calm/1', 'calm', metric('one_too_many'))).toEqual([]);
  });

  test('old minutes become hours', async () => {
    await apply('clinic/1', 'clinic', metric('visits'));
    await apply('clinic/2', 'clinic', { ...metric('visits'), at: AT + 60 * SECOND });
    await store.series.rollUp(AT + 15 * DAY);
    expect(await rowsOf('visits')).toEqual([{ step: 3600, rows: 1, values: 2 }]);
  });
});
