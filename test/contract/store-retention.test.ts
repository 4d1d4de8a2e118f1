import { createAck, createNack, deriveId, formatTimestamp } from '@vumi/core';
import type { Store } from '@vumi/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createApp,
  openQuietStore,
  openStorePlace,
  readSql,
  runSql,
  userMessage,
  type StorePlace,
} from './store-place.ts';

const DAY_MS = 86_400_000;
const now = Date.now();
const never = new AbortController().signal;

let place: StorePlace;
let store: Store;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
});

/** How long others keep theirs decides what is dropped: each test has accounts of its own only. */
beforeEach(() =>
  runSql(
    place.url,
    'delete from messages; delete from events; delete from early_troubles; delete from accounts',
  ),
);

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

/** A message of each age, with an event; content is its age in days. */
async function recordAges(
  ref: { account: string; app: string } | null,
  ages: readonly number[],
): Promise<void> {
  await Promise.all(
    ages.flatMap((age) => {
      const at = now - age * DAY_MS;
      const message = userMessage({
        message_id: at.toString(16).padStart(12, '0') + deriveId(ref?.account ?? 'none', age).slice(12),
        content: String(age),
        timestamp: formatTimestamp(at),
      });
      const event = createAck({ user_message_id: message.message_id, transport_name: 'smpp' }, 'x');
      return [
        store.recorder.outbound(message, ref, 'queued'),
        store.recorder.event({ ...event, timestamp: message.timestamp }),
      ];
    }),
  );
}

const agesOf = async (account: string | null): Promise<number[]> =>
  (await store.messages.list({ account, limit: 1000 })).items.map(({ content }) => Number(content));
const count = async (table: string): Promise<number> =>
  (await readSql<{ count: number }>(place.url, `select count(*)::int from ${table}`))[0]?.count ?? 0;

describe('messages that an account keeps no longer', () => {
  test('leave their batches, of the account and of the platform, whose counts stay', async () => {
    const [brief, lasting] = [await createApp(store), await createApp(store)];
    await store.accounts.change(brief.account, { retention_days: 30 }, 'a test');
    await store.accounts.change(lasting.account, { retention_days: 365 }, 'a test');
    const [own, all] = [
      await store.batches.start({ account: brief.account, name: 'own', tags: [] }),
      await store.batches.start({ account: null, name: 'all', tags: [] }),
    ];
    for (const ref of [brief, lasting]) await recordAges(ref, [1, 31, 400]);
    const idsOf = async ({ account }: { account: string }) =>
      (await store.messages.list({ account, limit: 100 })).items.map(({ message_id: id }) => id);
    await store.batches.add(brief.account, own.id, await idsOf(brief));
    await store.batches.add(null, all.id, [...(await idsOf(brief)), ...(await idsOf(lasting))]);
    const members = async (batch: string): Promise<number> =>
      count(`batch_messages where batch = '${batch}'`);
    expect([await members(own.id), await members(all.id)]).toEqual([3, 6]);
    await expect.poll(() => store.counts.fold()).toBe(true);
    const counted = await store.batches.counts(null, all.id);
    const plan = { now, retentionDays: 365 };
    await store.messageKeeping.deleteExpired(plan, never);
    expect(await idsOf(lasting)).toHaveLength(2);
    expect([await members(own.id), await members(all.id)]).toEqual([1, 3]);
    expect(await store.batches.counts(null, all.id)).toEqual(counted);
  });

  test('are deleted with their events, runs and logs, and those of others stay', async () => {
    const [brief, lasting] = [await createApp(store), await createApp(store)];
    await store.accounts.change(brief.account, { retention_days: 30 }, 'a test');
    for (const ref of [brief, lasting]) {
      await recordAges(ref, [1, 29, 31, 400]);
      for (const age of [1, 31]) {
        const timestamp = new Date(now - age * DAY_MS).toISOString();
        const entry = { level: 'info', text: `of ${age} days ago`, message_id: null, timestamp };
        await store.logs.append([{ ...ref, ...entry }]);
      }
    }
    const plan = { now, retentionDays: null };
    expect(await store.messageKeeping.deleteExpired(plan, never)).toBe(2);
    expect(await agesOf(brief.account)).toEqual([1, 29]);
    expect(await agesOf(lasting.account)).toEqual([1, 29, 31, 400]);
    expect(await count('events')).toBe(6);
    expect((await store.logs.list(brief, {})).items.map(({ text }) => text)).toEqual(['of 1 days ago']);
    expect((await store.logs.list(lasting, {})).items).toHaveLength(2);
    expect(await store.messageKeeping.deleteExpired(plan, never)).toBe(0);
  });

  test('are deleted some at a time; who was stopped goes on', async () => {
    const ref = await createApp(store);
    await store.accounts.change(ref.account, { retention_days: 1 }, 'a test');
    await recordAges(
      ref,
      Array.from({ length: 2500 }, (_, n) => 2 + n / 100),
    );
    const stop = new AbortController();
    const deleting = store.messageKeeping.deleteExpired({ now, retentionDays: null }, stop.signal);
    await expect.poll(() => count('messages'), { timeout: 60_000, interval: 5 }).toBeLessThan(2500);
    stop.abort();
    const first = await deleting;
    const second = await store.messageKeeping.deleteExpired({ now, retentionDays: null }, never);
    expect(first).toBeGreaterThan(0);
    expect(first + second).toBe(2500);
    expect([await count('messages'), await count('events')]).toEqual([0, 0]);
  });

  test('go with their partitions where nobody keeps them longer', async () => {
    const ref = await createApp(store);
    const old = now - 200 * DAY_MS;
    const month = new Date(old).toISOString().slice(0, 7);
    const name = `messages_${month.replace('-', '')}01`;
    for (const table of ['messages', 'events']) {
      await runSql(
        place.url,
        `create table ${name.replace('messages', table)} partition of ${table}
         for values from ('${month}-01') to (date '${month}-01' + interval '1 month')`,
      );
    }
    // Whatever day it is, the first is in the partition and 250 days ago is in none.
    await recordAges(ref, [200, 250, 20]);
    await store.accounts.change(ref.account, { retention_days: 100 }, 'a test');
    const plan = { now, retentionDays: 30 };
    const held = await store.messageKeeping.tidyPartitions({ ...plan, retentionDays: null });
    expect(held.dropped).toEqual([]);
    const { dropped } = await store.messageKeeping.tidyPartitions(plan);
    expect(dropped).toEqual(expect.arrayContaining([name, name.replace('messages', 'events')]));
    await store.messageKeeping.deleteExpired(plan, never);
    expect(await agesOf(ref.account)).toEqual([20]);
    expect((await store.messageKeeping.tidyPartitions(plan)).dropped).toEqual([]);
  });

  test('what no route matched is kept as long as the platform says', async () => {
    await recordAges(null, [10, 40]);
    const { account } = await createApp(store);
    await store.accounts.change(account, { retention_days: 365 }, 'a test');
    await store.messageKeeping.deleteExpired({ now, retentionDays: 30 }, never);
    expect(await agesOf(null)).toEqual([10]);
  });
});

