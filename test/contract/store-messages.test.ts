import { randomBytes } from 'node:crypto';
import {
  createAck,
  createDeliveryReport,
  createNack,
  deriveId,
  formatTimestamp,
  newId,
  type DeliveryStatus,
  type TransportEvent,
} from '@vumi/core';
import {
  MESSAGE_STATUSES,
  type EventDetail,
  type MessageQuery,
  type MessageRow,
  type Store,
} from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createApp,
  openQuietStore,
  openStorePlace,
  readSql,
  userMessage,
  type StorePlace,
} from './store-place.ts';

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

const at = (second: number): string => `2026-11-22 10:00:${String(second).padStart(2, '0')}.000000`;
const contents = async (query: MessageQuery): Promise<(string | null)[]> =>
  (await store.messages.list(query)).items.map(({ content }) => content);

describe('recorded messages', () => {
  test('a message has its fields of the wire, its app and its status', async () => {
    const ref = await createApp(store);
    const message = userMessage({ session_event: 'new', timestamp: at(1) });
    await store.recorder.inbound(message, ref, 'received');
    const row: MessageRow = {
      message_id: message.message_id,
      direction: 'inbound',
      ...ref,
      transport_name: 'smpp',
      from_addr: '+27761234567',
      to_addr: '12345',
      content: 'hello',
      session_event: 'new',
      group: null,
      in_reply_to: null,
      timestamp: '2026-11-22T10:00:01.000Z',
      status: 'received',
      reason: null,
      events: [],
    };
    expect(await store.messages.list({ account: ref.account })).toEqual({ items: [row], next_cursor: null });
    expect(await store.messages.get(ref.account, message.message_id)).toEqual(row);
    expect(await store.messages.get(null, message.message_id)).toEqual(row);
  });

  test('nothing of a message is lost: its whole JSON is kept', async () => {
    const message = { ...userMessage({ group: '#room' }), x_future: { deep: ['2026-01-01', 1.5] } };
    await store.recorder.inbound(message, null, 'unrouted');
    const rows = await readSql<{ body: unknown }>(
      place.url,
      `select body from messages where message_id = '${message.message_id}'`,
    );
    expect(rows).toEqual([{ body: message }]);
  });

  test("another account's message is not found", async () => {
    const mine = await createApp(store);
    const theirs = await createApp(store);
    const message = userMessage();
    await store.recorder.outbound(message, theirs, 'queued');
    await expect(store.messages.get(mine.account, message.message_id)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('a message that is recorded again stays as it was', async () => {
    const ref = await createApp(store);
    const message = userMessage({ content: 'first' });
    await Promise.all([
      store.recorder.inbound(message, ref, 'received'),
      store.recorder.inbound({ ...message, content: 'second' }, ref, 'failed'),
    ]);
    await store.recorder.inbound({ ...message, content: 'third' }, ref, 'failed');
    expect(await store.messages.get(ref.account, message.message_id)).toMatchObject({
      content: 'first',
      status: 'received',
    });
  });

  test('20,000 messages of 100 callers are 20,000 rows, and doubles are none', async () => {
    const ref = await createApp(store);
    const total = 20_000;
    let next = 0;
    const call = async (): Promise<void> => {
      while (next < total) {
        next += 1;
        const message = userMessage({ message_id: deriveId(ref.account, next) });
        const recorded = store.recorder.inbound(message, ref, 'received');
        if (next % 10 === 0) await store.recorder.inbound(message, ref, 'received');
        await recorded;
      }
    };
    await Promise.all(Array.from({ length: 100 }, call));
    const [row] = await readSql<{ count: string }>(
      place.url,
      `select count(*) from messages where account = '${ref.account}'`,
    );
    expect(row).toEqual({ count: String(total) });
  });

  test.each([
    ['the character NUL', 'before\u0000after'],
    ['half of a surrogate pair', 'before\ud800after'],
    ['quotes, backslashes and braces', '{"a\\", NULL, \'b\'}'],
    ['text beyond the basic plane', 'ünï 👩🏽‍⚕️'],
    ['an empty text', ''],
  ])('content with %s is kept', async (_label, content) => {
    const ref = await createApp(store);
    const message = userMessage({ content, from_addr: content });
    await store.recorder.inbound(message, ref, 'received');
    expect(await store.messages.get(ref.account, message.message_id)).toMatchObject({
      content,
      from_addr: content,
    });
  });

  test('ids and addresses of any length are kept and found', async () => {
    const ref = await createApp(store);
    const long = 'é'.repeat(20_000);
    const message = userMessage({ message_id: long, from_addr: long });
    await store.recorder.inbound(message, ref, 'received');
    await store.recorder.inbound({ ...message, message_id: `${long}2` }, ref, 'received');
    expect(await store.messages.get(ref.account, long)).toMatchObject({ message_id: long });
    expect(await contents({ account: ref.account, address: long })).toHaveLength(2);
  });

  test('a message that the database refuses harms none of those that travel with it', async () => {
    const ref = await createApp(store);
    let deep: unknown[] = [];
    for (let depth = 0; depth < 7_000; depth += 1) deep = [deep];
    const bad = userMessage({ helper_metadata: { deep } });
    const good = Array.from({ length: 50 }, () => userMessage());
    const [refused, ...recorded] = await Promise.allSettled(
      [bad, ...good].map((message) => store.recorder.inbound(message, ref, 'received')),
    );
    expect(refused?.status).toBe('rejected');
    expect(recorded.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await contents({ account: ref.account })).toHaveLength(50);
  });
});

describe('lists of messages', () => {
  test('pages go from the newest to the oldest, also through messages of one moment', async () => {
    const ref = await createApp(store);
    for (const [index, second] of [1, 3, 2, 2, 2, 5].entries()) {
      await store.recorder.inbound(
        userMessage({ content: `m${index}`, timestamp: at(second) }),
        ref,
        'received',
      );
    }
    const seen: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      const page = await store.messages.list({
        account: ref.account,
        limit: 2,
        ...(cursor === null ? {} : { cursor }),
      });
      seen.push(...page.items.map(({ content }) => content));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(['m5', 'm1', 'm4', 'm3', 'm2', 'm0']);
  });

  test('filters narrow a list and go together', async () => {
    const ref = await createApp(store);
    const other = { ...ref, app: 'other' };
    const record = (content: string, second: number, fields = {}): Parameters<typeof userMessage>[0] => ({
      content,
      timestamp: at(second),
      ...fields,
    });
    await store.recorder.inbound(userMessage(record('in', 1)), ref, 'received');
    await store.recorder.outbound(
      userMessage(record('out', 2, { from_addr: '12345', to_addr: '+27761234567' })),
      ref,
      'queued',
    );
    await store.recorder.inbound(userMessage(record('other app', 3, { from_addr: '+1' })), other, 'received');
    const query = { account: ref.account };
    expect(await contents(query)).toEqual(['other app', 'out', 'in']);
    expect(await contents({ ...query, direction: 'outbound' })).toEqual(['out']);
    expect(await contents({ ...query, app: 'hello' })).toEqual(['out', 'in']);
    expect(await contents({ ...query, address: '+27761234567' })).toEqual(['out', 'in']);
    expect(await contents({ ...query, address: '12345' })).toEqual(['other app', 'out', 'in']);
    expect(await contents({ ...query, address: '12345', limit: 1 })).toEqual(['other app']);
    expect(await contents({ ...query, address: '+1', app: 'hello' })).toEqual([]);
    expect(await contents({ ...query, from: '2026-11-22T10:00:02Z' })).toEqual(['other app', 'out']);
    expect(await contents({ ...query, to: '2026-11-22T12:00:02+02:00' })).toEqual(['in']);
    const moment = { from: '2026-11-22T10:00:00Z', to: '2026-11-22T10:01:00Z' };
    expect(await contents({ account: null, address: '+1', ...moment })).toEqual(['other app']);
  });

  test('a number is found however it is written, and each message once', async () => {
    const ref = await createApp(store);
    const pairs = [
      ['27761234567', '8000'],
      ['8000', '+27761234567'],
      ['+27761234567', '27761234567'],
      ['+27761234568', '8000'],
    ] as const;
    for (const [index, [from_addr, to_addr]] of pairs.entries()) {
      const message = { ...userMessage(), content: String(index), from_addr, to_addr, timestamp: at(index) };
      await store.recorder.inbound(message, ref, 'received');
    }
    for (const address of ['27761234567', '+27761234567', '0027 76 123-4567', 'tel:+27-76-123-4567']) {
      const { items } = await store.messages.list({ account: ref.account, address });
      expect(items.map(({ content }) => content)).toEqual(['2', '1', '0']);
      const first = await store.messages.list({ account: ref.account, address, limit: 2 });
      const rest = await store.messages.list({
        account: ref.account,
        address,
        cursor: first.next_cursor ?? '',
      });
      expect(rest.items.map(({ content }) => content)).toEqual(['0']);
    }
  });

  test('texts are found as they are written, in capitals or not', async () => {
    const ref = await createApp(store);
    for (const content of ['Élan 50%', 'élan 500', 'ELAN (a)', null]) {
      await store.recorder.inbound(userMessage({ content }), ref, 'received');
    }
    const find = async (text: string): Promise<(string | null)[]> => contents({ account: ref.account, text });
    expect(new Set(await find('éLAN'))).toEqual(new Set(['Élan 50%', 'élan 500']));
    expect(await find('50%')).toEqual(['Élan 50%']);
    expect(await find('(A')).toEqual(['ELAN (a)']);
    expect(await find('null')).toEqual([]);
  });

  test('a page that has looked at thousands of messages ends, and the next ones find the rest', async () => {
    const ref = await createApp(store);
    const wanted = new Set([0, 3500, 3501, 7999]);
    await Promise.all(
      Array.from({ length: 8000 }, (_, n) => {
        const isWanted = wanted.has(n);
        const timestamp = formatTimestamp(Date.parse('2026-11-20T10:00:00Z') + n);
        const fields = {
          content: isWanted ? `needle ${n}` : 'hay',
          transport_name: isWanted ? 'rare' : 'smpp',
        };
        return store.recorder.inbound(userMessage({ ...fields, timestamp }), ref, 'received');
      }),
    );
    for (const filter of [{ text: 'NEEDLE' }, { transport: 'rare' }, { text: 'needle', transport: 'rare' }]) {
      for (const limit of [1, 3, 50]) {
        const found: (string | null)[] = [];
        let pages = 0;
        let cursor: string | null = null;
        do {
          const query = { account: ref.account, ...filter, limit, ...(cursor === null ? {} : { cursor }) };
          const page = await store.messages.list(query);
          found.push(...page.items.map(({ content }) => content));
          cursor = page.next_cursor;
          pages += 1;
        } while (cursor !== null);
        expect(found).toEqual(['needle 7999', 'needle 3501', 'needle 3500', 'needle 0']);
        expect(pages).toBeGreaterThan(1);
      }
    }
  });

  test('what is no query is refused with its field', async () => {
    const { account } = await createApp(store);
    const forged = (moment: string): string =>
      Buffer.from(JSON.stringify(['messages', moment, '1'])).toString('base64url');
    for (const [field, query] of [
      ['from', { account, from: 'yesterday' }],
      ['cursor', { account, cursor: forged('1; drop table messages') }],
      ['cursor', { account, cursor: forged(`-${'9'.repeat(18)}`) }],
      ['account', { account: "x' or 'a'='a" }],
    ] as const) {
      await expect(store.messages.list(query)).rejects.toMatchObject({ code: 'request.invalid', field });
    }
    await expect(store.messages.list({ account: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.messages.get(account, "no'thing\u0000")).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('events', () => {
  const record = async (events: (id: string) => TransportEvent[]): Promise<MessageRow> => {
    const ref = await createApp(store);
    const message = userMessage({ timestamp: at(0) });
    await store.recorder.outbound(message, ref, 'queued');
    for (const event of events(message.message_id)) await store.recorder.event(event);
    return store.messages.get(ref.account, message.message_id);
  };
  const fields = (id: string) => ({ user_message_id: id, transport_name: 'smpp' });

  test('the timeline of a message is in order, with what each event says', async () => {
    const { status, events } = await record((id) => [
      { ...createDeliveryReport(fields(id), 'delivered'), timestamp: at(3) },
      { ...createAck(fields(id), 'smsc-1'), timestamp: at(1) },
      { ...createDeliveryReport(fields(id), 'pending'), timestamp: at(2) },
    ]);
    expect(status).toBe('delivered');
    expect(events).toMatchObject([
      { event_type: 'ack', sent_message_id: 'smsc-1', timestamp: '2026-11-22T10:00:01.000Z' },
      { event_type: 'delivery_report', delivery_status: 'pending', status: 'pending' },
      { event_type: 'delivery_report', delivery_status: 'delivered' },
    ]);
  });

  test('of many messages on a page each has its own, however long after or before it they came', async () => {
    const ref = await createApp(store);
    const after = (days: number): string => formatTimestamp(Date.now() + days * 86_400_000);
    const ids = [...Array.from({ length: 130 }, newId), 'elsewhere', randomBytes(16).toString('hex')];
    const sent = ids.map((id) => userMessage({ message_id: id, timestamp: after(0) }));
    const stranger = userMessage();
    await store.recorder.outbound(stranger, await createApp(store), 'queued');
    await Promise.all(sent.map((message) => store.recorder.outbound(message, ref, 'queued')));
    const tell = (id: string, status: DeliveryStatus, days: number): Promise<void> => {
      const words = { transport_metadata: { smpp_delivery_status: status.toUpperCase() } };
      const report = createDeliveryReport({ ...fields(id), ...words }, status);
      return store.recorder.event({ ...report, timestamp: after(days) });
    };
    await Promise.all(
      [...ids, stranger.message_id].flatMap((id) => [
        store.recorder.event({ ...createAck(fields(id), id), timestamp: after(0) }),
        tell(id, 'pending', id.length < 32 ? -6 : 40),
        tell(id, id === ids[0] ? 'failed' : 'delivered', 42),
      ]),
    );
    const { items } = await store.messages.list({ account: ref.account, limit: 500 });
    expect(items.map(({ message_id }) => message_id).sort()).toEqual(ids.toSorted());
    for (const { message_id: id, events, status, reason } of items) {
      const told = id.length < 32 ? ['pending', 'ack', status] : ['ack', 'pending', status];
      expect(events).toMatchObject(told.map((one) => ({ status: one })));
      expect(events.find(({ event_type }) => event_type === 'ack')?.sent_message_id).toBe(id);
      expect([status, reason]).toEqual(id === ids[0] ? ['undelivered', 'FAILED'] : ['delivered', null]);
    }
    const read = async (events: EventDetail): Promise<MessageRow[]> =>
      (await store.messages.list({ account: ref.account, limit: 500, events })).items;
    expect(await read('status')).toEqual(items.map((row) => ({ ...row, events: [] })));
    const bare = { status: 'queued', reason: null, events: [] };
    expect(await read('none')).toEqual(items.map((row) => Object.assign({}, row, bare)));
  });

  test('an event that is recorded again is there once', async () => {
    const { events } = await record((id) => {
      const ack = createAck({ ...fields(id), event_id: deriveId(id, 'ack') }, 'x');
      return [ack, { ...ack, sent_message_id: 'y' }];
    });
    expect(events).toMatchObject([{ sent_message_id: 'x' }]);
  });

  test('a nack of unknown outcome makes a message uncertain until a receipt says more', async () => {
    const uncertain = (id: string): TransportEvent =>
      createNack(
        { ...fields(id), transport_metadata: { outcome: 'uncertain' } },
        'uncertain: connection lost',
      );
    expect(await record((id) => [uncertain(id)])).toMatchObject({ status: 'uncertain' });
    expect(
      await record((id) => [uncertain(id), createDeliveryReport(fields(id), 'delivered')]),
    ).toMatchObject({ status: 'delivered' });
  });

  test('messages are listed by each status as it is shown, and say why they were not delivered', async () => {
    const ref = await createApp(store);
    const told = (id: string, outcome: string) =>
      createNack({ ...fields(id), transport_metadata: { outcome } }, `was ${outcome}`);
    const histories: ((id: string) => TransportEvent[])[] = [
      () => [],
      (id) => [createAck(fields(id), 'x')],
      (id) => [createAck(fields(id), 'x'), createNack(fields(id), 'refused')],
      (id) => [told(id, 'uncertain')],
      (id) => [told(id, 'discarded'), createAck(fields(id), 'x')],
      (id) => [createDeliveryReport(fields(id), 'pending'), createAck(fields(id), 'x')],
      (id) => [createDeliveryReport(fields(id), 'delivered'), createDeliveryReport(fields(id), 'failed')],
      (id) => [createDeliveryReport(fields(id), 'failed'), createDeliveryReport(fields(id), 'delivered')],
    ];
    for (const history of histories) {
      const message = userMessage();
      await store.recorder.outbound(message, ref, 'queued');
      for (const event of history(message.message_id)) await store.recorder.event(event);
    }
    const { items } = await store.messages.list({ account: ref.account });
    for (const status of MESSAGE_STATUSES) {
      const found = await store.messages.list({ account: ref.account, status: [status] });
      const shown = items.filter((row) => row.status === status);
      expect(found.items.map(({ message_id }) => message_id)).toEqual(
        shown.map(({ message_id }) => message_id),
      );
    }
    expect(new Set(items.map(({ status }) => status)).size).toBe(8);
    const both = await store.messages.list({ account: ref.account, status: ['nack', 'uncertain'], limit: 1 });
    expect(both.items).toMatchObject([{ status: 'uncertain', reason: 'was uncertain' }]);
    expect(both.next_cursor).not.toBeNull();
  });

  test('an event of a message that is not stored is kept', async () => {
    const event = createAck(fields(deriveId('elsewhere')), 'x');
    await store.recorder.event(event);
    const rows = await readSql(place.url, `select from events where event_id = '${event.event_id}'`);
    expect(rows).toHaveLength(1);
  });
});
