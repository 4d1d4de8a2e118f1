import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderPlay } from '../testing/provider-play.ts';
import { bridgeConfigSchema } from './config.ts';

const OPTIONS = {
  account_key: 'k',
  access_token: 't',
  conversation_key: 'conv',
  base_url: 'https://go.example/api/v1/go/http_api_nostream/',
};

let play: ProviderPlay;

beforeEach(async () => {
  play = await ProviderPlay.start('vumi_bridge', OPTIONS);
});
afterEach(() => play[Symbol.asyncDispose]());

const theirs = (fields: Partial<UserMessage> = {}): UserMessage =>
  createUserMessage({
    message_id: 'their-id',
    to_addr: '8000',
    from_addr: '+27761234567',
    content: 'hi',
    transport_name: 'theirs',
    transport_type: 'ussd',
    session_event: 'resume',
    transport_metadata: { kept: true },
    ...fields,
  });

const event = (fields: object) => ({
  message_version: '20110921',
  message_type: 'event',
  timestamp: '2012-04-16 09:30:01.000000',
  event_id: 'e',
  user_message_id: 'r1',
  ...fields,
});

describe('what comes over the bridge', () => {
  it.each(['POST', 'PUT'])('by %s is published as it is, with our name and our id', async (method) => {
    expect(await play.ask({ method, path: '/messages.json', json: theirs() })).toMatchObject({ status: 200 });
    expect(play.inbound).toMatchObject([
      {
        from_addr: '+27761234567',
        to_addr: '8000',
        content: 'hi',
        transport_name: 'net',
        transport_type: 'ussd',
        session_event: 'resume',
        transport_metadata: { kept: true, vumi_bridge: { message_id: 'their-id' } },
      },
    ]);
    expect(play.inbound[0]?.message_id).not.toBe('their-id');
  });

  it('that is malformed is refused, and says what is wrong', async () => {
    const { to_addr: _missing, ...rest } = theirs();
    for (const [request, said] of [
      [{ body: '{' }, /./],
      [{ body: Buffer.from([0xff]) }, /UTF-8/],
      [{ json: rest }, /to_addr/],
    ] as const) {
      const answer = await play.ask({ path: '/messages.json', ...request });
      expect([answer.status, String(answer.body)]).toEqual([400, expect.stringMatching(said)]);
    }
    expect((await play.ask({ path: '/events.json', json: event({ event_type: 'other' }) })).status).toBe(400);
    expect(play.inbound).toEqual([]);
  });
});

describe('what goes over the bridge', () => {
  it('is put, with the name and the token of the conversation', async () => {
    play.will([200, { message_id: 'r1' }]);
    expect(await play.send({ message_id: 'm1', to_addr: 'U' })).toMatchObject({
      event_type: 'ack',
      sent_message_id: 'r1',
    });
    const [request] = play.sent;
    expect(request).toMatchObject({
      method: 'PUT',
      url: 'https://go.example/api/v1/go/http_api_nostream/conv/messages.json',
      headers: { authorization: `Basic ${Buffer.from('k:t').toString('base64')}` },
    });
    expect(JSON.parse(String(request?.body))).toEqual({
      to_addr: 'U',
      content: 'yo',
      message_id: 'm1',
      in_reply_to: null,
      session_event: null,
      helper_metadata: {},
    });
  });

  it('and answers a message of theirs calls it by their id', async () => {
    await play.ask({ path: '/messages.json', json: theirs() });
    const [question] = play.inbound;
    if (question === undefined) throw new Error('nothing came');
    play.will([200, { message_id: 'r1' }]);
    await play.send(reply(question, 'bye', { continueSession: false }));
    expect(JSON.parse(String(play.sent[0]?.body))).toMatchObject({
      to_addr: '+27761234567',
      in_reply_to: 'their-id',
      session_event: 'close',
    });
  });

  it('and is refused is a nack in the words of Vumi', async () => {
    play.will([400, 'no']);
    expect(await play.send()).toMatchObject({
      event_type: 'nack',
      nack_reason: 'Unexpected status code: 400',
    });
  });

  it.each([
    [{ event_type: 'delivery_report', delivery_status: 'delivered' }, 'delivered'],
    [{ event_type: 'delivery_report', delivery_status: 'failed' }, 'failed'],
    [{ event_type: 'ack', sent_message_id: 's' }, 'pending'],
    [{ event_type: 'nack', nack_reason: 'no credit' }, 'failed'],
  ])('is told of by the event %j', async (fields, status) => {
    play.will([200, { message_id: 'r1' }]);
    await play.send({ message_id: 'm1' });
    expect((await play.ask({ path: '/events.json', json: event(fields) })).status).toBe(200);
    expect(play.events[1]).toMatchObject({ user_message_id: 'm1', delivery_status: status });
  });

  it('is told of also when the event overtakes the answer', async () => {
    const told = { event_type: 'delivery_report', delivery_status: 'delivered' };
    expect((await play.ask({ path: '/events.json', json: event(told) })).status).toBe(200);
    play.will([200, { message_id: 'r1' }]);
    await play.send({ message_id: 'm1' });
    await expect
      .poll(() => play.events)
      .toMatchObject([
        { event_type: 'ack', user_message_id: 'm1' },
        { user_message_id: 'm1', delivery_status: 'delivered' },
      ]);
  });
});

it('a configuration of Vumi is taken as it is', () => {
  const vumi = { ...OPTIONS, web_path: '/bridge', web_port: 8080, health_path: 'health', redis_manager: {} };
  expect(bridgeConfigSchema.parse({ ...vumi, max_reconnect_delay: 60, jitter: 0.1 })).toMatchObject({
    message_life_time: 172_800,
    base_url: 'https://go.example/api/v1/go/http_api_nostream',
  });
});
