import type { ScriptedAnswer } from '@vumi/http/testing';
import { createUserMessage, type UserMessage } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChannelFixture, type Call } from '../testing/channel-fixture.ts';
import { eventually } from '../testing/eventually.ts';
import { telegramTransport } from './telegram.ts';

const SECRET = 'from-telegram';
const TOKEN = '12345:a-token';

let fixture: ChannelFixture;

beforeAll(async () => {
  fixture = await ChannelFixture.start(telegramTransport, (base_url) => ({
    token: TOKEN,
    username: 'clinic_bot',
    secret_token: SECRET,
    allow_private: true,
    base_url,
  }));
});

afterAll(() => fixture[Symbol.asyncDispose]());

let updates = 0;
function callOf(update: object, secret = SECRET): Call {
  updates += 1;
  return {
    body: JSON.stringify({ update_id: updates, ...update }),
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
  };
}

const private_ = { id: 42, type: 'private' };
const said = (fields: object, chat: object = private_) =>
  callOf({ message: { message_id: 1, date: 1, chat, from: { id: 7, first_name: 'Ann' }, ...fields } });

function out(content: string | null, send?: object, fields: Partial<UserMessage> = {}): UserMessage {
  const helper_metadata = send === undefined ? {} : { send };
  return createUserMessage({ to_addr: '42', from_addr: '@clinic_bot', content, helper_metadata, ...fields });
}

const accepted = (message_id: number) => ({
  status: 200,
  body: JSON.stringify({ ok: true, result: { message_id } }),
});
const refused = (error_code: number, description: string, parameters: object = {}) => ({
  status: error_code,
  body: JSON.stringify({ ok: false, error_code, description, parameters }),
});

describe('what a user sends', () => {
  it.each<[string, object, object, unknown]>([
    ['a text', { text: 'hi' }, { content: 'hi', session_event: null }, undefined],
    [
      'the start, with what the link brings',
      { text: '/start abc' },
      { content: null, session_event: 'new' },
      { payload: 'abc' },
    ],
    ['the start', { text: '/start' }, { content: null, session_event: 'new' }, undefined],
    [
      'a picture',
      { photo: [{ file_id: 's' }, { file_id: 'l' }], caption: 'me' },
      { content: 'me' },
      { attachments: [{ content_type: 'image/jpeg', id: 'l', caption: 'me' }] },
    ],
    [
      'a document',
      { document: { file_id: 'd', mime_type: 'application/pdf', file_name: 'a.pdf' } },
      { content: null },
      { attachments: [{ content_type: 'application/pdf', id: 'd', name: 'a.pdf' }] },
    ],
    [
      'a place',
      { location: { latitude: 1, longitude: 2 }, venue: { title: 'Here' } },
      { content: null },
      { location: { latitude: 1, longitude: 2, name: 'Here' } },
    ],
  ])('%s', async (_label, fields, right, received) => {
    const [message] = await fixture.brings(said(fields));
    expect(message).toMatchObject({ from_addr: '42', to_addr: '@clinic_bot', group: null, ...right });
    expect(message?.helper_metadata['received']).toEqual(received);
  });

  it('in a group is from who wrote, and of the group', async () => {
    expect(await fixture.brings(said({ text: 'hi' }, { id: -100, type: 'supergroup' }))).toMatchObject([
      { from_addr: '7', group: '-100', content: 'hi' },
    ]);
  });

  it('a button says what is on it, and stops turning', async () => {
    const reply_markup = { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] };
    const callback_query = {
      id: 'q1',
      from: { id: 7 },
      data: 'y',
      message: { message_id: 5, chat: private_, reply_markup },
    };
    const call = callOf({ callback_query });
    expect(await fixture.brings(call)).toMatchObject([
      { content: 'Yes', from_addr: '42', helper_metadata: { received: { payload: 'y' } } },
    ]);
    const [, answer] = await fixture.call(call);
    expect(JSON.parse(answer)).toEqual({ method: 'answerCallbackQuery', callback_query_id: 'q1' });
  });

  it.each([
    ['an edit', callOf({ edited_message: { text: 'hi', chat: private_ } })],
    ['a member', callOf({ my_chat_member: {} })],
    ['a message of the service', said({ new_chat_title: 'x' })],
  ])('is nothing to an app: %s', async (_label, call) => {
    expect(await fixture.brings(call)).toEqual([]);
  });

  it('is refused from who does not know the secret', async () => {
    expect(await fixture.call(callOf({}, 'another'))).toEqual([401, 'Wrong secret token']);
  });
});