test('partitions are made ahead of time, also when the platform was off for years', async () => {
  const later = now + 800 * DAY_MS;
  const { made } = await store.messageKeeping.tidyPartitions({ now: later, retentionDays: null });
  expect(made).toBeGreaterThan(40);
  const message = userMessage({ timestamp: formatTimestamp(later), message_id: 'later' });
  await store.recorder.inbound(message, null, 'unrouted');
  expect((await store.messageKeeping.tidyPartitions({ now: later, retentionDays: null })).unfiled).toBe(0);
});

test('messages of strange times are told of', async () => {
  await store.recorder.inbound(userMessage({ timestamp: '2190-01-01 00:00:00.000000' }), null, 'unrouted');
  expect(await store.messageKeeping.tidyPartitions({ now, retentionDays: null })).toMatchObject({
    unfiled: 1,
  });
});

test('a message is found by its trouble, also when the event came first', async () => {
  const ref = await createApp(store);
  const message = userMessage();
  const told = { user_message_id: message.message_id, transport_name: 'smpp' };
  await store.recorder.event(createNack(told, 'refused'));
  await store.recorder.outbound(message, ref, 'queued');
  const find = async (): Promise<string[]> =>
    (await store.messages.list({ account: ref.account, status: ['nack'] })).items.map(
      (row) => row.message_id,
    );
  expect(await find()).toEqual([]);
  await store.messageKeeping.markTroubles();
  expect(await find()).toEqual([message.message_id]);
  expect(await count('early_troubles')).toBe(0);
});

test('who set how long messages are kept is in the audit trail', async () => {
  const { account } = await createApp(store);
  expect((await store.accounts.get(account)).retention_days).toBeNull();
  await store.accounts.change(account, { retention_days: 90 }, 'Thandi');
  await store.accounts.change(account, { active: true }, 'Sipho');
  expect((await store.accounts.get(account)).retention_days).toBe(90);
  const { retention_days } = await store.accounts.change(account, { retention_days: null }, 'Sipho');
  expect(retention_days).toBeNull();
  const { items } = await store.audit.list(account, {});
  expect(items).toContainEqual(
    expect.objectContaining({ actor: 'Thandi', action: 'account.changed', details: { retention_days: 90 } }),
  );
});
