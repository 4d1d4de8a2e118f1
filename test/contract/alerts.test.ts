import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, webhookSettingsSchema } from '@vumi/core';
import { webhooksWorker } from '@vumi/applications';
import { createSender, type HttpPort } from '@vumi/http';
import type { Worker, WorkerPorts } from '@vumi/runtime';
import type { AlertLevel, Store } from '@vumi/store';
import { eventually } from '../platform.ts';
import { WebhookReceiver } from '../webhook-receiver.ts';
import { createApp, openQuietStore, openStorePlace, userMessage, type StorePlace } from './store-place.ts';

const QUICK = { retry_initial_delay: 0.02, retry_max_delay: 0.05, probe_max_delay: 0.05, look_every: 0.02 };
const AT = Date.parse('2026-11-29T20:00:00Z');
const SMSC = { kind: 'transport', subject: 'mno' };

let place: StorePlace;
let store: Store;
let account: string;
let receiver: WebhookReceiver;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});
beforeEach(async () => {
  ({ account } = await createApp(store));
  await store.accounts.change(account, { private_services: ['127.0.0.0/8:1024-65535'] }, 'tester');
  receiver = await WebhookReceiver.start();
});
afterEach(async () => {
  for (const whose of [null, account])
    for (const { name } of (await store.webhooks.list(whose, {})).items)
      await store.webhooks.remove(whose, name, 'tester');
  for (const { kind, subject, account: whose } of (await store.alerts.list(null, { state: 'open' })).items)
    await store.alerts.clear({ kind, subject, account: whose }, { at: AT });
  await receiver[Symbol.asyncDispose]();
});

const raise = (level: AlertLevel, message: string, fields: object = {}) =>
  store.alerts.raise({ ...SMSC, level, message, at: AT, ...fields });

async function hear(whose: string | null, name = 'ops'): Promise<void> {
  const settings = webhookSettingsSchema.parse({ url: receiver.url, timeout: 1, events: ['alert'] });
  const { secret } = await store.webhooks.put(whose, name, { settings }, 'tester');
  if (secret !== null) receiver.secrets = [...receiver.secrets, secret];
}

function deliver(): Promise<Worker> {
  const idle = async (): Promise<AsyncDisposable> => ({ [Symbol.asyncDispose]: () => Promise.resolve() });
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

describe('an alert', () => {
  it('is told once when it begins, counted while it lasts, and told once when it is over', async () => {
    expect(await raise('warning', 'one of two binds')).toMatchObject({ change: 'raised', level: 'warning' });
    expect(await raise('warning', 'still')).toBeNull();
    expect(await raise('info', 'nearly well')).toBeNull();
    const [open] = (await store.alerts.list(null, { state: 'open', ...SMSC })).items;
    expect(open).toMatchObject({ raises: 3, level: 'info', message: 'nearly well', cleared_at: null });
    const over = await store.alerts.clear(SMSC, { at: AT + 60_000, message: 'bound again' });
    expect(over).toMatchObject({ id: open?.id, change: 'cleared', message: 'bound again' });
    expect(await store.alerts.clear(SMSC, { at: AT + 60_000 })).toBeNull();
    expect(await raise('warning', 'again')).toMatchObject({ change: 'raised' });
    expect((await store.alerts.list(null, SMSC)).items.map(({ cleared_at: end }) => end)).toEqual([
      null,
      '2026-11-29T20:01:00.000Z',
    ]);
  });

  it('that gets worse is told again, once for each level', async () => {
    await raise('info', 'a');
    expect(await raise('critical', 'b')).toMatchObject({ change: 'worse', level: 'critical', message: 'b' });
    expect(await raise('warning', 'c')).toBeNull();
    expect(await raise('critical', 'd')).toBeNull();
  });

  it('that many processes raise at once is one', async () => {
    const told = await Promise.all(
      Array.from({ length: 20 }, (_, index) => raise('warning', `seen by ${index}`)),
    );
    expect(told.filter((notice) => notice !== null)).toHaveLength(1);
    const cleared = await Promise.all(Array.from({ length: 5 }, () => store.alerts.clear(SMSC, { at: AT })));
    expect(cleared.filter((notice) => notice !== null)).toHaveLength(1);
  });

  it("of an account is apart from the platform's of the same kind and subject, and not shown to others", async () => {
    const { account: other } = await createApp(store);
    await raise('warning', "the platform's");
    const notice = await raise('warning', "the account's", { account });
    expect(notice).toMatchObject({ change: 'raised', account });
    expect((await store.alerts.list(account, {})).items).toMatchObject([{ message: "the account's" }]);
    expect((await store.alerts.list(other, {})).items).toEqual([]);
    await expect(store.alerts.get(other, notice?.id ?? '')).rejects.toMatchObject({ code: 'not_found' });
    expect((await store.alerts.open('transport')).map(({ account: whose }) => whose)).toEqual([
      null,
      account,
    ]);
  });

  it('is listed in pages, newest first', async () => {
    for (let index = 0; index < 5; index += 1) await raise('info', `n${index}`, { subject: `s${index}` });
    const first = await store.alerts.list(null, { state: 'open', limit: 3 });
    const rest = await store.alerts.list(null, {
      state: 'open',
      limit: 3,
      cursor: first.next_cursor ?? undefined,
    } as object);
    expect([...first.items, ...rest.items].map(({ subject }) => subject)).toEqual([
      's4',
      's3',
      's2',
      's1',
      's0',
    ]);
    expect(rest.next_cursor).toBeNull();
  });
});

describe('receivers of alerts', () => {
  it("are told signed and in order: those of the platform of all, an account's of its own", async () => {
    await hear(null);
    await hear(account, 'mine');
    await using _worker = await deliver();
    await raise('warning', 'one of two binds');
    await raise('critical', 'no bind');
    await store.alerts.clear(SMSC, { at: AT + 1000, message: 'bound' });
    await raise('warning', 'ten credits left', { kind: 'credit.low', subject: account, account });
    await eventually(
      () => receiver.taken,
      (taken) => taken.length === 5,
    );
    const told = (name: string) =>
      receiver.taken
        .filter(({ webhook }) => webhook === name)
        .map(({ alert, signed, sequence, event, user }) => [
          alert?.change,
          alert?.message,
          signed,
          sequence,
          event,
          user,
        ]);
    const ofTransport = told('ops').filter(([, message]) => message !== 'ten credits left');
    expect(ofTransport).toEqual([
      ['raised', 'one of two binds', true, 1, 'alert', null],
      ['worse', 'no bind', true, 2, 'alert', null],
      ['cleared', 'bound', true, 3, 'alert', null],
    ]);
    expect(told('mine')).toEqual([['raised', 'ten credits left', true, 1, 'alert', null]]);
  });

  it('that were away get what was told meanwhile', async () => {
    await hear(null);
    receiver.behave = () => 503;
    const worker = await deliver();
    await raise('critical', 'no bind');
    await eventually(
      () => receiver.requests,
      (requests) => requests.length > 1,
    );
    await worker[Symbol.asyncDispose]();
    receiver.behave = () => 200;
    await using _next = await deliver();
    const [taken] = await eventually(
      () => receiver.taken,
      (all) => all.length > 0,
    );
    expect(taken).toMatchObject({ signed: true, alert: { change: 'raised', message: 'no bind' } });
    expect(new Set(receiver.requests.map(({ id }) => id)).size).toBe(1);
  });

  it('hear nothing of messages', async () => {
    await hear(account);
    await store.recorder.inbound(userMessage(), { account, app: 'hello' }, 'received');
    expect((await store.webhooks.deliveries(account, 'ops', {})).items).toEqual([]);
  });
});
