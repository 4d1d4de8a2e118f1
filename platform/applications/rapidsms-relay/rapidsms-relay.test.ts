import type { UserMessage } from '@vumi/core';
import { createHttpHub, createOpener, createSender, type HttpHub } from '@vumi/http';
import { eventually } from '@vumi/machine/testing';
import { silentLogger } from '@vumi/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { messageOf, openApplicationPlace, type ApplicationPlace } from '../testing/application-place.ts';
import { openReceiver, type ReceiverPlace } from '../testing/receiver-place.ts';
import { rapidSmsRelay } from './rapidsms-relay.ts';

let place: ApplicationPlace;
let receiver: ReceiverPlace;
let hub: HttpHub;
let port = 0;

beforeEach(async () => {
  receiver = await openReceiver();
  const state = { get: none, set: none, delete: none };
  hub = createHttpHub({
    publicUrl: null,
    trustedProxies: [],
    listen: null,
    send: createSender(),
    open: createOpener(),
    state,
    logger: silentLogger,
  });
  const http = hub.portOf('app');
  const listen: typeof http.listen = async (address) => {
    const listener = await http.listen(address);
    port = listener.port;
    return listener;
  };
  place = await openApplicationPlace({ http: { ...http, listen } });
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

function none(): never {
  throw new Error('a listener of its own needs no state');
}

function start(config: Record<string, unknown> = {}) {
  return place.start(rapidSmsRelay, {
    rapidsms_url: receiver.url,
    web_path: '/send',
    web_port: 0,
    ...config,
  });
}

async function order(body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`http://127.0.0.1:${port}/send`, { method: 'POST', body: text, headers });
  return { status: response.status, body: (await response.json()) as UserMessage[] };
}

test('a message is posted, also one that ends a session, and replied to even before the post is answered', async () => {
  const orders: Promise<{ status: number }>[] = [];
  receiver.answer = async ({ body }) => {
    const { message_id, from_addr } = JSON.parse(body) as UserMessage;
    orders.push(order({ content: 'pong', to_addr: [from_addr], in_reply_to: message_id }));
    await orders[0];
    return { status: 200 };
  };
  await start({ rapidsms_username: 'v', rapidsms_password: 'w' });
  const message = messageOf({ content: 'ping', session_event: 'close' });
  const [said] = await place.ask(message, 1);
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual(message);
  expect(receiver.received[0]?.headers.authorization).toBe(`Basic ${btoa('v:w')}`);
  expect(said).toMatchObject({ content: 'pong', in_reply_to: message.message_id, from_addr: '12345' });
});

test('an order for several is sent to each by its endpoint, once for an idempotency key', async () => {
  await start({ send_to: { bulk: { transport_name: 'smsc_b' } } });
  const news = { content: 'news', to_addr: ['+271', '+272'], endpoint: 'bulk' };
  const first = await order(news, { 'Idempotency-Key': 'k1' });
  const again = await order(news, { 'Idempotency-Key': 'k1' });
  expect(first.status).toBe(200);
  expect(first.body.map(({ to_addr, transport_name }) => `${to_addr} ${transport_name}`)).toEqual([
    '+271 smsc_b',
    '+272 smsc_b',
  ]);
  expect(again.body).toEqual(first.body);
  const said = await eventually(
    () => place.said,
    (all) => all.length >= 2,
  );
  expect(new Set(said.map(({ message_id }) => message_id))).toEqual(
    new Set(first.body.map(({ message_id }) => message_id)),
  );
});

test.each([
  ['is no JSON', '{', {}, 400],
  ['has no content', { to_addr: ['1'] }, {}, 400],
  ['has an address instead of a list', { content: 'x', to_addr: '1' }, {}, 400],
  ['replies to nothing known', { content: 'x', to_addr: ['1'], in_reply_to: 'nope' }, {}, 400],
  [
    'replies where replies are off',
    { content: 'x', to_addr: ['1'], in_reply_to: 'm' },
    { allow_replies: false },
    400,
  ],
  [
    'comes without the password',
    { content: 'x', to_addr: ['1'] },
    { vumi_username: 'r', vumi_password: 's' },
    401,
  ],
])('an order that %s is refused and says why', async (_, body, config, status) => {
  await start(config);
  const answer = await order(body);
  expect(answer.status).toBe(status);
  expect((answer.body as unknown as { error: string }).error).toMatch(/\w+/);
  expect(place.said).toEqual([]);
});

test('an order with the password is taken', async () => {
  await start({ vumi_username: 'r', vumi_password: 's', allow_replies: false });
  const answer = await order({ content: 'x', to_addr: ['1'] }, { authorization: `Basic ${btoa('r:s')}` });
  expect(answer.status).toBe(200);
});

test('a reply to somebody else than who wrote is refused', async () => {
  await start();
  const message = messageOf({});
  await place.end.publishInbound(message);
  await eventually(
    () => receiver.received,
    (all) => all.length > 0,
  );
  const answer = await order({ content: 'x', to_addr: ['+2799'], in_reply_to: message.message_id });
  expect(answer).toMatchObject({ status: 400, body: { field: 'to_addr' } });
});
