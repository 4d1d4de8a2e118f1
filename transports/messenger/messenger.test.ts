import { createUserMessage, type UserMessage } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hmacOf } from '../http/signatures.ts';
import { ChannelFixture, type Call } from '../testing/channel-fixture.ts';
import { instagramTransport, messengerTransport } from './messenger.ts';

const OPTIONS = {
  page_id: '9',
  page_token: 'page-token',
  app_secret: 'app-secret',
  verify_token: 'verify-token',
  allow_private: true,
};

let messenger: ChannelFixture;
let instagram: ChannelFixture;

beforeAll(async () => {
  messenger = await ChannelFixture.start(messengerTransport, (base_url) => ({ ...OPTIONS, base_url }));
  instagram = await ChannelFixture.start(instagramTransport, (base_url) => ({ ...OPTIONS, base_url }));
});

afterAll(async () => {
  await messenger[Symbol.asyncDispose]();
  await instagram[Symbol.asyncDispose]();
});

function callOf(...events: readonly object[]): Call {
  const messaging = events.map((event) =>
    Object.assign({ sender: { id: '1' }, recipient: { id: '9' }, timestamp: 5 }, event),
  );
  const body = JSON.stringify({ object: 'page', entry: [{ id: '9', messaging }] });
  const signature = `sha256=${hmacOf({ hash: 'sha256', key: OPTIONS.app_secret }, body)}`;
  return { body, headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature } };
}

function out(content: string | null, send?: object, fields: Partial<UserMessage> = {}): UserMessage {
  const helper_metadata = send === undefined ? {} : { send };
  return createUserMessage({ to_addr: '1', from_addr: '9', content, helper_metadata, ...fields });
}

const accepted = (message_id: string) => ({ status: 200, body: JSON.stringify({ message_id }) });

describe('what a user sends', () => {
  it.each<[string, object, string | null, unknown]>([
    ['a text', { message: { mid: 'm.1', text: 'hi' } }, 'hi', undefined],
    [
      'a quick reply',
      { message: { mid: 'm.2', text: 'Yes', quick_reply: { payload: 'y' } } },
      'Yes',
      { payload: 'y' },
    ],
    ['a button', { postback: { mid: 'm.3', title: 'Begin', payload: 'b' } }, 'Begin', { payload: 'b' }],
    [
      'a picture',
      {
        message: { mid: 'm.4', attachments: [{ type: 'image', payload: { url: 'https://cdn.example/1' } }] },
      },
      null,
      { attachments: [{ content_type: 'image/jpeg', url: 'https://cdn.example/1' }] },
    ],
    [
      'a place',
      {
        message: {
          mid: 'm.5',
          attachments: [{ type: 'location', payload: { coordinates: { lat: 1, long: 2 } } }],
        },
      },
      null,
      { location: { latitude: 1, longitude: 2 } },
    ],
  ])('%s', async (_label, event, content, received) => {
    const [message] = await messenger.brings(callOf(event));
    expect(message).toMatchObject({ from_addr: '1', to_addr: '9', content, transport_type: 'messenger' });
    expect(message?.helper_metadata['received']).toEqual(received);
  });

  it.each([
    ['an echo', { message: { mid: 'm.6', text: 'hi', is_echo: true } }],
    ['what was deleted', { message: { mid: 'm.7', is_deleted: true } }],
    ['what is for another page', { recipient: { id: '8' }, message: { mid: 'm.8', text: 'hi' } }],
  ])('is nothing to an app: %s', async (_label, event) => {
    expect(await messenger.brings(callOf(event))).toEqual([]);
  });

  it('is of Instagram there', async () => {
    expect(await instagram.brings(callOf({ message: { mid: 'm.1', text: 'hi' } }))).toMatchObject([
      { transport_type: 'instagram', content: 'hi' },
    ]);
  });
});

describe('a message', () => {
  it.each<[string, UserMessage, object[]]>([
    ['is a text', out('hi'), [{ messaging_type: 'UPDATE', recipient: { id: '1' }, message: { text: 'hi' } }]],
    [
      'is a reply with quick replies',
      out('Ok?', { quick_replies: [{ title: 'Yes', payload: 'y' }] }, { in_reply_to: 'm' }),
      [
        {
          messaging_type: 'RESPONSE',
          message: { text: 'Ok?', quick_replies: [{ content_type: 'text', title: 'Yes', payload: 'y' }] },
        },
      ],
    ],
    [
      'follows its file, which has no caption',
      out('See', { attachments: [{ url: 'https://vumi.example/a.pdf' }] }),
      [
        { message: { attachment: { type: 'file', payload: { url: 'https://vumi.example/a.pdf' } } } },
        { message: { text: 'See' } },
      ],
    ],
  ])('%s', async (_label, message, requests) => {
    const outcome = await messenger.sends(message, ...requests.map((_, index) => accepted(`m.out.${index}`)));
    expect(outcome.requests).toMatchObject(requests);
    expect(outcome.events).toMatchObject([
      { event_type: 'ack', sent_message_id: requests.map((_, index) => `m.out.${index}`).join(',') },
    ]);
  });

  it('is split at 2000 characters, on Instagram at 1000 bytes', async () => {
    const text = `${'é'.repeat(400)} ${'é'.repeat(400)}`;
    expect((await messenger.sends(out(text), accepted('a'))).requests).toHaveLength(1);
    expect((await instagram.sends(out(text), accepted('a'), accepted('b'))).requests).toHaveLength(2);
  });

  it('after a day is refused with what it lacked', async () => {
    const error = { code: 10, message: 'outside of allowed window' };
    const { events } = await messenger.sends(out('hi'), { status: 400, body: JSON.stringify({ error }) });
    expect(events).toMatchObject([
      { nack_reason: '10: outside of allowed window (the user must have written within 24 hours)' },
    ]);
  });

  it('is delivered, or read, when they say so', async () => {
    await messenger.sends(out('hi'), accepted('m.d'));
    expect(await messenger.reports(callOf({ delivery: { mids: ['m.d', 'm.unknown'] } }))).toMatchObject([
      { delivery_status: 'delivered' },
    ]);
    await instagram.sends(out('hi'), accepted('m.i'));
    expect(await instagram.reports(callOf({ read: { mid: 'm.i' } }))).toMatchObject([
      { delivery_status: 'delivered', transport_metadata: { read_at: expect.any(String) } },
    ]);
  });
});
