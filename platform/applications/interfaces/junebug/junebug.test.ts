import { createAck, createDeliveryReport, createNack, createUserMessage } from '@vumi/core';
import { basicHeader } from '@vumi/http';
import { describe, expect, it } from 'vitest';
import { ALL_EVENTS } from '../dialect.ts';
import { interfaceOf, NAME, openDialect, TOKEN, USER } from '../dialect-place.fixture.ts';
import { junebug } from './junebug.ts';

const MO_URL = 'https://clinic.example/inbound';
const own = interfaceOf({ dialect: 'junebug', message_url: MO_URL, auth_token: 'mo', character_limit: 20 });
const KNOWN = { authorization: basicHeader(NAME, TOKEN) };
const MESSAGES = `/channels/${NAME}/messages/`;
const original = createUserMessage({
  message_id: 'i1',
  from_addr: USER,
  to_addr: '8000',
  content: null,
  session_event: 'new',
  transport_name: 'mno',
});
const post = (body: unknown, headers: Record<string, string> = KNOWN) => ({
  method: 'POST',
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('a message', () => {
  it('is submitted', async () => {
    const place = openDialect(junebug, own);
    const body = { to: USER, content: 'hi', event_url: 'https://e.example/', event_auth_token: 't' };
    const answer = await place.ask(MESSAGES, post(body));
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.body)).toEqual({
      status: 201,
      code: 'Created',
      description: 'message submitted',
      result: {
        to: USER,
        from: '8000',
        group: null,
        message_id: 'm1',
        channel_id: NAME,
        timestamp: '2026-11-29 08:00:00.000000',
        reply_to: null,
        content: 'hi',
        channel_data: { session_event: null },
      },
    });
    const note = { url: 'https://e.example/', token: 't' };
    expect(place.sent).toMatchObject([{ to: USER, content: 'hi', events: ALL_EVENTS, note }]);
  });

  it.each([
    ['answers one', { reply_to: 'i1', content: 'yo' }, { to: USER, inReplyTo: { message_id: 'i1' } }],
    [
      'ends a session',
      { reply_to: 'i1', content: 'yo', channel_data: { continue_session: false } },
      { sessionEvent: 'close' },
    ],
    [
      'answers one that is too old, and says to whom',
      { reply_to: 'old', to: USER, content: 'yo' },
      { to: USER },
    ],
    ['is heard of by nobody', { to: USER, content: 'yo' }, { events: [] }],
    ['has a sender', { to: USER, from: '8000', content: 'yo' }, { from: '8000' }],
  ])('%s', async (_what, body, sent) => {
    const place = openDialect(junebug, own, [original]);
    expect((await place.ask(MESSAGES, post(body))).status).toBe(201);
    expect(place.sent).toMatchObject([sent]);
  });

  it.each([
    ['no JSON', '{', 400, 'JsonDecodeError: The body is no JSON'],
    ['nobody', { content: 'hi' }, 400, 'ApiUsageError: Either "to" or "reply_to" must be specified'],
    ['no text', { to: USER }, 400, /invalid_body: .*content/],
    ['an unknown key', { to: USER, content: 'a', x: 1 }, 400, /invalid_body: .*'x' was unexpected/],
    [
      'too much',
      { to: USER, content: 'x'.repeat(21) },
      400,
      'MessageTooLong: Message content too long: 21 > 20',
    ],
    ['an answer to nothing', { reply_to: 'none', content: 'a' }, 400, /MessageNotFound: .*none not found/],
    ['a foreign sender', { to: USER, from: '9999', content: 'a' }, 403, /ApiUsageError: .*not the number/],
  ])('with %s is refused', async (_what, body, status, said) => {
    const place = openDialect(junebug, own);
    const answer = await place.ask(MESSAGES, post(body));
    expect(answer.status).toBe(status);
    const { result } = JSON.parse(answer.body) as { result: { errors: { type: string; message: string }[] } };
    expect(result.errors.map(({ type, message }) => `${type}: ${message}`).join()).toMatch(said);
    expect(place.sent).toEqual([]);
  });
});

it.each([
  ['GET', '/health', {}, 200, {}],
  ['GET', '/channels/', KNOWN, 200, [NAME]],
  ['GET', '/channels', { authorization: `Token ${TOKEN}` }, 200, [NAME]],
  ['GET', `/channels/${NAME}`, KNOWN, 200, { id: NAME, mo_url: MO_URL, character_limit: 20 }],
  [
    'GET',
    `${MESSAGES}m1`,
    KNOWN,
    200,
    { id: 'm1', last_event_type: 'delivery_succeeded', events: [{ event_type: 'submitted' }, {}] },
  ],
  ['GET', `${MESSAGES}none`, KNOWN, 404, { errors: [{ type: 'MessageNotFound' }] }],
  ['GET', '/channels/', {}, 401, { errors: [{ type: 'Unauthorized' }] }],
  ['GET', '/channels/other', KNOWN, 404, { errors: [{ type: 'ChannelNotFound' }] }],
  [
    'GET',
    '/channels/other',
    { authorization: `Token ${TOKEN}` },
    404,
    { errors: [{ type: 'ChannelNotFound' }] },
  ],
  ['POST', '/channels/', KNOWN, 403, { errors: [{ type: 'Forbidden' }] }],
  ['DELETE', `/channels/${NAME}`, KNOWN, 403, { errors: [{ type: 'Forbidden' }] }],
  ['GET', '/routers/', KNOWN, 403, { errors: [{ type: 'Forbidden' }] }],
  ['GET', '/routers/', {}, 401, { errors: [{ type: 'Unauthorized' }] }],
  ['GET', `/routers/${NAME}`, KNOWN, 403, { errors: [{ type: 'Forbidden' }] }],
  [
    'GET',
    `/routers/${NAME}/destinations/d1/messages/m1`,
    KNOWN,
    404,
    { errors: [{ type: 'RouterNotFound' }] },
  ],
])('%s %s with %j: %i', async (method, path, headers, ...[status, result]) => {
  const answer = await openDialect(junebug, own).ask(path, { method, headers: { ...headers } });
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toMatchObject({ status, result });
});

describe('what is told', () => {
  it('is what a user wrote', () => {
    const callback = junebug.tellMessage(original, own);
    expect(callback).toMatchObject({ method: 'POST', url: MO_URL, headers: { authorization: 'Token mo' } });
    expect(JSON.parse(callback?.body ?? '')).toMatchObject({
      to: '8000',
      from: USER,
      message_id: 'i1',
      content: null,
      reply_to: null,
      channel_data: { session_event: 'new' },
    });
  });

  const fields = { user_message_id: 'm1', transport_name: 'mno' };
  it.each([
    [createAck(fields, '7'), 'submitted', {}],
    [createNack(fields, 'no'), 'rejected', { reason: 'no' }],
    [createDeliveryReport(fields, 'delivered'), 'delivery_succeeded', {}],
    [createDeliveryReport(fields, 'failed'), 'delivery_failed', {}],
    [createDeliveryReport(fields, 'pending'), 'delivery_pending', {}],
  ])('is what became of a message: %#', (event, event_type, event_details) => {
    const callback = junebug.tellEvent(event, own, { url: 'https://e.example/', token: 't' });
    expect(callback?.headers).toMatchObject({ authorization: 'Token t' });
    const { timestamp } = event;
    const told = { event_type, message_id: 'm1', channel_id: NAME, timestamp, event_details };
    expect(JSON.parse(callback?.body ?? '')).toEqual(told);
    expect(junebug.tellEvent(event, own, { url: null })).toBeNull();
  });
});
