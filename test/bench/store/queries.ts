import type { MessageQuery, Store } from '@vumi/store';
import { Client } from 'pg';
import { cpuSecondsOf } from '../cpu-time.ts';
import { BIG_ACCOUNT } from './fill.ts';

const DAY_MS = 86_400_000;

export interface BenchQuery {
  readonly name: string;
  readonly query: (round: number, now: number) => MessageQuery;
}

const account = (round: number): string => `bench${(round * 37) % 100}`;
const daysAgo = (now: number, days: number): string => new Date(now - days * DAY_MS).toISOString();
const user = (round: number): string => `+2776${String((round * 48_271) % 2_000_003).padStart(7, '0')}`;

/** What people ask, and what is nasty: of the account with a third of all rows, far back, and with nothing to be found. */
export const BENCH_QUERIES: readonly BenchQuery[] = [
  { name: 'the newest of an account', query: (round) => ({ account: account(round) }) },
  { name: 'the newest of the big account', query: () => ({ account: BIG_ACCOUNT }) },
  { name: 'the newest of all accounts', query: () => ({ account: null }) },
  {
    name: 'a day, half a year ago',
    query: (round, now) => ({
      account: account(round),
      from: daysAgo(now, 180 + round),
      to: daysAgo(now, 179 + round),
    }),
  },
  { name: 'an app', query: (round) => ({ account: account(round), app: `app${round % 5}` }) },
  { name: 'an app that does not exist', query: () => ({ account: BIG_ACCOUNT, app: 'nothing' }) },
  { name: 'an address', query: (round) => ({ account: BIG_ACCOUNT, address: user(round * 3).slice(1) }) },
  {
    name: 'an address that has none',
    query: (round) => ({ account: BIG_ACCOUNT, address: `+4179${1_000_000 + round}` }),
  },
  { name: 'an address of half the messages', query: () => ({ account: BIG_ACCOUNT, address: '12345' }) },
  { name: 'one direction', query: () => ({ account: BIG_ACCOUNT, direction: 'inbound' }) },
  {
    name: 'a transport that does not exist',
    query: () => ({ account: BIG_ACCOUNT, transport: 'nothing' }),
  },
  {
    name: 'nack, of a year',
    query: (_round, now) => ({ account: BIG_ACCOUNT, status: ['nack'], from: daysAgo(now, 365) }),
  },
  {
    name: 'failed, of a year: none',
    query: (_round, now) => ({ account: BIG_ACCOUNT, status: ['failed'], from: daysAgo(now, 365) }),
  },
  { name: 'ack', query: () => ({ account: BIG_ACCOUNT, status: ['ack'] }) },
  { name: 'pending: none', query: () => ({ account: BIG_ACCOUNT, status: ['pending'] }) },
  { name: 'a text', query: () => ({ account: BIG_ACCOUNT, text: 'day 12 of' }) },
  { name: 'a text that nothing has', query: () => ({ account: BIG_ACCOUNT, text: 'no such words' }) },
  {
    name: 'a text of an address',
    query: (round) => ({ account: BIG_ACCOUNT, address: user(round * 3), text: 'clinic' }),
  },
];

/** The time of each round in milliseconds: the first page, and where one follows the second, too. */
export async function timeQuery(
  store: Store,
  { query }: BenchQuery,
  rounds: number,
  now: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    let cursor: string | null = '';
    for (let page = 0; page < 2 && cursor !== null; page += 1) {
      const started = performance.now();
      const found = await store.messages.list({ ...query(round, now), ...(cursor === '' ? {} : { cursor }) });
      times.push(performance.now() - started);
      cursor = found.next_cursor;
    }
  }
  return times;
}

/** CPU seconds that the server has used so far for those who are connected to the database; 0 where it is elsewhere. */
export async function serverCpuSeconds(url: string): Promise<number> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    return rows.reduce((total, { pid }) => total + cpuSecondsOf(pid), 0);
  } finally {
    await client.end();
  }
}
