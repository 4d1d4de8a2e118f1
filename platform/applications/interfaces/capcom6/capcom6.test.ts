import { createHmac } from 'node:crypto';
import { createAck, createDeliveryReport, createNack, createUserMessage } from '@vumi/core';
import { basicHeader } from '@vumi/http';
import { describe, expect, it } from 'vitest';
import { interfaceOf, NAME, openDialect, TOKEN, USER, type DialectPlace } from '../dialect-place.fixture.ts';
import { capcom6 } from './capcom6.ts';
import { tellWebhooks } from './webhooks.ts';

const own = interfaceOf({ dialect: 'capcom6', auth_token: 'signing-key' });
const headers = { authorization: basicHeader(NAME, TOKEN) };
const post = (place: DialectPlace, body: unknown, path = '/3rdparty/v1/messages') =>
  place.ask(path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const get = (place: DialectPlace, path: string) => place.ask(`/3rdparty/v1${path}`, { headers });
const GOOD = { id: 'a1', textMessage: { text: 'hi' }, phoneNumbers: [USER] };

describe('a message', () => {
  it('is sent to each receiver once, and its state is told', async () => {
    const place = openDialect(capcom6, own);
    const more = { phoneNumbers: [USER, '+27761234568', USER], ttl: 60, deviceId: 'mno', simNumber: 1, x: 1 };
    const answer = await post(place, { ...GOOD, ...more });
    expect(answer).toMatchObject({ status: 202, headers: { location: '/3rdparty/v1/messages/a1' } });
    expect(JSON.parse(answer.body)).toMatchObject({
      id: 'a1',
      deviceId: NAME,
      // The first of them is delivered: see the fixture.
      state: 'Pending',
      recipients: [
        { phoneNumber: USER, state: 'Delivered' },
        { phoneNumber: '+27761234568', state: 'Pending' },
      ],
      states: {
        Pending: '2026-11-29T08:00:00.000Z',
        Sent: '2026-11-29T08:00:01.000Z',
        Delivered: '2026-11-29T08:00:02.000Z',
      },
    });
    const about = { content: 'hi', validity: 60, via: 'mno', from: null, note: { id: 'a1' } };
    expect(place.sent).toMatchObject([
      { ...about, to: USER },
      { ...about, to: '+27761234568' },
    ]);
    const ids = place.sent.map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(2);
    expect(JSON.parse((await get(place, '/messages/a1')).body)).toEqual(JSON.parse(answer.body));

    expect(await post(place, GOOD)).toMatchObject({ status: 409 });
    expect(place.sent.length).toBe(2);
    const again = openDialect(capcom6, own);
    await post(again, GOOD);
    expect(again.sent[0]?.messageId).toBe(ids[0]);
  });

  it.each([
    ['the old field', '/3rdparty/v1/message', { message: 'hi', phoneNumbers: [USER] }],
    ['a private server', '/api/3rdparty/v1/messages', GOOD],
    ['a phone itself', '/messages', GOOD],
  ])('is taken as %s takes it', async (_what, path, body) => {
    const place = openDialect(capcom6, own);
    expect(await post(place, body, path)).toMatchObject({ status: 202 });
    expect(place.sent).toMatchObject([{ to: USER, content: 'hi' }]);
  });

  it.each([
    ['no JSON', '{', 400],
    ['null', 'null', 400],
    ['a list', '[]', 400],
    ['no text', { phoneNumbers: [USER] }, 400],
    ['an empty text', { ...GOOD, textMessage: { text: '' } }, 400],
    ['no receivers', { ...GOOD, phoneNumbers: [] }, 400],
    ['too many receivers', { ...GOOD, phoneNumbers: Array.from({ length: 101 }, (_, n) => `+27${n}`) }, 400],
    ['receivers that are none', { ...GOOD, phoneNumbers: [{}] }, 400],
    ['data', { phoneNumbers: [USER], dataMessage: { data: 'aGk=', port: 1 } }, 400],
    ['what is encrypted', { ...GOOD, isEncrypted: true }, 400],
    ['a time', { ...GOOD, scheduleAt: '2030-01-01T00:00:00Z' }, 400],
    ['what is over', { ...GOOD, validUntil: '2020-01-01T00:00:00Z' }, 400],
    ['an id that is none', { ...GOOD, id: 'a/b' }, 400],
    ['no number', { ...GOOD, phoneNumbers: ['000'] }, 400],
    ['no credit', { ...GOOD, phoneNumbers: ['+2776402'] }, 400],
  ])('that is %s is refused', async (_what, body, status) => {
    const place = openDialect(capcom6, own);
    const answer = await post(place, body);
    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer.body)).toEqual({ message: expect.any(String) });
    expect(place.sent).toEqual([]);
  });

  it('of which one receiver is refused goes to the others', async () => {
    const place = openDialect(capcom6, own);
    const answer = await post(place, { ...GOOD, phoneNumbers: ['+2776402', '+27761234568'] });
    expect(answer).toMatchObject({ status: 202 });
    expect(JSON.parse(answer.body)).toMatchObject({
      recipients: [{ state: 'Failed', error: 'no credit' }, {}],
    });
  });

  it('that nobody sent is not there', async () => {
    expect(await get(openDialect(capcom6, own), '/messages/none')).toMatchObject({ status: 404 });
  });
});