describe('a message', () => {
  const LINK = 'https://vumi.example/a';

  it.each<[string, UserMessage, [string, object][]]>([
    ['is a text without marks', out('a_b'), [['sendMessage', { chat_id: '42', text: 'a_b' }]]],
    [
      'to a group goes there',
      out('hi', undefined, { group: '-100' }),
      [['sendMessage', { chat_id: '-100', text: 'hi' }]],
    ],
    [
      'has buttons, one a row',
      out('Ok?', { quick_replies: [{ title: 'Yes', payload: 'y' }, { title: 'No' }] }),
      [
        [
          'sendMessage',
          {
            chat_id: '42',
            text: 'Ok?',
            reply_markup: {
              inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }], [{ text: 'No', callback_data: '1' }]],
            },
          },
        ],
      ],
    ],
    [
      'is the caption of a picture',
      out('See', { attachments: [{ url: `${LINK}.png` }] }),
      [['sendPhoto', { chat_id: '42', photo: `${LINK}.png`, caption: 'See' }]],
    ],
    [
      'has several files before its text',
      out('See', { attachments: [{ url: `${LINK}.mp4` }, { url: LINK }] }),
      [
        ['sendVideo', { chat_id: '42', video: `${LINK}.mp4` }],
        ['sendDocument', { chat_id: '42', document: LINK }],
        ['sendMessage', { chat_id: '42', text: 'See' }],
      ],
    ],
  ])('%s', async (_label, message, calls) => {
    const before = fixture.server.requests.length;
    const { requests, events } = await fixture.sends(
      message,
      ...calls.map((_, index) => accepted(index + 7)),
    );
    const paths = fixture.server.requests.slice(before).map(({ path }) => path);
    expect(paths).toEqual(calls.map(([method]) => `/bot${TOKEN}/${method}`));
    expect(requests).toEqual(calls.map(([, body]) => body));
    const sent_message_id = calls.map((_, index) => index + 7).join(',');
    expect(events).toMatchObject([{ event_type: 'ack', sent_message_id }]);
  });

  it('that is too long is split at a blank', async () => {
    const { requests } = await fixture.sends(
      out(`${'a'.repeat(4000)} ${'b'.repeat(200)}`),
      accepted(1),
      accepted(2),
    );
    expect(requests).toMatchObject([{ text: 'a'.repeat(4000) }, { text: 'b'.repeat(200) }]);
  });
});

describe('an answer', () => {
  it.each([
    [403, 'Forbidden: bot was blocked by the user', { opted_out: true }],
    [403, 'Forbidden: user is deactivated', { opted_out: true }],
    [403, 'Forbidden: bot was kicked from the group chat', {}],
    [400, 'Bad Request: chat not found', {}],
  ])('that refuses by %i is a nack: %s', async (code, description, transport_metadata) => {
    const { events } = await fixture.sends(out('hi'), refused(code, description));
    expect(events).toMatchObject([{ nack_reason: `${code}: ${description}`, transport_metadata }]);
    expect(events[0]?.transport_metadata['opted_out']).toBe(
      'opted_out' in transport_metadata ? true : undefined,
    );
  });

  it('that a group is elsewhere now sends there', async () => {
    const moved = refused(400, 'upgraded', { migrate_to_chat_id: -200 });
    const { requests, events } = await fixture.sends(
      out('hi', undefined, { group: '-100' }),
      moved,
      accepted(9),
    );
    expect(requests).toMatchObject([{ chat_id: '-100' }, { chat_id: '-200' }]);
    expect(events).toMatchObject([{ event_type: 'ack', sent_message_id: '9' }]);
  });

  it('that asks to wait is obeyed', async () => {
    const { requests, events } = await fixture.sends(
      out('hi'),
      refused(429, 'slowly', { retry_after: 1 }),
      accepted(9),
    );
    expect([requests.length, events]).toMatchObject([2, [{ event_type: 'ack' }]]);
  });
});

