import { createAck, createDeliveryReport, createNack, isSigned, type UserMessage } from '@vumi/core';
import { createSender } from '@vumi/http';
import { eventually } from '@vumi/machine/testing';
import type { Worker } from '@vumi/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { messageOf, openApplicationPlace, type ApplicationPlace } from '../testing/application-place.ts';
import { openReceiver, type Received, type ReceiverPlace } from '../testing/receiver-place.ts';
import { httpRelay } from './http-relay.ts';

const send = createSender();
const http = { mount: none, mountUpgrades: none, listen: none, publicUrl: none, send, open: none };
function none(): never {
  throw new Error('a relay has no hooks');
}

let place: ApplicationPlace;
let receiver: ReceiverPlace;

beforeEach(async () => {
  receiver = await openReceiver();
  place = await openApplicationPlace({ http });
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

function start(config: Record<string, unknown> = {}): Promise<Worker> {
  return place.start(httpRelay, { url: receiver.url, ...config });
}

/** Waits until so many requests have come. */
function received(count: number): Promise<readonly Received[]> {
  return eventually(
    () => receiver.received,
    (all) => all.length >= count,
  );
}

function contentOf({ body }: Received): string | null {
  return (JSON.parse(body) as UserMessage).content;
}

const say = (content: string, from_addr = '+27761234567'): Promise<void> =>
  place.end.publishInbound(messageOf({ content, from_addr }));
const reply = (text: string, headers: Record<string, string> = {}) => ({
  status: 200,
  headers: { 'X-Vumi-HTTPRelay-Reply': 'true', ...headers },
  body: text,
});

test('a message is posted as it is, with what a receiver needs to trust and to order it', async () => {
  await start({ username: 'me', password: 's:cret', secret: ['new', 'old'], http_method: 'put' });
  const message = messageOf({ content: 'naïve ☺', helper_metadata: { any: ['thing'] } });
  await place.end.publishInbound(message);
  const [request] = await received(1);
  expect(request).toMatchObject({
    method: 'PUT',
    path: '/sms',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      authorization: `Basic ${Buffer.from('me:s:cret').toString('base64')}`,
      'idempotency-key': message.message_id,
      'x-vumi-user': '%2B27761234567',
      'x-vumi-sequence': '1',
    },
  });
  expect(JSON.parse(request?.body ?? '')).toEqual(message);
  const header = String(request?.headers['vumi-signature']);
  const signed = (secret: string) => isSigned(header, { body: request?.body ?? '', secret, now: Date.now() });
  expect([signed('new'), signed('old'), signed('other')]).toEqual([true, true, false]);
});

test.each([
  ['the header in another case', reply('  yes\n', { 'X-Vumi-HTTPRelay-Reply': 'TRUE' }), 'yes'],
  [
    'another character set',
    {
      ...reply('', { 'Content-Type': 'text/plain; charset=iso-8859-1' }),
      body: Buffer.from('naïve', 'latin1'),
    },
    'naïve',
  ],
  ['a header that is not true', reply('no', { 'X-Vumi-HTTPRelay-Reply': 'yes' }), null],
  ['no header', { status: 200, body: 'no' }, null],
  ['nothing but space', reply(' \n'), null],
  ['another status', { ...reply('no'), status: 201 }, null],
])('an answer with %s is a reply only when Vumi takes it for one', async (_, answer, expected) => {
  receiver.answer = ({ body }) => (body.includes('last') ? reply('last') : answer);
  await start();
  await say('hi');
  await say('last');
  const said = await eventually(
    () => place.said,
    (all) => all.some(({ content }) => content === 'last'),
  );
  expect(said.map(({ content }) => content)).toEqual(expected === null ? ['last'] : [expected, 'last']);
  expect(said[0]).toMatchObject({ to_addr: '+27761234567', session_event: null });
});

test('a reply has the id that the request named, and may end the session', async () => {
  receiver.answer = () => reply('bye', { 'X-Vumi-HTTPRelay-Close': 'true' });
  await start();
  const [said] = await place.ask({ content: 'hi' }, 1);
  expect(said).toMatchObject({
    message_id: receiver.received[0]?.headers['x-vumi-reply-id'],
    session_event: 'close',
  });
});

test('a session that ends is told only where that was asked for', async () => {
  await start();
  await place.end.publishInbound(messageOf({ session_event: 'close' }));
  await place.end.publishInbound(messageOf({ session_event: 'new', content: 'hi' }));
  expect((await received(1)).map(contentOf)).toEqual(['hi']);
});

test('what becomes of a reply is posted with its user and number, nacks too, in line with what he writes', async () => {
  receiver.answer = ({ body }) => (body.includes('"hi"') ? reply('hello') : { status: 200 });
  await start();
  const [said] = await place.ask({ content: 'hi' }, 1);
  const event = { user_message_id: said?.message_id ?? '', transport_name: 'smsc' };
  await place.end.publishEvent(createAck(event, 's1'));
  await place.end.publishEvent(createDeliveryReport(event, 'delivered'));
  await place.end.publishEvent(createNack(event, 'no credit'));
  await received(4);
  await say('again');
  const posted = (await received(5)).slice(1);
  expect(posted.map(({ headers }) => headers['x-vumi-sequence'])).toEqual(['2', '3', '4', '5']);
  expect(new Set(posted.map(({ headers }) => headers['x-vumi-user']))).toEqual(new Set(['%2B27761234567']));
  expect(
    posted.slice(0, 3).map(({ body }) => (JSON.parse(body) as { event_type: string }).event_type),
  ).toEqual(['ack', 'delivery_report', 'nack']);
});

test('events go to an address of their own, which has numbers of its own; those of strangers have none', async () => {
  receiver.answer = ({ path }) => (path === '/sms' ? reply('hello') : { status: 200 });
  await start({ event_url: receiver.url.replace('/sms', '/events') });
  const [said] = await place.ask({ content: 'hi' }, 1);
  await place.end.publishEvent(
    createAck({ user_message_id: said?.message_id ?? '', transport_name: 'smsc' }, 's1'),
  );
  await received(2);
  await place.end.publishEvent(createAck({ user_message_id: 'unknown', transport_name: 'smsc' }, 's2'));
  const [, own, strange] = await received(3);
  expect([own?.path, own?.headers['x-vumi-sequence']]).toEqual(['/events', '1']);
  expect([strange?.path, strange?.headers['x-vumi-sequence']]).toEqual(['/events', undefined]);
});

test.each([
  ['answers 500', () => ({ status: 500, body: 'oops' })],
  ['answers 429', () => ({ status: 429, headers: { 'Retry-After': '0' } })],
  ['does not know the password', () => ({ status: 401 })],
  ['leads elsewhere', () => ({ status: 302, headers: { location: '/other' } })],
  ['closes the connection', () => 'cut' as const],
  ['does not answer', () => 'hang' as const],
])('nothing is lost of a user to whom the receiver %s, nothing overtakes, others go on', async (_, bad) => {
  let failing = true;
  receiver.answer = ({ headers }) => (failing && headers['x-vumi-user'] === 'ann' ? bad() : { status: 200 });
  await start({ timeout: 1 });
  await say('a1', 'ann');
  await received(1);
  await say('a2', 'ann');
  await say('b1', 'bob');
  await eventually(
    () => receiver.received,
    (all) => all.some((request) => contentOf(request) === 'b1'),
  );
  failing = false;
  const all = await eventually(
    () => receiver.received,
    (requests) => requests.some((request) => contentOf(request) === 'a2'),
  );
  const ofAnn = all.filter(({ headers }) => headers['x-vumi-user'] === 'ann');
  expect(
    ofAnn.map((request) => `${contentOf(request)} ${String(request.headers['x-vumi-sequence'])}`),
  ).toEqual([...Array.from({ length: ofAnn.length - 1 }, () => 'a1 1'), 'a2 2']);
  expect(new Set(ofAnn.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  expect(place.failures).toEqual([]);
});

test('what waits for a receiver that is away is told by the status, and posted when it is back', async () => {
  await receiver.close();
  const worker = await start();
  await say('hi');
  const status = await eventually(
    () => worker.status(),
    (health) => health.status === 'down',
  );
  expect(status.message).toContain('1 wait');
  await receiver.reopen();
  expect((await received(1)).map(contentOf)).toEqual(['hi']);
  await eventually(
    () => worker.status().status,
    (health) => health === 'ok',
  );
});

test('a message that the receiver refuses goes to the failures, and the next one has the next number', async () => {
  receiver.answer = ({ body }) =>
    body.includes('bad') ? { status: 422, body: 'no\n such thing' } : { status: 200 };
  await start();
  await say('bad');
  await say('good');
  const requests = await received(2);
  expect(requests.map(({ headers }) => headers['x-vumi-sequence'])).toEqual(['1', '2']);
  const [failure] = await eventually(
    () => place.failures,
    (all) => all.length > 0,
  );
  expect(failure).toMatchObject({ failure_code: 'permanent', message: { content: 'bad' } });
  expect(failure?.reason).toContain('answered 422: no such thing');
});

test('a message that alone is not taken is given up, one that fails with all others is not', async () => {
  receiver.answer = () => ({ status: 500 });
  await start({ give_up_attempts: 2 });
  await say('poison', 'ann');
  await say('fine', 'bob');
  await received(6);
  expect(place.failures).toEqual([]);
  receiver.answer = ({ body }) => ({ status: body.includes('poison') ? 500 : 200 });
  const traffic = setInterval(() => void say('more', 'cat'), 50);
  const [failure] = await eventually(
    () => place.failures,
    (all) => all.length > 0,
  );
  clearInterval(traffic);
  expect(failure).toMatchObject({ failure_code: 'temporary', message: { content: 'poison' } });
  expect(failure?.reason).toContain('while it took others');
});

test('a relay that stops leaves what was not taken in its queue, with its number', async () => {
  receiver.answer = () => ({ status: 503 });
  const worker = await start();
  await say('first');
  await say('second');
  await received(1);
  await worker[Symbol.asyncDispose]();
  receiver.answer = () => ({ status: 200 });
  const before = receiver.received.length;
  await start();
  const requests = (await received(before + 2)).slice(before);
  expect(
    requests.map((request) => `${contentOf(request)} ${String(request.headers['x-vumi-sequence'])}`),
  ).toEqual(['first 1', 'second 2']);
  expect(place.failures).toEqual([]);
});

test('a message that comes again is not posted again, and its reply is the same', async () => {
  receiver.answer = () => reply(`answer ${receiver.received.length}`);
  await start();
  const message = messageOf({ content: 'hi' });
  await place.ask(message, 1);
  const said = await place.ask(message, 2);
  expect(receiver.received).toHaveLength(1);
  expect(said[1]).toEqual(said[0]);
});

test.each([
  [{ url: 'ftp://example.com/' }, 'url'],
  [{ username: 'me' }, 'password'],
  [{ auth_method: 'digest' }, 'auth_method'],
  [{ http_method: 'BREW' }, 'http_method'],
  [{ passwort: 'x' }, 'passwort'],
])('the configuration %j is refused and names %s', async (config, field) => {
  await expect(start(config)).rejects.toMatchObject({ code: 'config.invalid', field });
});

test('a private address is not posted to where the operator does not want it', async () => {
  const worker = await start({ allow_private: false });
  await say('hi');
  await eventually(
    () => worker.status(),
    ({ status }) => status !== 'ok',
  );
  expect(receiver.received).toEqual([]);
});
