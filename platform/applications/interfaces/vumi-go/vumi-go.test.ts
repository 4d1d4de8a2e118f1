import { createAck, createUserMessage } from '@vumi/core';
import { basicHeader } from '@vumi/http';
import { describe, expect, it } from 'vitest';
import { ALL_EVENTS } from '../dialect.ts';
import { interfaceOf, NAME, openDialect, TOKEN, USER } from '../dialect-place.fixture.ts';
import { vumiGo } from './vumi-go.ts';

const settings = { dialect: 'vumi_go', event_url: 'https://user:pw@go.example/events' } as const;
const own = interfaceOf({ ...settings, character_limit: 20 });
const streaming = interfaceOf({ dialect: 'vumi_go', stream: true });
const BASE = `/api/v1/go/http_api_nostream/${NAME}`;
const KNOWN = { authorization: basicHeader('shop', TOKEN) };
const original = createUserMessage({
  message_id: 'i1',
  from_addr: USER,
  to_addr: '8000',
  transport_name: 'mno',
});

const put = (body: unknown, headers: Record<string, string> = KNOWN) => ({
  method: 'PUT',
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const INVALID = (key: string): string => `Invalid or missing value for payload key '${key}'`;

describe('PUT messages.json', () => {
  it('answers the whole message', async () => {
    const place = openDialect(vumiGo, own);
    const answer = await place.ask(`${BASE}/messages.json`, put({ to_addr: USER, content: 'hi' }));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      message_id: 'm1',
      message_type: 'user_message',
      to_addr: USER,
      content: 'hi',
      helper_metadata: { go: { conversation_key: NAME, user_account: 'shop' } },
    });
    expect(place.sent).toMatchObject([{ to: USER, content: 'hi', events: ALL_EVENTS }]);
  });

  it('answers a message, and ends its session', async () => {
    const place = openDialect(vumiGo, own, [original]);
    const body = { in_reply_to: 'i1', content: 'bye', session_event: 'close' };
    expect((await place.ask(`${BASE}/messages.json`, put(body))).status).toBe(200);
    expect(place.sent).toMatchObject([{ to: USER, inReplyTo: { message_id: 'i1' }, sessionEvent: 'close' }]);
  });

  it.each([
    ['no JSON', '{', 'Invalid Message'],
    ['a list', [], 'Invalid Message'],
    ['a number for a text', { content: 1, to_addr: USER }, INVALID('content')],
    ['no text', { to_addr: USER }, INVALID('content')],
    ['no receiver', { content: 'hi' }, INVALID('to_addr')],
    ['nothing', {}, `Errors:\n* ${INVALID('content')}\n* ${INVALID('to_addr')}`],
    ['a wrong session_event', { content: 'a', to_addr: USER, session_event: 'x' }, INVALID('session_event')],
    ['an answer to nothing', { content: 'a', in_reply_to: 'none' }, 'Invalid in_reply_to value'],
    ['an answer to a number', { content: 'a', in_reply_to: 7 }, 'Invalid in_reply_to value'],
    [
      'a text that is too long',
      { content: 'x'.repeat(21), to_addr: USER },
      'Payload content too long: 21 > 20',
    ],
    [
      'who has opted out',
      { content: 'a', to_addr: '+27761000' },
      'Recipient with msisdn +27761000 has opted out',
    ],
    ['without credit', { content: 'a', to_addr: '+27761230402' }, 'no credit'],
  ])('refuses %s as Vumi Go does', async (_what, body, reason) => {
    const place = openDialect(vumiGo, own);
    const answer = await place.ask(`${BASE}/messages.json`, put(body));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({ success: false, reason });
    expect(place.sent).toEqual([]);
  });

  it.each([
    ['nobody', {}],
    ['a wrong token', { authorization: basicHeader('shop', 'wrong') }],
    ['another account', { authorization: basicHeader('other', TOKEN) }],
    ['no Basic', { authorization: `Bearer ${TOKEN}` }],
  ])('lets %s in', async (_who, headers: Record<string, string>) => {
    const place = openDialect(vumiGo, own);
    const answer = await place.ask(`${BASE}/messages.json`, put({ to_addr: USER, content: 'hi' }, headers));
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
    expect(place.sent).toEqual([]);
  });
});

it.each([
  [[['a', 1, 'sum']], 200, { success: true, reason: 'Metrics published' }],
  [[['a', 1, 'median']], 400, { success: false, reason: 'Invalid Message' }],
  [{ a: 1 }, 400, { success: false, reason: 'Invalid Message' }],
  [[['a', 'x', 'sum']], 400, { success: false, reason: 'Invalid Message' }],
])('PUT metrics.json %j', async (body, status, said) => {
  const place = openDialect(vumiGo, own);
  const answer = await place.ask(`${BASE}/metrics.json`, put(body));
  expect([answer.status, JSON.parse(answer.body)]).toEqual([status, said]);
  expect(place.fired).toEqual(status === 200 ? [{ metric: 'a', value: 1, aggregator: 'sum' }] : []);
});

describe('streams', () => {
  const get = { headers: KNOWN };
  it('are lines of JSON', async () => {
    const answer = await openDialect(vumiGo, streaming).ask(`/api/v1/go/http_api/${NAME}/messages.json`, get);
    expect(answer).toMatchObject({ status: 200, body: '{"a":1}\n{"a":2}\n' });
    expect(answer.headers['x-accel-buffering']).toBe('no');
  });

  it.each([
    ['has too many readers', streaming, 'http_api', 'events', 403],
    ['is told by URLs', own, 'http_api', 'messages', 400],
    ['is of the API without streams', streaming, 'http_api_nostream', 'messages', 405],
  ])('are not for one that %s', async (_what, door, kind, ...[of, status]) => {
    const answer = await openDialect(vumiGo, door).ask(`/api/v1/go/${kind}/${NAME}/${of}.json`, get);
    expect(answer.status).toBe(status);
  });
});

describe('what is pushed', () => {
  it('is a whole event without what is ours', () => {
    const ack = createAck({ user_message_id: 'm1', transport_name: 'mno' }, '7');
    const event = { ...ack, helper_metadata: { vumi: { account: 'shop' } } };
    const callback = vumiGo.tellEvent(event, own, {});
    expect(callback).toMatchObject({ method: 'POST', url: settings.event_url });
    expect(JSON.parse(callback?.body ?? '')).toMatchObject({ event_type: 'ack', user_message_id: 'm1' });
    expect(callback?.body).not.toContain('"vumi"');
    expect(vumiGo.tellMessage(original, own)).toBeNull();
  });
});
