import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, webhookSettingsSchema } from '@vumi/core';
import { webhooksWorker } from '@vumi/applications';
import { createSender, type HttpPort } from '@vumi/http';
import type { Worker, WorkerPorts } from '@vumi/runtime';
import type { Store } from '@vumi/store';
import { eventually } from '../platform.ts';
import { WebhookReceiver } from '../webhook-receiver.ts';
import { createApp, openQuietStore, openStorePlace, userMessage, type StorePlace } from './store-place.ts';

const QUICK = { retry_initial_delay: 0.02, retry_max_delay: 0.05, probe_max_delay: 0.05, look_every: 0.02 };

let place: StorePlace;
let store: Store;
let ref: { account: string; app: string };
let receiver: WebhookReceiver;
let worker: Worker;

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
  await store.accounts.change(ref.account, { private_services: ['127.0.0.0/8:1024-65535'] }, 'tester');
  receiver = await WebhookReceiver.start();
  worker = await start();
});
afterEach(async () => {
  await worker[Symbol.asyncDispose]();
  for (const { name } of (await store.webhooks.list(ref.account, {})).items)
    await store.webhooks.remove(ref.account, name, 'tester');
  await receiver[Symbol.asyncDispose]();
});

/** Nothing comes by a route here. */
const idle = async (): Promise<AsyncDisposable> => ({ [Symbol.asyncDispose]: () => Promise.resolve() });

function start(): Promise<Worker> {
  const ports = {
    store,
    http: { send: createSender() } as Partial<HttpPort>,
    ends: { application: () => ({ onInbound: idle, onEvent: idle }) },
    clock: Date.now,
    random: () => 0,
    logger: silentLogger,
    signal: new AbortController().signal,
  };
  return webhooksWorker.start(QUICK, ports as unknown as WorkerPorts);
}

async function hook(fields: object = {}, name = 'crm'): Promise<void> {
  const settings = webhookSettingsSchema.parse({ url: receiver.url, timeout: 1, ...fields });
  const { secret } = await store.webhooks.put(ref.account, name, { settings }, 'tester');
  if (secret !== null) receiver.secrets = [...receiver.secrets, secret];
}

async function receive(user: string, content: string): Promise<void> {
  await store.recorder.inbound(userMessage({ from_addr: user, content }), ref, 'received');
}

const textsOf = (user: string): (string | null | undefined)[] =>
  receiver.taken.filter((one) => one.user === user).map(({ message }) => message?.content);

