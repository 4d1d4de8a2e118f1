import { eventually } from '@vumi/machine/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createAck,
  createDeliveryReport,
  createNack,
  newId,
  webhookSettingsSchema,
  type UserMessage,
} from '@vumi/core';
import type { DueDelivery, Store, WebhookAttempt, WebhookDelivery } from '@vumi/store';
import {
  createApp,
  openQuietStore,
  openStorePlace,
  readSql,
  runSql,
  userMessage,
  type StorePlace,
} from './store-place.ts';

const URL = 'http://receiver.example/hook';
const settings = (fields: object = {}) => webhookSettingsSchema.parse({ url: URL, ...fields });
const TOLD: WebhookAttempt = { at: new Date().toISOString(), status: 200, ms: 3, answer: 'ok', error: null };
const REFUSED: WebhookAttempt = { ...TOLD, status: 500, answer: 'no', error: 'answered 500' };

let place: StorePlace;
let store: Store;
let ref: { account: string; app: string };
let id: string;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});
beforeEach(async () => {
  ref = await createApp(store);
  id = (await put()).id;
});

async function put(fields: object = {}, name = 'crm') {
  return (await store.webhooks.put(ref.account, name, { settings: settings(fields) }, 'tester')).webhook;
}

async function receive(fields: Partial<UserMessage> = {}): Promise<UserMessage> {
  const message = userMessage(fields);
  await store.recorder.inbound(message, ref, 'received');
  return message;
}

/** Numbers everything: a server's other transactions are waited for. */
async function giveNumbers(): Promise<void> {
  // Events of no message of ours stay.
  const open = `select from webhook_deliveries where number is null union all
    select from webhook_early_events join messages using (message_id) limit 1`;
  await eventually(
    async () => (await store.webhookQueue.giveNumbers(60)) + (await readSql(place.url, open)).length,
    (left) => left === 0,
  );
}

/** So that they are numbered together, whatever else is open on the server and however long it took to write them. */
async function becomeOfOneTransaction(): Promise<void> {
  await runSql(
    place.url,
    `update webhook_deliveries set xid = pg_current_xact_id(), created_at = now() where webhook = '${id}'`,
  );
}

async function due(webhook = id): Promise<DueDelivery[]> {
  await giveNumbers();
  return store.webhookQueue.due(webhook, { at: Date.now() + 1000, users: 100, except: [] });
}

async function listed(name = 'crm'): Promise<WebhookDelivery[]> {
  return (await store.webhooks.deliveries(ref.account, name, {})).items;
}

function outcome(delivery: DueDelivery, fields: object = {}) {
  const { seq, user, number } = delivery;
  const stream = delivery.apart ? null : { pauseMs: null, failures: 0 };
  return {
    webhook: id,
    seq,
    user,
    number,
    attempt: TOLD,
    status: 'delivered' as const,
    nextAt: null,
    stream,
    ...fields,
  };
}