it.each([
  ['nobody', {}],
  ['a wrong token', { authorization: basicHeader(NAME, 'x') }],
  ['another name', { authorization: basicHeader('x', TOKEN) }],
  ['a wrong bearer', { authorization: 'Bearer x' }],
])('%s is not let in', async (_who, wrong) => {
  const place = openDialect(capcom6, own);
  for (const path of ['/messages/a', '/webhooks', '/devices'])
    expect(await place.ask(path, { headers: wrong })).toMatchObject({ status: 401 });
  expect(await place.ask('/health')).toMatchObject({ status: 200 });
  const bearer = { authorization: `Bearer ${TOKEN}` };
  expect(await place.ask('/devices', { headers: bearer })).toMatchObject({ status: 200 });
});

describe('webhooks', () => {
  const hook = { url: 'https://crm.example/in', event: 'sms:received' };
  const toHooks = (place: DialectPlace, body: unknown) => post(place, body, '/3rdparty/v1/webhooks');

  it('are registered, replaced, listed and removed', async () => {
    const place = openDialect(capcom6, own);
    const made = await toHooks(place, { ...hook, id: 'w1' });
    expect(made).toMatchObject({ status: 201 });
    await toHooks(place, { ...hook, id: 'w1', event: 'sms:sent' });
    const unnamed = JSON.parse((await toHooks(place, hook)).body) as { id: string };
    const list = async (): Promise<unknown> => JSON.parse((await get(place, '/webhooks')).body);
    expect(await list()).toMatchObject([{ id: 'w1', event: 'sms:sent' }, { id: unnamed.id }]);
    const remove = { method: 'DELETE', headers };
    expect(await place.ask(`/webhooks/${unnamed.id}`, remove)).toMatchObject({ status: 204 });
    expect(await list()).toMatchObject([{ id: 'w1' }]);
  });

  it.each([
    ['no URL', { event: 'sms:received' }],
    ['another protocol', { ...hook, url: 'file:///etc/passwd' }],
    ['an unknown event', { ...hook, event: 'sms:x' }],
    ['a long id', { ...hook, id: 'x'.repeat(37) }],
    ['no JSON', 'x'],
  ])('with %s are refused', async (_what, body) => {
    expect(await toHooks(openDialect(capcom6, own), body)).toMatchObject({ status: 400 });
  });

  it('are no more than so many', async () => {
    const place = openDialect(capcom6, own);
    for (let n = 0; n < 20; n += 1) await toHooks(place, hook);
    expect(await toHooks(place, hook)).toMatchObject({ status: 400 });
  });

  const fields = { user_message_id: 'm1', transport_name: 'mno' };
  const message = createUserMessage({ message_id: 'i1', from_addr: USER, to_addr: '8000', content: 'hi' });
  it.each([
    ['sms:received', message, { messageId: 'i1', message: 'hi', sender: USER, recipient: '8000' }],
    ['sms:sent', createAck(fields, 's'), { messageId: 'a1', recipient: USER, sentAt: expect.any(String) }],
    ['sms:failed', createNack(fields, 'no'), { messageId: 'a1', reason: 'no', failedAt: expect.any(String) }],
    ['sms:delivered', createDeliveryReport(fields, 'delivered'), { messageId: 'a1', recipient: USER }],
    ['sms:failed', createDeliveryReport(fields, 'failed'), { messageId: 'a1', reason: expect.any(String) }],
    [null, createDeliveryReport(fields, 'pending'), {}],
  ])('hear of %s', async (event, told, payload) => {
    const place = openDialect(capcom6, own);
    for (const [n, name] of ['sms:received', 'sms:sent', 'sms:delivered', 'sms:failed'].entries())
      await toHooks(place, { id: `w${n}`, url: `https://crm.example/${n}`, event: name });
    const tell = () => tellWebhooks(told, own, { note: { id: 'a1', to: USER }, keeping: place.keeping });
    const callbacks = await tell();
    expect(callbacks.length).toBe(event === null ? 0 : 1);
    expect(callbacks.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject(
      event === null ? [] : [{ event, deviceId: NAME, payload }],
    );
    expect((await tell()).map(({ body }) => body)).toEqual(callbacks.map(({ body }) => body));
  });

  it('are those of the interface too', async () => {
    const set = interfaceOf({ dialect: 'capcom6', message_url: 'https://crm.example/in' });
    const { keeping } = openDialect(capcom6, set);
    expect(await tellWebhooks(message, set, { note: {}, keeping })).toMatchObject([
      { url: 'https://crm.example/in', headers: { 'content-type': 'application/json' } },
    ]);
  });

  it('are signed anew at each attempt, as the gateway signs', async () => {
    const set = interfaceOf({
      dialect: 'capcom6',
      message_url: 'https://crm.example/in',
      auth_token: 'signing-key',
    });
    const { keeping } = openDialect(capcom6, set);
    const [callback] = await tellWebhooks(message, set, { note: {}, keeping });
    for (const now of [1_700_000_000_000, 1_700_000_600_000]) {
      const at = String(now / 1000);
      const signature = createHmac('sha256', 'signing-key').update(`${callback?.body}${at}`).digest('hex');
      expect(callback?.proof?.(now)).toEqual({ 'x-timestamp': at, 'x-signature': signature });
    }
  });
});
