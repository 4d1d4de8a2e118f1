import { createUserMessage, reply } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hmacOf } from '../http/signatures.ts';
import { ChannelFixture, type Call } from '../testing/channel-fixture.ts';
import { slackTransport } from './slack.ts';

const SECRET = 'sign-secret';

let fixture: ChannelFixture;

beforeAll(async () => {
  fixture = await ChannelFixture.start(slackTransport, (base_url) => ({
    bot_token: 'xoxb-1',
    signing_secret: SECRET,
    allow_private: true,
    base_url,
  }));
});

afterAll(() => fixture[Symbol.asyncDispose]());

const signatureOf = (at: number | string, body: string): string =>
  `v0=${hmacOf({ hash: 'sha256', key: SECRET }, `v0:${at}:${body}`)}`;

function signed(body: string, at = Math.floor(Date.now() / 1000)): Call {
  const headers = {
    'content-type': 'application/json',
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': signatureOf(at, body),
  };
  return { body, headers };
}

let events = 0;
function said(fields: object): Call {
  events += 1;
  const event = { type: 'message', user: 'U1', channel: 'D1', channel_type: 'im', ts: '1.2', ...fields };
  return signed(
    JSON.stringify({
      type: 'event_callback',
      event_id: `Ev${events}`,
      authorizations: [{ user_id: 'B1' }],
      event,
    }),
  );
}

it('says that Slack cannot find it without a public URL', () => {
  const found = fixture.ports.statuses.find(({ type }) => type === 'no_public_url');
  expect(found).toMatchObject({ component: 'webhook', status: 'down' });
});

it('a signature is that of the specification', () => {
  expect(signatureOf(1_700_000_000, '{"type":"event_callback"}')).toBe(
    'v0=853a25bae40b745753f3a819d37912ce12490e298da59286d84649158f0e725e',
  );
});

describe('a call', () => {
  it('that verifies the URL is answered by its challenge', async () => {
    const body = '{"type":"url_verification","challenge":"c"}';
    expect(await fixture.call(signed(body))).toEqual([200, 'c']);
  });

  it.each([
    ['with a stale signature', signed('{}', 1_700_000_000)],
    ['with a signature of another body', { ...signed('{}'), body: '{ }' }],
    ['with none', { body: '{}', headers: { 'content-type': 'application/json' } }],
  ])('%s is refused', async (_label, call) => {
    expect((await fixture.call(call))[0]).toBe(401);
  });

  it.each([
    ['a direct message', { text: 'a &lt;b&gt; &amp; c' }, { content: 'a <b> & c', group: null }],
    [
      'a mention',
      { type: 'app_mention', text: '<@B1> hi', channel: 'C1', channel_type: 'channel' },
      { content: 'hi', group: 'C1' },
    ],
  ])('brings %s', async (_label, fields, right) => {
    const messages = await fixture.brings(said(fields));
    expect(messages).toMatchObject([{ from_addr: 'U1', to_addr: 'B1', transport_type: 'slack', ...right }]);
  });

  it('brings the same message when Slack tells it again', async () => {
    const call = said({ text: 'hi' });
    const [first] = await fixture.brings(call);
    const retried = { ...call, headers: { ...call.headers, 'x-slack-retry-num': '1' } };
    const [again] = await fixture.brings(retried);
    expect(again?.message_id).toBe(first?.message_id);
  });

  it.each([
    ['a bot', { bot_id: 'B2', text: 'hi' }],
    ['an edit', { subtype: 'message_changed' }],
    ['a reaction', { type: 'reaction_added' }],
  ])('brings nothing of %s', async (_label, fields) => {
    expect(await fixture.brings(said(fields))).toEqual([]);
  });
});

describe('a message', () => {
  const accepted = { status: 200, body: '{"ok":true,"ts":"9.9"}' };
  const refused = (error: string) => ({ status: 200, body: JSON.stringify({ ok: false, error }) });
  const out = createUserMessage({ to_addr: 'U1', from_addr: 'B1', content: 'a < b' });

  it('goes where it answers, into the thread', async () => {
    const [question] = await fixture.brings(said({ text: 'hi', thread_ts: '1.1' }));
    if (question === undefined) throw new Error('nothing came');
    const { requests, events: told } = await fixture.sends(reply(question, 'yo'), accepted);
    expect(requests).toEqual([{ channel: 'D1', text: 'yo', thread_ts: '1.1' }]);
    expect(told).toMatchObject([{ event_type: 'ack', sent_message_id: '9.9' }]);
  });

  it('that answers nothing goes to the user, with nothing marked up', async () => {
    expect((await fixture.sends({ ...out, message_id: 'm1' }, accepted)).requests).toEqual([
      { channel: 'U1', text: 'a &lt; b' },
    ]);
  });

  it('that is refused in an answer of 200 is a nack, and one that must wait waits', async () => {
    const { events: told } = await fixture.sends({ ...out, message_id: 'm2' }, refused('channel_not_found'));
    expect(told).toMatchObject([{ nack_reason: 'channel_not_found' }]);
    const later = await fixture.sends({ ...out, message_id: 'm3' }, refused('ratelimited'), accepted);
    expect([later.requests.length, later.events]).toMatchObject([2, [{ event_type: 'ack' }]]);
  });
});
