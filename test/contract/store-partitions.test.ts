import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAck, createNack, deriveId, formatTimestamp, newId, type UserMessage } from '@vumi/core';
import type { Store } from '@vumi/store';
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

const MIGRATIONS = join(import.meta.dirname, '../../platform/store/migrations');
const PARTITIONED_SINCE = 32;

describe('a database of the version before', () => {
  let place: StorePlace;
  const old = (fields: Partial<UserMessage>): UserMessage => userMessage(fields);
  const ours = newId();
  const messages = [
    old({ message_id: ours, content: 'ours' }),
    old({ message_id: 'a'.repeat(32), content: 'of 2024', timestamp: '2024-02-28 23:59:59.000000' }),
    old({ message_id: 'elsewhere', content: 'of no time', timestamp: '0001-01-01 00:00:00.000000' }),
  ];

  beforeAll(async () => {
    place = await openStorePlace({ empty: true });
    await makeOldDatabase(place.url);
    for (const [index, message] of messages.entries()) {
      await runSql(
        place.url,
        `insert into messages (message_id, direction, account, app, status, from_addr, to_addr, at, body)
         values ('${message.message_id}', 'outbound', 'old', 'app', 'queued', '${message.from_addr}',
           '${message.to_addr}', '${message.timestamp}Z', '${JSON.stringify(message)}')`,
      );
      const told = {
        user_message_id: message.message_id,
        event_id: `event-${index}`,
        transport_name: 'smpp',
      };
      const event = index === 1 ? createNack(told, 'refused') : createAck(told, 'x');
      await runSql(
        place.url,
        `insert into events (event_id, user_message_id, at, body)
         values ('${event.event_id}', '${event.user_message_id}', '${message.timestamp}Z', '${JSON.stringify(event)}')`,
      );
    }
  });

  afterAll(() => place[Symbol.asyncDispose]());

  test('keeps its messages and events, each in the partition of its time, and records none again', async () => {
    const store = await openQuietStore(place.url);
    try {
      for (const message of messages) {
        await store.recorder.outbound(
          { ...message, content: 'again' },
          { account: 'old', app: 'app' },
          'queued',
        );
      }
      const { items } = await store.messages.list({ account: 'old' });
      expect(items.map(({ content, status }) => [content, status])).toEqual([
        ['ours', 'ack'],
        ['of 2024', 'nack'],
        ['of no time', 'ack'],
      ]);
      const found = await store.messages.list({ account: 'old', status: ['nack'] });
      expect(found.items).toMatchObject([{ content: 'of 2024', reason: 'refused' }]);
    } finally {
      await store[Symbol.asyncDispose]();
    }
    const rows = await readSql<{ place: string; troubled: boolean; transport: string }>(
      place.url,
      'select tableoid::regclass::text as place, troubled, transport from messages order by at desc',
    );
    expect(rows).toMatchObject([
      { place: expect.stringMatching(/^messages_\d{8}$/), troubled: false, transport: 'smpp' },
      { place: 'messages_20240201', troubled: true },
      { place: 'messages_default', troubled: false },
    ]);
  });
});

async function makeOldDatabase(url: string): Promise<void> {
  await runSql(
    url,
    `create table vumi_migrations (number integer primary key, name text not null, checksum text not null,
       applied_at timestamptz not null default now())`,
  );
  for (const file of (await readdir(MIGRATIONS)).sort()) {
    const [, number = '', name = ''] = /^(\d{6})_(\w+)\.sql$/.exec(file) ?? [];
    if (Number(number) >= PARTITIONED_SINCE) break;
    const sql = await readFile(join(MIGRATIONS, file), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    await runSql(url, sql);
    await runSql(url, `insert into vumi_migrations values (${Number(number)}, '${name}', '${checksum}')`);
  }
}

describe('partitions', () => {
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

  test('a message that comes again after the end of its week is recorded once', async () => {
    const ref = await createApp(store);
    const sunday = Date.parse('2026-11-22T23:59:59.900Z');
    const ids = [
      sunday.toString(16).padStart(12, '0') + deriveId('ours').slice(12),
      deriveId('of a network'),
    ];
    for (const message_id of ids) {
      for (const late of [0, 1000, 86_400_000]) {
        const message = userMessage({ message_id, timestamp: formatTimestamp(sunday + late) });
        await store.recorder.outbound(message, ref, 'queued');
        const told = { user_message_id: message_id, event_id: deriveId(message_id, 'ack') };
        await store.recorder.event({
          ...createAck({ ...told, transport_name: 'smpp' }, 'x'),
          timestamp: formatTimestamp(sunday + late),
        });
      }
    }
    const { items } = await store.messages.list({ account: ref.account });
    expect(items.map(({ message_id, events }) => [message_id, events.length])).toEqual(
      expect.arrayContaining(ids.map((id) => [id, 1])),
    );
    expect(items).toHaveLength(2);
  });

  test('a message of no time that a partition has is not lost', async () => {
    const ref = await createApp(store);
    for (const year of ['0001', '1970', '2150', '9999']) {
      const timestamp = `${year}-01-01 12:00:00.000000`;
      await store.recorder.inbound(userMessage({ content: year, timestamp }), ref, 'received');
    }
    const { items } = await store.messages.list({ account: ref.account });
    expect(items.map(({ content }) => content)).toEqual(['9999', '2150', '1970', '0001']);
    const aged = await store.messages.list({
      account: ref.account,
      from: '2000-01-01T00:00:00Z',
      to: '2200-01-01T00:00:00Z',
    });
    expect(aged.items.map(({ content }) => content)).toEqual(['2150']);
  });

  test('what was recorded before its partition was made moves into it', async () => {
    const ref = await createApp(store);
    const partitions = await readSql<{ name: string }>(
      place.url,
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'messages'::regclass",
    );
    const startOf = (name: string): number =>
      Date.parse(name.replace(/messages_(\d{4})(\d\d)(\d\d)/, '$1-$2-$3'));
    // The first migration makes more of them ahead of time than a start does: the last that a start makes again.
    const future = partitions
      .map(({ name }) => name)
      .filter((name) => startOf(name) > Date.now())
      .sort();
    const last = future.findLast((name) => startOf(name) < Date.now() + 40 * 86_400_000) ?? '';
    for (const name of future) if (name >= last) await runSql(place.url, `drop table ${name}`);
    const timestamp = formatTimestamp(startOf(last) + 10 * 86_400_000);
    const message = userMessage({ timestamp, message_id: 'early' });
    await store.recorder.inbound(message, ref, 'received');
    const whereIs = (): Promise<object[]> =>
      readSql(place.url, "select tableoid::regclass::text as place from messages where message_id = 'early'");
    expect(await whereIs()).toEqual([{ place: 'messages_default' }]);
    await (await openQuietStore(place.url))[Symbol.asyncDispose]();
    expect(await whereIs()).toEqual([{ place: last }]);
    expect(await store.messages.get(ref.account, 'early')).toMatchObject({ message_id: 'early' });
  });
});
