import { formatTimestamp } from '@vumi/core';
import type { Store } from '@vumi/store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createApp,
  openQuietStore,
  openStorePlace,
  readSql,
  userMessage,
  type StorePlace,
} from './store-place.ts';

const NOW = Date.now();
const DAY_MS = 86_400_000;
const SINCE = NOW - 30 * DAY_MS;

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

async function write(
  transport_name: string,
  content: string,
  { to_addr = '12345', days = 1, ref = null as { account: string; app: string } | null } = {},
): Promise<void> {
  const timestamp = formatTimestamp(NOW - days * DAY_MS);
  const message = userMessage({ transport_name, content, to_addr, timestamp });
  await store.recorder.inbound(message, ref, ref === null ? 'unrouted' : 'received');
}

async function routed(transport: string): Promise<{ account: string; app: string }> {
  const ref = await createApp(store);
  await store.routes.put({ ...ref, name: 'all', transport, to_addr: '12345' }, 'operator');
  return ref;
}

const texts = async (transport: string, to_addr: string | null): Promise<string[]> => {
  const sample = await store.messages.written({ transport, to_addr, since: SINCE });
  return (sample?.messages ?? []).map(({ content }) => content ?? '').toSorted((a, b) => a.localeCompare(b));
};

it('what was written to a number is read of every account, and of nobody else', async () => {
  const ref = await routed('mno');
  await write('mno', 'routed', { ref });
  await write('mno', 'unrouted');
  await write('mno', 'old', { ref, days: 31 });
  await write('mno', 'elsewhere', { ref, to_addr: '54321' });
  await write('other', 'another network', { ref });
  const sent = userMessage({ transport_name: 'mno', content: 'sent', timestamp: formatTimestamp(NOW) });
  await store.recorder.outbound(sent, ref, 'queued');
  expect(await texts('mno', '12345')).toEqual(['routed', 'unrouted']);
  expect(await texts('mno', null)).toEqual(['elsewhere', 'routed', 'unrouted']);
  expect(await texts('mno', '999')).toEqual([]);
});

it('a number is one however it is written', async () => {
  const ref = await routed('spelled');
  await write('spelled', 'plain', { ref, to_addr: '27820001111' });
  await write('spelled', 'plus', { ref, to_addr: '+27820001111' });
  expect(await texts('spelled', '+27820001111')).toEqual(['plain', 'plus']);
});

it('of more than a hundred thousand some of each day are read', async () => {
  const { account } = await routed('busy');
  await readSql(
    place.url,
    `insert into messages (message_id, direction, account, transport, status, from_addr, to_addr, at, week, body)
     select 'busy' || n, 'inbound', '${account}', 'busy', 'received', '+2776' || n, '12345', at,
       date_trunc('week', at at time zone 'utc')::date, json_build_object('content', 'text ' || n)
     from generate_series(1, 100500) as n,
       lateral (select now() - interval '29 days' + n * interval '24 seconds' as at) as moment`,
  );
  const query = { transport: 'busy', to_addr: '12345', since: SINCE, withinMs: 60_000 };
  const sample = await store.messages.written(query);
  expect(sample?.sampled).toBe(true);
  const read = sample?.messages ?? [];
  expect(read.length).toBeLessThanOrEqual(100_000);
  const numbers = read.map(({ content }) => Number(content?.slice('text '.length)));
  const tenths = new Set(numbers.map((number) => Math.floor(number / 10_050)));
  for (let tenth = 0; tenth < 10; tenth += 1) expect(tenths).toContain(tenth);
});