describe('webhooks in the store', () => {
  it('keep their secret and their deliveries when they are changed, and show a secret once', async () => {
    const made = await store.webhooks.put(ref.account, 'other', { settings: settings() }, 'tester');
    expect(made).toMatchObject({ created: true, secret: expect.stringMatching(/^whsec_.{40,}/) as string });
    const changed = await store.webhooks.put(
      ref.account,
      'other',
      { settings: settings({ events: ['inbound'], timeout: 3 }) },
      'tester',
    );
    expect(changed).toMatchObject({
      created: false,
      secret: null,
      webhook: { id: made.webhook.id, timeout: 3 },
    });
    const receiver = (await store.webhookQueue.receivers()).find((one) => one.id === made.webhook.id);
    expect(receiver?.secrets).toEqual([made.secret]);
    expect(JSON.stringify(await store.webhooks.list(ref.account, {}))).not.toContain(made.secret);
  });

  it('sign with two secrets while one takes the place of the other', async () => {
    const before = (await store.webhookQueue.receivers()).find((one) => one.id === id)?.secrets ?? [];
    const { secret } = await store.webhooks.rotateSecret(
      ref.account,
      'crm',
      { overlap_seconds: 60 },
      'tester',
    );
    const own = (await store.webhookQueue.receivers()).find((one) => one.id === id);
    expect(own?.secrets).toEqual([secret, ...before]);
    await store.webhooks.rotateSecret(
      ref.account,
      'crm',
      { overlap_seconds: 0, secret: 'x'.repeat(20) },
      'tester',
    );
    const now = (await store.webhookQueue.receivers()).find((one) => one.id === id);
    expect(now?.secrets).toEqual(['x'.repeat(20)]);
  });

  it('are told of to listeners, and leave a trace of who changed them', async () => {
    const heard: string[] = [];
    using _ = store.onChange(({ what }) => void heard.push(what));
    await store.webhooks.remove(ref.account, 'crm', 'tester');
    expect(heard).toEqual(['webhooks']);
    const { items } = await store.audit.list(ref.account, {});
    expect(items.map(({ action }) => action)).toEqual(['webhook.removed', 'webhook.made']);
    await expect(store.webhooks.get(ref.account, 'crm')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of an account that is inactive receive nothing for the time being', async () => {
    await store.accounts.change(ref.account, { active: false }, 'tester');
    expect((await store.webhookQueue.receivers()).map((one) => one.id)).not.toContain(id);
  });
});

describe('deliveries', () => {
  it('are made with the rows of messages, once each', async () => {
    const message = await receive();
    await store.recorder.inbound(message, ref, 'received');
    await store.recorder.outbound(userMessage({ to_addr: '+2776' }), ref, 'queued');
    expect(await due()).toMatchObject([
      {
        event: 'inbound',
        user: message.from_addr,
        number: 1,
        message: { direction: 'inbound', content: 'hello', app: 'hello' },
      },
    ]);
  });

  it.each([
    ['outbound messages where they are wanted', { events: ['outbound'] }, ['outbound']],
    ['nothing of other apps', { app: 'hello', events: ['inbound'] }, ['inbound']],
    ['nothing over other transports', { transport: 'other' }, []],
    ['nothing while it is switched off', { active: false }, []],
  ])('are made of %s', async (_label, fields, expected) => {
    const { id: own } = await put(fields, 'own');
    await receive();
    await store.recorder.inbound(userMessage(), { account: ref.account, app: null }, 'received');
    await store.recorder.inbound(userMessage(), ref, 'discarded');
    await store.recorder.outbound(userMessage(), ref, 'queued');
    await store.recorder.outbound(userMessage(), ref, 'failed');
    const found = await due(own);
    expect(found.map(({ event }) => event)).toEqual(expected);
  });

  it('are made of events whether these are written before the row of their message or after it', async () => {
    const [first, second] = [userMessage(), userMessage()];
    const fields = ({ message_id }: UserMessage) => ({ user_message_id: message_id, transport_name: 'smpp' });
    await store.recorder.outbound(first, ref, 'queued');
    await store.recorder.event(createAck(fields(first), 'smsc-1'));
    await store.recorder.event(createNack(fields(second), 'no such number'));
    expect(await due()).toMatchObject([{ event: 'ack', told: { sent_message_id: 'smsc-1' } }]);
    await store.recorder.outbound(second, ref, 'queued');
    await eventually(due, ({ length }) => length === 2);
    await store.recorder.event(createDeliveryReport(fields(first), 'delivered'));
    expect((await due()).map(({ event, number }) => [event, number])).toEqual([
      ['ack', 1],
      ['nack', 2],
      ['delivery_report', 3],
    ]);
  });

  it('that are written at the same moment as their messages are all made', async () => {
    const messages = Array.from({ length: 300 }, () => userMessage({ to_addr: `+27${newId()}` }));
    await Promise.all(
      messages.flatMap((message) => [
        store.recorder.outbound(message, ref, 'queued'),
        store.recorder.event(createAck({ user_message_id: message.message_id, transport_name: 'smpp' }, 'x')),
      ]),
    );
    await giveNumbers();
    const { items } = await store.webhooks.deliveries(ref.account, 'crm', { limit: 1000 });
    expect(items).toHaveLength(300);
    expect(new Set(items.map(({ message_id }) => message_id)).size).toBe(300);
  });

  it('of each user are numbered in the order of their times, and taken in it', async () => {
    await receive({ content: 'late', from_addr: '+1', timestamp: '2026-11-29 10:00:02.000000' });
    await receive({ content: 'early', from_addr: '+1', timestamp: '2026-11-29 10:00:01.000000' });
    await receive({ content: 'other', from_addr: '+2' });
    await becomeOfOneTransaction();
    const found = await due();
    const shown = found.map(({ user, number, message }) => [user, number, message?.content]);
    expect(shown.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
      ['+1', 1, 'early'],
      ['+1', 2, 'late'],
      ['+2', 1, 'other'],
    ]);
  });

  it('are of one user however his number is written', async () => {
    await receive({ from_addr: '27761234567' });
    await receive({ from_addr: '+27761234567' });
    await receive({ from_addr: '0027761234567' });
    await receive({ from_addr: '8000' });
    const found = (await due()).map(({ user, number }) => `${user} ${number}`);
    expect(found.toSorted()).toEqual(['+27761234567 1', '+27761234567 2', '+27761234567 3', '8000 1']);
  });

  it('wait for one that failed, and go on after it', async () => {
    await receive({ from_addr: '+1' });
    await receive({ from_addr: '+1' });
    const [first] = await due();
    if (first === undefined) throw new Error('nothing is due');
    const failed = { attempt: REFUSED, status: 'pending' as const };
    await store.webhookQueue.settle([
      outcome(first, { ...failed, stream: { pauseMs: 60_000, failures: 1 } }),
    ]);
    expect(await due()).toEqual([]);
    await store.webhookQueue.retryNow(id);
    expect(await due()).toMatchObject([
      { number: 1, failures: 1, attempts: 1 },
      { number: 2, failures: 0 },
    ]);
    await store.webhookQueue.settle([outcome(first)]);
    expect(await due()).toMatchObject([{ number: 2, failures: 0 }]);
    expect(await listed()).toMatchObject([
      { sequence: 2, status: 'pending', attempts: 0 },
      { sequence: 1, status: 'delivered', attempts: 2, last: { status: 200, answer: 'ok' } },
    ]);
  });

  it('are not held up by one that goes its own way', async () => {
    await receive({ from_addr: '+1' });
    await receive({ from_addr: '+1' });
    const [first] = await due();
    if (first === undefined) throw new Error('nothing is due');
    await store.webhookQueue.settle([
      outcome(first, { attempt: REFUSED, status: 'pending', nextAt: Date.now() - 1 }),
    ]);
    expect(await due()).toMatchObject([{ number: 2 }]);
    const apart = await store.webhookQueue.dueApart(id, { limit: 10, except: [] });
    expect(apart).toMatchObject([{ number: 1, apart: true }]);
    expect(await store.webhookQueue.dueApart(id, { limit: 10, except: [first.seq] })).toEqual([]);
  });

  it('of a user for whom nothing waits any more do not come again, nor does a new one get lost', async () => {
    await receive({ from_addr: '+1' });
    const [first] = await due();
    if (first === undefined) throw new Error('nothing is due');
    const more = receive({ from_addr: '+1' });
    await Promise.all([store.webhookQueue.settle([outcome(first)]), more.then(giveNumbers)]);
    expect(await due()).toMatchObject([{ number: 2 }]);
  });

  it('are given up when they have waited too long, and what came later goes on', async () => {
    await receive({ from_addr: '+1' });
    await giveNumbers();
    await runSql(
      place.url,
      `update webhook_deliveries set created_at = now() - interval '4 days' where webhook = '${id}'`,
    );
    await receive({ from_addr: '+1' });
    await giveNumbers();
    expect(await store.webhookQueue.expire(id, 72)).toBe(1);
    expect(await due()).toMatchObject([{ number: 2 }]);
    expect(await store.webhooks.get(ref.account, 'crm')).toMatchObject({ pending: 1, dead: 1 });
    const { items } = await store.webhooks.deliveries(ref.account, 'crm', { status: 'dead' });
    expect(items).toMatchObject([{ sequence: 1, status: 'dead' }]);
  });

  it('are made again on request under their ids: one, or those of a time', async () => {
    await receive({ from_addr: '+1' });
    await receive({ from_addr: '+2' });
    const [first, second] = await due();
    if (first === undefined || second === undefined) throw new Error('nothing is due');
    const waiting = (await listed())[0]?.id ?? '';
    await expect(store.webhooks.redeliver(ref.account, 'crm', { id: waiting })).rejects.toMatchObject({
      code: 'request.conflict',
    });
    await store.webhookQueue.settle([outcome(first), outcome(second, { attempt: REFUSED, status: 'dead' })]);
    expect(await store.webhooks.redeliver(ref.account, 'crm', { id: `${id}-${first.seq}` })).toBe(1);
    expect(await store.webhooks.redeliver(ref.account, 'crm', { from: '2026-01-01' })).toBe(1);
    const again = await store.webhookQueue.dueApart(id, { limit: 10, except: [] });
    expect(again.map(({ seq }) => seq).toSorted()).toEqual([first.seq, second.seq].toSorted());
    expect(again[0]?.give_up_at).not.toBeNull();
    await expect(store.webhooks.redeliver(ref.account, 'crm', { id: 'x' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('for a test have no number and wait for nobody', async () => {
    const test = await store.webhooks.test(ref.account, 'crm');
    expect(await store.webhookQueue.dueApart(id, { limit: 10, except: [] })).toMatchObject([
      { event: 'test', message: null },
    ]);
    expect(await store.webhooks.delivery(ref.account, 'crm', test)).toMatchObject({
      event: 'test',
      sequence: null,
    });
  });

  it('are forgotten when they have been kept long enough', async () => {
    await receive({ from_addr: '+1' });
    await receive({ from_addr: '+2' });
    const [first] = await due();
    if (first === undefined) throw new Error('nothing is due');
    await store.webhookQueue.settle([outcome(first)]);
    await runSql(
      place.url,
      `update webhook_deliveries set created_at = now() - interval '8 days' where webhook = '${id}'`,
    );
    await store.webhookQueue.trim();
    expect(await listed()).toMatchObject([{ status: 'pending' }]);
    await store.webhooks.remove(ref.account, 'crm', 'tester');
    for (const table of ['webhook_deliveries', 'webhook_streams'])
      expect(await readSql(place.url, `select from ${table} where webhook = '${id}'`)).toEqual([]);
  });
});

it('the first webhook, made by another process, is told of what is written from then on', async () => {
  await using empty = await openStorePlace();
  await using own = await openQuietStore(empty.url);
  const account = (await own.accounts.create('acme')).name;
  const message = userMessage();
  await own.recorder.inbound(message, { account, app: null }, 'received');
  await using another = await openQuietStore(empty.url);
  const { webhook } = await another.webhooks.put(account, 'crm', { settings: settings() }, 'tester');
  // What another process does is heard of a moment later.
  await eventually(
    async () => {
      await own.recorder.inbound(userMessage(), { account, app: null }, 'received');
      while ((await own.webhookQueue.giveNumbers(60)) > 0);
      return own.webhookQueue.due(webhook.id, { at: null, users: 10, except: [] });
    },
    ({ length }) => length > 0,
  );
});
