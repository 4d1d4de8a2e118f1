import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ComponentReport, Store } from '@vumi/store';
import { openQuietStore, openStorePlace, type StorePlace } from './store-place.ts';

const T0 = Date.parse('2026-11-29T12:00:00Z');
const iso = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();

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
beforeEach(async () => {
  for (const kind of ['process', 'worker', 'part'] as const) await store.components.retain(kind, []);
});

function report(seconds: number, fields: Partial<ComponentReport> = {}): ComponentReport {
  const level = { level: 'ok', type: 'bound', message: 'bound to smsc' } as const;
  const own = {
    name: 'global:mno.smpp',
    kind: 'part',
    system_id: 'global',
    worker: 'mno',
    part: 'smpp',
  } as const;
  return { ...own, ...level, details: {}, at: T0 + seconds * 1000, ...fields };
}

const down = { level: 'down', type: 'connection_lost', message: 'connection lost' } as const;

describe('components', () => {
  it('remember since when they are so, and how they were', async () => {
    expect(await store.components.put([report(0)])).toMatchObject([{ level: 'ok', level_before: null }]);
    expect(await store.components.put([report(1, { message: 'still bound' })])).toEqual([]);
    expect(await store.components.get('global:mno.smpp')).toMatchObject({
      level: 'ok',
      message: 'still bound',
      since: iso(0),
      changed_at: iso(1),
    });
    await store.components.put([report(2, down)]);
    await store.components.put([report(3, { ...down, type: 'bind_timeout' })]);
    expect(await store.components.put([report(4, down)])).toEqual([]);
    expect(await store.components.get('global:mno.smpp')).toMatchObject({ level: 'down', since: iso(2) });
    const { items } = await store.components.history('global:mno.smpp', {});
    expect(items.map(({ level, level_before, type, at }) => [level_before, level, type, at])).toEqual([
      ['down', 'down', 'bind_timeout', iso(3)],
      ['ok', 'down', 'connection_lost', iso(2)],
      [null, 'ok', 'bound', iso(0)],
    ]);
  });

  it('keep the last 100 changes, by pages', async () => {
    for (let n = 0; n < 130; n += 1) await store.components.put([report(n, n % 2 === 0 ? down : {})]);
    const first = await store.components.history('global:mno.smpp', { limit: 60 });
    expect(first.items[0]?.at).toBe(iso(129));
    const cursor = first.next_cursor ?? '';
    const rest = await store.components.history('global:mno.smpp', { limit: 60, cursor });
    expect(rest.items).toHaveLength(40);
    expect(rest.next_cursor).toBeNull();
  });

  it('are told of from the place up to which somebody has heard, at first as they are now', async () => {
    const other = { name: 'global:mno.provider', part: 'provider' } as const;
    await store.components.put([report(0), report(1, other), report(2, down)]);
    await store.components.put([report(3, { name: 'global:web.request', worker: 'web', part: 'request' })]);
    const first = await store.components.changesOf('mno', {});
    expect(first.map(({ name, part, level }) => [name, part, level])).toEqual([
      ['global:mno.provider', 'provider', 'ok'],
      ['global:mno.smpp', 'smpp', 'down'],
    ]);
    const places = Object.fromEntries(first.map(({ name, seq }) => [name, seq]));
    expect(await store.components.changesOf('mno', places)).toEqual([]);
    await store.components.put([report(4), report(5, { ...other, ...down }), report(6, down)]);
    const later = await store.components.changesOf('mno', places);
    expect(later.map(({ part, level }) => [part, level])).toEqual([
      ['smpp', 'ok'],
      ['provider', 'down'],
      ['smpp', 'down'],
    ]);
  });

  it('are found by level, kind, name and worker', async () => {
    const worker = { name: 'global:mno', kind: 'worker', part: null } as const;
    await store.components.put([
      report(0, worker),
      report(0, down),
      report(0, { name: 'global:web.request', worker: 'web', part: 'request' }),
    ]);
    const names = async (query: object): Promise<string[]> =>
      (await store.components.list(query)).items.map(({ name }) => name);
    expect(await names({})).toEqual(['global:mno', 'global:mno.smpp', 'global:web.request']);
    expect(await names({ level: 'down' })).toEqual(['global:mno.smpp']);
    expect(await names({ kind: 'worker' })).toEqual(['global:mno']);
    expect(await names({ search: 'WEB' })).toEqual(['global:web.request']);
    expect(await names({ search: '%' })).toEqual([]);
    expect(await names({ partsOf: ['mno'] })).toEqual(['global:mno.smpp']);
    const { next_cursor } = await store.components.list({ limit: 2 });
    expect(await names({ cursor: next_cursor })).toEqual(['global:web.request']);
    expect(await store.components.counts()).toEqual({ ok: 2, degraded: 0, down: 1 });
    expect((await store.components.troubles()).map(({ name }) => name)).toEqual(['global:mno.smpp']);
  });

  it('of a worker that is missed say nothing any more', async () => {
    const worker = { name: 'global:mno', kind: 'worker', part: null } as const;
    const missed = {
      ...worker,
      level: 'down',
      type: 'min-procs-fail',
      message: 'no process runs it',
    } as const;
    await store.components.put([report(0), report(5, missed)]);
    expect(await store.components.get('global:mno.smpp')).toMatchObject({
      level: 'down',
      type: 'worker-missing',
      message: 'its worker is not heard; it said before: bound to smsc',
      since: iso(5),
    });
    expect(await store.components.counts()).toEqual({ ok: 0, degraded: 0, down: 2 });
    expect((await store.components.troubles()).map(({ name }) => name)).toEqual(['global:mno']);
    await store.components.put([report(6, { ...worker, type: 'beating' })]);
    expect(await store.components.get('global:mno.smpp')).toMatchObject({ level: 'ok', since: iso(0) });
  });

  it('are forgotten with their history', async () => {
    await store.components.put([report(0), report(0, { name: 'global:web.request', worker: 'web' })]);
    const heard: string[] = [];
    using _ = store.onChange(({ what }) => void heard.push(what));
    await store.components.retainPartsOf('global', ['mno', 'web']);
    expect(heard).toEqual([]);
    await store.components.retainPartsOf('global', ['web']);
    expect(heard).toEqual(['components']);
    await expect(store.components.get('global:mno.smpp')).rejects.toMatchObject({ code: 'not_found' });
    expect((await store.components.history('global:mno.smpp', {})).items).toEqual([]);
  });
});
