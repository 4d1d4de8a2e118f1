import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EMPTY_CONTACT, type MetricEffect, type StoreEffects } from '@vumi/records';
import type { Store } from '@vumi/store';
import { openQuietStore, openStorePlace, readSql, type StorePlace } from './store-place.ts';

let place: StorePlace;
let store: Store;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
  await store.accounts.create('clinic');
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const AT = Date.UTC(2026, 10, 24, 12, 0, 30);

function metric(name: string, value: number, at: number = AT): MetricEffect {
  return { kind: 'metric', store: 'default', metric: name, aggregator: 'sum', value, at };
}

function effectsOf(marker: string, ...effects: MetricEffect[]): StoreEffects {
  return { marker, account: 'clinic', app: 'hello', effects };
}

function minutesOf(name: string): Promise<object[]> {
  return readSql(
    place.url,
    `select count::int, sum, min, max, last from series_points join series on series.id = series
     where metric = '${name}' order by at`,
  );
}

describe('store effects', () => {
  test('are applied once under their marker, also by two at once', async () => {
    const effects = effectsOf('done/once', metric('once', 1));
    await Promise.all([store.effects.apply(effects), store.effects.apply(effects)]);
    await store.effects.apply(effects);
    expect(await minutesOf('once')).toEqual([{ count: 1, sum: 1, min: 1, max: 1, last: 1 }]);
  });

  test('of many messages at once all count', async () => {
    const all = Array.from({ length: 60 }, (_, index) =>
      effectsOf(`done/many/${index}`, metric(`many${index % 2}`, 1), metric(`many${(index + 1) % 2}`, 2)),
    );
    await Promise.all(all.map((effects) => store.effects.apply(effects)));
    expect(await minutesOf('many0')).toMatchObject([{ count: 60, sum: 90 }]);
    expect(await minutesOf('many1')).toMatchObject([{ count: 60, sum: 90 }]);
  });

  test('one that cannot be held costs the others of its message and of its batch nothing', async () => {
    const huge = (marker: string): StoreEffects => {
      const contact = {
        ...EMPTY_CONTACT,
        key: marker,
        account: 'clinic',
        created_at: new Date(AT).toISOString(),
      };
      return {
        marker,
        account: 'clinic',
        app: 'hello',
        effects: [
          { kind: 'contact.create', contact },
          metric('overflow', Number.MAX_VALUE),
          metric('beside', 1),
          {
            kind: 'optout.put',
            address_type: 'msisdn',
            address_value: '+27\u0000',
            message_id: null,
            created_at: 'never',
          },
        ],
      };
    };
    const results = await Promise.all([
      ...['a', 'b'].map((name) => store.effects.apply(huge(`done/huge/${name}`))),
      ...Array.from({ length: 5 }, (_, index) =>
        store.effects.apply(effectsOf(`done/beside/${index}`, metric('beside', 1))),
      ),
    ]);
    expect(results.slice(0, 2).map((failures) => failures.map(({ effect }) => effect.kind))).toEqual([
      ['optout.put'],
      ['metric', 'optout.put'],
    ]);
    expect(results[1]?.[0]?.reason).toMatch(/out of range/);
    expect(results.slice(2).flat()).toEqual([]);
    expect(await minutesOf('beside')).toMatchObject([{ count: 7, sum: 7 }]);
    expect(await minutesOf('overflow')).toMatchObject([{ count: 1 }]);
    expect(
      await readSql(
        place.url,
        "select key from contacts where account = 'clinic' and key like 'done/huge/%' order by key",
      ),
    ).toHaveLength(2);
    // Once: what was refused is not tried again.
    expect(await store.effects.apply(huge('done/huge/b'))).toEqual([]);
    expect(await minutesOf('beside')).toMatchObject([{ count: 7 }]);
  });

  test('metrics that were applied are told of once, and what was not is not', async () => {
    const told: (readonly [string, readonly string[]])[] = [];
    const listening = store.effects.onMetrics((account, metrics) => {
      told.push([account, metrics.map(({ metric: name }) => name)]);
    });
    const first = effectsOf('told/once', metric('told', 1), metric('told_too', 2));
    await Promise.all([store.effects.apply(first), store.effects.apply(first)]);
    await store.effects.apply(first);
    await store.effects.apply(effectsOf('told/part', metric('told', 1), metric('not\u0000stored', 1)));
    listening[Symbol.dispose]();
    await store.effects.apply(effectsOf('told/later', metric('told', 1)));
    expect(told).toEqual([
      ['clinic', ['told', 'told_too']],
      ['clinic', ['told']],
    ]);
  });

  test('metrics keep sum, least, most and last value by the minute', async () => {
    await store.effects.apply(effectsOf('done/a', metric('visits', 5), metric('visits', -2, AT + 10)));
    await store.effects.apply(
      effectsOf('done/b', metric('visits', 9, AT - 10), metric('visits', 1, AT + 60_000)),
    );
    expect(await minutesOf('visits')).toEqual([
      { count: 3, sum: 12, min: -2, max: 9, last: -2 },
      { count: 1, sum: 1, min: 1, max: 1, last: 1 },
    ]);
  });
});
