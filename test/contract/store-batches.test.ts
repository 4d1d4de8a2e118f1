import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createAck,
  createDeliveryReport,
  createNack,
  type EventFields,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { Store } from '@vumi/store';
import { eventually } from '@vumi/machine/testing';
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

const countAll = async (): Promise<void> => {
  while (!(await store.counts.fold()));
};
const tagged = (pool: string, tag: string, fields: Partial<UserMessage> = {}): UserMessage =>
  userMessage({ helper_metadata: { tag: { tag: [pool, tag] } }, ...fields });
const eventOf = ({ message_id, transport_name }: UserMessage): EventFields => ({
  user_message_id: message_id,
  transport_name: transport_name ?? '',
});
const ack = (message: UserMessage): TransportEvent => createAck(eventOf(message), 's');
const report = (message: UserMessage, status: 'delivered' | 'failed'): TransportEvent =>
  createDeliveryReport(eventOf(message), status);
const idsIn = async (account: string | null, query: object): Promise<string[]> =>
  (await store.messages.list({ account, ...query })).items.map(({ message_id }) => message_id).toSorted();

describe('a batch', () => {
  test('has the messages of its tags from its start to its end', async () => {
    const ref = await createApp(store);
    const own = { account: ref.account, name: null };
    const before = tagged('codes', '8001');
    await store.recorder.inbound(before, ref, 'received');
    const first = await store.batches.start({ ...own, tags: [{ pool: 'codes', tag: '8001' }] });
    const one = tagged('codes', '8001');
    await store.recorder.inbound(one, ref, 'received');
    await store.recorder.inbound(tagged('codes', '8002'), ref, 'received');
    await store.recorder.inbound(userMessage(), ref, 'received');
    const second = await store.batches.start({ ...own, tags: [{ pool: 'codes', tag: '8001' }] });
    const two = tagged('codes', '8001');
    await store.recorder.inbound(two, ref, 'received');
    // Comes again, and stays where it was.
    await store.recorder.inbound(one, ref, 'received');
    await store.batches.done(ref.account, second.id);
    await store.recorder.inbound(tagged('codes', '8001'), ref, 'received');
    expect(await idsIn(ref.account, { batch: first.id })).toEqual([one.message_id]);
    expect(await idsIn(ref.account, { batch: second.id })).toEqual([two.message_id]);
    expect(await idsIn(ref.account, { tag: ['codes', '8001'] })).toEqual(
      [one.message_id, two.message_id].toSorted(),
    );
    expect(await store.batches.list(ref.account, {})).toMatchObject({
      items: [
        { id: second.id, done_at: expect.any(String) as string, tags: [{ tag: '8001', current: false }] },
        { id: first.id, done_at: null, tags: [{ tag: '8001', current: false }] },
      ],
      next_cursor: null,
    });
  });

  test('of another account is not there, and one of the platform has messages of all', async () => {
    const [one, other] = [await createApp(store), await createApp(store)];
    const batch = await store.batches.start({ account: one.account, name: null, tags: [] });
    await expect(store.batches.get(other.account, batch.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.batches.get(null, batch.id)).rejects.toMatchObject({ code: 'not_found' });
    const shared = await store.batches.start({ account: null, name: 'all', tags: [{ pool: 'p', tag: 't' }] });
    const messages = [tagged('p', 't'), tagged('p', 't'), tagged('p', 't')];
    const owners = [one, other, null];
    for (const [index, message] of messages.entries())
      await store.recorder.inbound(message, owners[index] ?? null, 'received');
    expect(await idsIn(null, { batch: shared.id })).toEqual(
      messages.map(({ message_id }) => message_id).toSorted(),
    );
    const stranger = messages[1]?.message_id ?? '';
    await expect(store.batches.add(one.account, batch.id, [stranger])).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('counts each message and event once, whatever comes again and in whatever order', async () => {
    const ref = await createApp(store);
    const batch = await store.batches.start({
      account: ref.account,
      name: null,
      tags: [{ pool: 'codes', tag: '9' }],
    });
    const out = tagged('codes', '9', { from_addr: '12345', to_addr: '+27761234567' });
    const acked = ack(out);
    // The event is there before the row of its message.
    await store.recorder.event(acked);
    await countAll();
    await store.recorder.outbound(out, ref, 'queued');
    await countAll();
    const delivered = report(out, 'delivered');
    for (const event of [acked, delivered, delivered, acked]) await store.recorder.event(event);
    await store.recorder.outbound(out, ref, 'queued');
    // Added by its id when its events are counted for the account already.
    const late = userMessage({ from_addr: '12345', to_addr: '+27761234568' });
    await store.recorder.outbound(late, ref, 'queued');
    await store.recorder.event(ack(late));
    await countAll();
    expect(await store.batches.add(ref.account, batch.id, [late.message_id, out.message_id])).toBe(1);
    await store.recorder.event(report(late, 'failed'));
    // The event that was early is looked for again after a while.
    const counted = await eventually(
      async () => {
        await countAll();
        return (await store.batches.counts(ref.account, batch.id)).total;
      },
      ({ ack }) => ack === 2,
    );
    expect(counted).toMatchObject({
      received: 0,
      sent: 2,
      nack: 0,
      delivery_report: 2,
      'delivery_report.delivered': 1,
      'delivery_report.failed': 1,
    });
    const { total } = await store.counts.read({ account: ref.account, unit: 'day', group: [] });
    expect(total).toMatchObject({ sent: 2, ack: 2, delivery_report: 2 });
  });
});

describe('counts', () => {
  test('are told apart by what is asked for', async () => {
    const ref = await createApp(store);
    await store.recorder.inbound(userMessage(), ref, 'received');
    await store.recorder.inbound(userMessage(), { account: ref.account, app: null }, 'discarded');
    const sent = userMessage({ transport_name: 'other' });
    await store.recorder.outbound(sent, ref, 'queued');
    const nack = createNack({ ...eventOf(sent), transport_metadata: { outcome: 'expired' } }, 'late');
    await store.recorder.event(nack);
    await countAll();
    const { rows, total } = await store.counts.read({
      account: ref.account,
      unit: 'hour',
      group: ['transport', 'app'],
    });
    expect(rows).toMatchObject([
      { transport: 'other', app: 'hello', counts: { sent: 1, nack: 1, 'nack.expired': 1, received: 0 } },
      { transport: 'smpp', app: null, counts: { received: 1, 'received.discarded': 1 } },
      { transport: 'smpp', app: 'hello', counts: { received: 1, 'received.discarded': 0 } },
    ]);
    expect(total).toMatchObject({ received: 2, sent: 1, nack: 1 });
    const all = await store.counts.read({ account: null, unit: 'day', group: ['account'] });
    expect(all.rows.find(({ account }) => account === ref.account)?.counts).toEqual(total);
  });

  test.each([
    ['from after to', { from: '2026-11-22T00:00:00Z', to: '2026-11-21T00:00:00Z', unit: 'day' }],
    ['a year of hours', { from: '2025-11-22T00:00:00Z', to: '2026-11-21T00:00:00Z', unit: 'hour' }],
  ] as const)('%s is refused', async (_, query) => {
    const asked = store.counts.read({ account: null, group: [], ...query });
    await expect(asked).rejects.toMatchObject({ code: 'request.invalid', field: 'from' });
  });

  test('are exact while messages, events and counting run at the same time', async () => {
    const ref = await createApp(store);
    const batch = await store.batches.start({
      account: ref.account,
      name: null,
      tags: [{ pool: 'busy', tag: '1' }],
    });
    const messages = Array.from({ length: 300 }, () => tagged('busy', '1', { to_addr: '+27760000000' }));
    const written = new AbortController();
    const counting = [0, 1].map(async () => {
      while (!written.signal.aborted) await store.counts.fold();
    });
    await Promise.all(
      messages.map(async (message, index) => {
        const event = ack(message);
        const writes = [
          () => store.recorder.outbound(message, ref, 'queued'),
          () => store.recorder.event(event),
        ];
        await Promise.all((index % 2 === 0 ? writes : writes.toReversed()).map((write) => write()));
        await Promise.all(writes.map((write) => write()));
      }),
    );
    written.abort();
    await Promise.all(counting);
    await countAll();
    const expected = { sent: messages.length, ack: messages.length, received: 0 };
    expect((await store.batches.counts(ref.account, batch.id)).total).toMatchObject(expected);
    const { total } = await store.counts.read({ account: ref.account, unit: 'hour', group: [] });
    expect(total).toMatchObject(expected);
  });
});