describe('a bot that asks', () => {
  const update = (update_id: number, fields: object) => ({ update_id, ...fields });
  const text = (id: number, content: string) =>
    update(id, { message: { message_id: 1, chat: private_, from: { id: 42 }, text: content } });
  const given = (...result: readonly object[]) => ({
    status: 200,
    body: JSON.stringify({ ok: true, result }),
  });
  const options = (base_url: string) => ({
    token: TOKEN,
    username: '@clinic_bot',
    secret_token: SECRET,
    mode: 'poll',
    allow_private: true,
    base_url,
  });

  /** Answers what is asked for in turn, and then nothing. */
  async function asking(...answers: readonly ScriptedAnswer[]): Promise<ChannelFixture> {
    const polled = await ChannelFixture.start(telegramTransport, options, (server) => {
      const left = [...answers];
      server.answer = ({ path }) =>
        path.endsWith('/getUpdates') ? (left.shift() ?? 'never') : { status: 200, body: '{"ok":true}' };
    });
    return polled;
  }

  const asked = ({ server }: ChannelFixture): (number | undefined)[] =>
    server.requests
      .filter(({ path }) => path.endsWith('/getUpdates'))
      .map(({ body }) => (JSON.parse(body) as { offset?: number }).offset);

  it('first ends its webhook, and goes on behind what was published', async () => {
    const press = update(8, {
      callback_query: { id: 'q8', from: { id: 42 }, data: 'y', message: { chat: private_ } },
    });
    await using polled = await asking(given(text(7, 'one'), press), given());
    await eventually(
      () => asked(polled),
      (offsets) => offsets.length === 3,
    );
    expect(asked(polled)).toEqual([undefined, 9, 9]);
    expect(polled.ports.inbound.map(({ content }) => content)).toEqual(['one', 'y']);
    expect(await polled.ports.state.get('transport/chan/offset')).toBe('9');
    const paths = polled.server.requests.map(({ path }) => path.replace(`/bot${TOKEN}/`, ''));
    expect(paths[0]).toBe('deleteWebhook');
    expect(paths).toContain('answerCallbackQuery');
  });

  it('asks again for what was not published, which has the same id then', async () => {
    await using polled = await asking(given(text(7, 'one')), given(text(7, 'one')));
    const seen: string[] = [];
    polled.ports.onInbound = async ({ message_id }) => {
      seen.push(message_id);
      if (seen.length === 1) throw new Error('the broker is away');
    };
    await eventually(
      () => asked(polled),
      (offsets) => offsets.length === 3,
    );
    expect(asked(polled)).toEqual([undefined, undefined, 8]);
    expect([seen.length, new Set(seen).size]).toEqual([2, 1]);
  });

  it('says when somebody else asks, too, and goes on', async () => {
    const description = 'Conflict: terminated by other getUpdates request';
    await using polled = await asking(refused(409, description), given(text(7, 'one')));
    await eventually(
      () => polled.ports.inbound.length,
      (count) => count === 1,
    );
    const down = polled.ports.statuses.find(({ type }) => type === 'not_polling');
    expect(down?.message).toContain('Conflict');
  });
});

it('a bot that nobody can find says so', () => {
  const found = fixture.ports.statuses.find(({ type }) => type === 'no_public_url');
  expect(found).toMatchObject({ component: 'webhook', status: 'down' });
});