describe('webhooks', () => {
  it('are told of each message once, signed, with its user and his count', async () => {
    await hook();
    await receive('+1', 'hello');
    await receive('+1', 'again');
    await eventually(
      () => textsOf('+1'),
      (texts) => texts.length === 2,
    );
    expect(receiver.requests).toMatchObject([
      { event: 'inbound', user: '+1', sequence: 1, signed: true, message: { content: 'hello' } },
      { event: 'inbound', user: '+1', sequence: 2, signed: true, message: { content: 'again' } },
    ]);
    const [first] = receiver.requests;
    expect(first?.headers).toMatchObject({ 'idempotency-key': first?.id, 'vumi-attempt': '1' });
    await eventually(
      () => store.webhooks.deliveries(ref.account, 'crm', { status: 'delivered' }),
      ({ items }) => items.length === 2,
    );
    expect(await store.webhooks.get(ref.account, 'crm')).toMatchObject({ pending: 0, dead: 0 });
  });

  it('get what they could not take, in the order of each user and under the same ids', async () => {
    await hook();
    let failures = 12;
    const kinds = [500, 'hang', 'close', 503, 404] as const;
    receiver.behave = () => (failures-- > 0 ? (kinds[failures % kinds.length] ?? 500) : 200);
    for (let index = 0; index < 5; index += 1)
      for (const user of ['+1', '+2', '+3']) await receive(user, String(index));
    await eventually(
      () => receiver.taken,
      (taken) => taken.length === 15,
      20_000,
    );
    for (const user of ['+1', '+2', '+3']) expect(textsOf(user)).toEqual(['0', '1', '2', '3', '4']);
    expect(new Set(receiver.taken.map(({ id }) => id)).size).toBe(15);
    const failing = await eventually(
      () => store.webhooks.get(ref.account, 'crm'),
      ({ failing_since, pending }) => failing_since === null && pending === 0,
    );
    expect(failing.last).toMatchObject({ status: 200, answer: 'thank you', error: null });
  });

  it('that take one delivery never are told of the others, of its user after a while too', async () => {
    await hook({ retry_hours: 0.01 });
    receiver.behave = ({ message }) => (message?.content === 'poison' ? 500 : 200);
    await receive('+1', 'poison');
    await receive('+1', 'behind it');
    await receive('+2', 'beside it');
    await eventually(
      () => textsOf('+1'),
      (texts) => texts.includes('behind it'),
      20_000,
    );
    expect(textsOf('+2')).toEqual(['beside it']);
    expect(receiver.taken.find(({ message }) => message?.content === 'behind it')).toMatchObject({
      sequence: 2,
    });
  });

  it('that are away hold up no others, are looked after with one delivery at a time, and then get everything', async () => {
    const away = await WebhookReceiver.start();
    await hook({ url: away.url }, 'away');
    await hook();
    away.behave = () => 'close';
    for (let index = 0; index < 30; index += 1) await receive(`+${index}`, 'hello');
    await eventually(
      () => receiver.taken,
      (taken) => taken.length === 30,
    );
    const down = await eventually(
      () => store.webhooks.get(ref.account, 'away'),
      ({ retry_at }) => retry_at !== null,
    );
    expect(down).toMatchObject({
      pending: 30,
      last: { status: null },
      failing_since: expect.any(String) as string,
    });
    const before = away.requests.length;
    away.behave = () => 200;
    await eventually(
      () => away.taken,
      (taken) => taken.length === 30,
      20_000,
    );
    expect(before).toBeLessThan(30);
    await away[Symbol.asyncDispose]();
  });

  it('have no more deliveries under way than they want', async () => {
    await hook({ max_in_flight: 3 });
    for (let index = 0; index < 40; index += 1) await receive(`+${index}`, 'hello');
    await eventually(
      () => receiver.taken,
      (taken) => taken.length === 40,
    );
    expect(receiver.mostOpen).toBeLessThanOrEqual(3);
  });

  it('are signed with both secrets while one takes the place of the other', async () => {
    await hook();
    await store.webhooks.rotateSecret(ref.account, 'crm', { overlap_seconds: 60 }, 'tester');
    // The worker hears of the second one a moment later.
    const signaturesOfNext = async (): Promise<number> => {
      await receive('+1', 'hello');
      return String(receiver.taken.at(-1)?.headers['vumi-signature']).split('v1=').length - 1;
    };
    await eventually(signaturesOfNext, (count) => count === 2);
    expect(receiver.taken.every(({ signed }) => signed)).toBe(true);
  });

  it('are tried with a test, also while they take nothing, and told so', async () => {
    await hook();
    receiver.behave = ({ event }) => (event === 'test' ? 200 : 500);
    for (let index = 0; index < 8; index += 1) await receive(`+${index}`, 'hello');
    await eventually(
      () => receiver.requests,
      (requests) => requests.length >= 5,
    );
    receiver.behave = ({ event }) => (event === 'test' ? 418 : 500);
    const id = await store.webhooks.test(ref.account, 'crm');
    const tested = await eventually(
      () => store.webhooks.delivery(ref.account, 'crm', id),
      ({ status }) => status !== 'pending',
    );
    expect(tested).toMatchObject({ status: 'dead', attempts: 1, last: { status: 418 } });
  });

  it('get again what is asked for, under its id', async () => {
    await hook();
    await receive('+1', 'hello');
    const [first] = await eventually(
      () => receiver.taken,
      (taken) => taken.length === 1,
    );
    const id = first?.id ?? '';
    await eventually(
      () => store.webhooks.delivery(ref.account, 'crm', id),
      ({ status }) => status === 'delivered',
    );
    await store.webhooks.redeliver(ref.account, 'crm', { id });
    const twice = await eventually(
      () => receiver.taken,
      (taken) => taken.length === 2,
    );
    expect(twice.map((one) => [one.id, one.sequence])).toEqual([
      [id, 1],
      [id, 1],
    ]);
  });

  it('get what was written while nobody delivered', async () => {
    await hook();
    await worker[Symbol.asyncDispose]();
    for (let index = 0; index < 5; index += 1) await receive('+1', String(index));
    worker = await start();
    await eventually(
      () => textsOf('+1'),
      (texts) => texts.length === 5,
    );
    expect(textsOf('+1')).toEqual(['0', '1', '2', '3', '4']);
  });
});
