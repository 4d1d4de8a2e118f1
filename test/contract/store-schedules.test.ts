import { deriveId, type AppRef } from '@vumi/core';
import type { StoreEffect } from '@vumi/records';
import type { Store } from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp, openQuietStore, openStorePlace, userMessage, type StorePlace } from './store-place.ts';

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

describe('schedules', () => {
  const put = (name: string, due: number, fields: { user?: string; data?: unknown } = {}): StoreEffect => ({
    kind: 'schedule.put',
    id: deriveId(name, due, fields.user ?? ''),
    name,
    user: fields.user ?? null,
    due,
    data: fields.data ?? null,
  });

  test('one that comes again is put off, and not when it was replaced or cancelled meanwhile', async () => {
    const ref = await createApp(store);
    const repeat = { time: '08:30', weekdays: [1] };
    const [first, second] = [put('a', 5000), put('a', 6000)];
    await apply(ref, { ...first, repeat } as StoreEffect, put('b', 7000));
    const ids = async () => (await store.schedules.list(ref.account, {})).items;
    const [repeated] = await ids();
    expect(repeated).toMatchObject({ name: 'a', repeat });
    await store.schedules.repeat([{ id: repeated?.id ?? '', due: 9000 }]);
    expect(await ids()).toMatchObject([
      { name: 'b', repeat: null },
      { name: 'a', due_at: '1970-01-01T00:00:09.000Z', repeat },
    ]);
    await apply(ref, second);
    await store.schedules.repeat([{ id: repeated?.id ?? '', due: 10_000 }]);
    expect(await ids()).toMatchObject([
      { name: 'a', due_at: '1970-01-01T00:00:06.000Z', repeat: null },
      { name: 'b' },
    ]);
    await store.apps.remove(ref);
  });

  test('one of a name is open for each user; a new one takes its place', async () => {
    const ref = await createApp(store);
    await apply(
      ref,
      put('a', 5000),
      put('a', 6000, { user: '+27761' }),
      put('a', 7000, { data: { n: [1] } }),
    );
    const { items } = await store.schedules.list(ref.account, {});
    expect(items).toMatchObject([
      { app: ref.app, name: 'a', user: '+27761', due_at: '1970-01-01T00:00:06.000Z', data: null },
      { app: ref.app, name: 'a', user: null, due_at: '1970-01-01T00:00:07.000Z', data: { n: [1] } },
    ]);
    await apply(ref, { kind: 'schedule.cancel', name: 'a', user: null });
    expect(await store.records.countSchedules(ref)).toBe(1);
    await store.schedules.cancel(ref, items[0]?.id ?? '');
    expect(await store.records.countSchedules(ref)).toBe(0);
    await expect(store.schedules.cancel(ref, items[0]?.id ?? '')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('those that are due come in the order of their times, and go by their ids', async () => {
    const ref = await createApp(store);
    await apply(ref, put('c', 300), put('a', 100), put('b', 200));
    const all = { limit: 10, perApp: 10, except: [] };
    const due = await store.schedules.due(200, all);
    expect(due.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(await store.schedules.due(200, { ...all, limit: 1 })).toHaveLength(1);
    expect(await store.schedules.next([])).toBe(100);
    await store.schedules.remove(due.map(({ id }) => id));
    expect(await store.schedules.next([])).toBe(300);
    await store.apps.remove(ref);
    expect(await store.schedules.next([])).toBeNull();
  });

  test('so many of each app are due, and none of apps that wait', async () => {
    const [busy, calm] = [await createApp(store), await createApp(store)];
    await apply(busy, put('a', 100), put('b', 110), put('c', 120));
    await apply(calm, put('d', 130));
    const names = async (query: { perApp: number; except: AppRef[] }) =>
      (await store.schedules.due(200, { limit: 10, ...query })).map(({ name }) => name);
    expect(await names({ perApp: 2, except: [] })).toEqual(['a', 'b', 'd']);
    expect(await names({ perApp: 2, except: [busy] })).toEqual(['d']);
    expect(await names({ perApp: 2, except: [busy, calm] })).toEqual([]);
    expect(await store.schedules.next([busy])).toBe(130);
    expect(await store.schedules.next([busy, calm])).toBeNull();
    for (const ref of [busy, calm]) await store.apps.remove(ref);
  });

  test('one that is due soon is told of at once, others are not', async () => {
    const ref = await createApp(store);
    const heard: string[] = [];
    using _listening = store.onChange(({ what }) => void heard.push(what));
    await apply(ref, put('later', Date.now() + 3_600_000));
    expect(heard).toEqual([]);
    await apply(ref, put('soon', Date.now() + 100));
    expect(heard).toEqual(['schedules']);
  });

  test('another app of the account neither lists nor cancels them by their id', async () => {
    const ref = await createApp(store);
    const other = await createApp(store);
    await apply(ref, put('mine', 9000));
    const [mine] = (await store.schedules.list(ref.account, { app: ref.app })).items;
    expect((await store.schedules.list(ref.account, { app: 'other' })).items).toEqual([]);
    await expect(store.schedules.cancel(other, mine?.id ?? '')).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.records.countSchedules(ref)).toBe(1);
  });
});

describe('counts of messages', () => {
  test('an app counts its own messages, addresses and what became of them', async () => {
    const ref = await createApp(store);
    const now = Date.now();
    const inbound = (from: string, fields = {}) => userMessage({ from_addr: from, ...fields });
    const outbound = [
      userMessage({ to_addr: 'a' }),
      userMessage({ to_addr: 'a' }),
      userMessage({ to_addr: 'b' }),
    ];
    const old = '2020-01-01 00:00:00.000000';
    await Promise.all([
      store.recorder.inbound(inbound('a'), ref, 'received'),
      store.recorder.inbound(inbound('a', { timestamp: old }), ref, 'received'),
      store.recorder.inbound(inbound('b'), ref, 'received'),
      store.recorder.inbound(inbound('c'), ref, 'discarded'),
      store.recorder.inbound(inbound('d'), { ...ref, app: 'other' }, 'received'),
      ...outbound.map((message) => store.recorder.outbound(message, ref, 'queued')),
    ]);
    const event = (index: number, fields: object) =>
      store.recorder.event({
        ...baseEvent(outbound[index]?.message_id ?? ''),
        event_id: `${now}-${ref.account}-${index}-${JSON.stringify(fields)}`,
        ...fields,
      } as Parameters<Store['recorder']['event']>[0]);
    await Promise.all([
      event(0, { event_type: 'ack', sent_message_id: '1' }),
      event(0, { event_type: 'delivery_report', delivery_status: 'delivered' }),
      event(1, { event_type: 'ack', sent_message_id: '2' }),
      event(1, { event_type: 'delivery_report', delivery_status: 'pending' }),
      event(2, { event_type: 'nack', nack_reason: 'no' }),
    ]);
    const { records } = store;
    expect(await records.countMessages(ref, 'inbound')).toBe(3);
    expect(await records.countMessages(ref, 'outbound')).toBe(3);
    expect(await records.countAddresses(ref, 'inbound')).toBe(2);
    expect(await records.countAddresses(ref, 'outbound')).toBe(2);
    expect(await records.countRecent(ref, 'inbound', 300)).toBe(2);
    expect(await records.progress(ref)).toEqual({
      sent: 3,
      ack: 2,
      nack: 1,
      delivery_report: 2,
      delivery_report_delivered: 1,
      delivery_report_failed: 0,
      delivery_report_pending: 1,
    });
  });
});

function baseEvent(userMessageId: string) {
  return {
    message_version: '20110921',
    message_type: 'event',
    user_message_id: userMessageId,
    timestamp: '2026-11-24 08:00:00.000000',
    transport_name: 'smpp',
    transport_metadata: {},
    helper_metadata: {},
    routing_metadata: {},
  };
}
