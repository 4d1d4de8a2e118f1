import { createUserMessage, type UserMessage } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hmacOf } from '../http/signatures.ts';
import { ChannelFixture, type Call } from '../testing/channel-fixture.ts';
import { whatsappCloudTransport } from './whatsapp-cloud.ts';

const U = '+27761234567';
const u = '27761234567';
const EMPTY = '{"object":"whatsapp_business_account","entry":[]}';
const EMPTY_SIGNED = 'sha256=d3e4f9da0ce6c71ab3dba55929b8eeeee2455349e534924ead19f98d143e904f';
const OPTIONS = {
  phone_number_id: '111',
  access_token: 'access-token',
  app_secret: 'app-secret',
  verify_token: 'verify-token',
  allow_private: true,
};

let fixture: ChannelFixture;
let templated: ChannelFixture;

beforeAll(async () => {
  fixture = await ChannelFixture.start(whatsappCloudTransport, (base_url) => ({ ...OPTIONS, base_url }));
  const outside_window = { template: 'news', language: 'en' };
  templated = await ChannelFixture.start(whatsappCloudTransport, (base_url) => ({
    ...OPTIONS,
    base_url,
    outside_window,
  }));
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await templated[Symbol.asyncDispose]();
});

function signed(body: string): Call {
  const signature = `sha256=${hmacOf({ hash: 'sha256', key: OPTIONS.app_secret }, body)}`;
  return { body, headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature } };
}

function callOf(value: object, phone_number_id = '111'): Call {
  const metadata = { display_phone_number: '27 80 000 0001', phone_number_id };
  const changes = [{ field: 'messages', value: { metadata, ...value } }];
  return signed(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ changes }] }));
}

let ids = 0;
function inbound(fields: object): Call {
  ids += 1;
  return callOf({
    contacts: [{ profile: { name: 'Ann' } }],
    messages: [{ from: u, id: `wamid.${ids}`, timestamp: '1700000000', ...fields }],
  });
}

function out(content: string | null, send?: object, fields: Partial<UserMessage> = {}): UserMessage {
  const helper_metadata = send === undefined ? {} : { send };
  return createUserMessage({ to_addr: U, from_addr: '+27800000001', content, helper_metadata, ...fields });
}

const accepted = (id: string) => ({ status: 200, body: JSON.stringify({ messages: [{ id }] }) });
const refused = (code: number, status = 400) => ({
  status,
  body: JSON.stringify({ error: { code, message: 'no', error_data: { details: 'because' } } }),
});

describe('a call', () => {
  it('that subscribes is answered by its own words, if it knows ours', async () => {
    const query = '?hub.mode=subscribe&hub.challenge=123&hub.verify_token=';
    expect(await fixture.call({ method: 'GET', query: `${query}verify-token` })).toEqual([200, '123']);
    expect(await fixture.call({ method: 'GET', query: `${query}other` })).toEqual([403, 'Forbidden']);
  });

  it.each([
    ['by Meta', EMPTY, EMPTY_SIGNED, 200],
    ['with a nibble off', EMPTY, EMPTY_SIGNED.replace(/f$/, 'e'), 401],
    ['with other spacing', EMPTY.replace(':', ': '), EMPTY_SIGNED, 401],
    ['not at all', EMPTY, '', 401],
  ])('is signed %s', async (_label, body, signature, status) => {
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
    expect((await fixture.call({ body, headers }))[0]).toBe(status);
  });

  it.each(['{"entry":[{"id":"1","changes":[]}],"x":"é 😀"}', '{ "entry" :[ ] }'])(
    'is signed over its octets: %s',
    async (body) => expect((await fixture.call(signed(body)))[0]).toBe(200),
  );
});

describe('what a user sends', () => {
  it.each<[string, object, string | null, unknown]>([
    ['a text', { type: 'text', text: { body: 'hi' } }, 'hi', undefined],
    [
      'a button',
      { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'y', title: 'Yes' } } },
      'Yes',
      { payload: 'y' },
    ],
    [
      'a row of a list',
      { type: 'interactive', interactive: { type: 'list_reply', list_reply: { id: '3', title: 'Red' } } },
      'Red',
      { payload: '3' },
    ],
    [
      'a button of a template',
      { type: 'button', button: { text: 'Stop', payload: 's' } },
      'Stop',
      { payload: 's' },
    ],
    [
      'a form',
      { type: 'interactive', interactive: { nfm_reply: { body: 'Sent', response_json: '{"a":1}' } } },
      'Sent',
      { payload: '{"a":1}' },
    ],
    [
      'a picture',
      { type: 'image', image: { id: '9', mime_type: 'image/jpeg', caption: 'me' } },
      'me',
      { attachments: [{ content_type: 'image/jpeg', id: '9', caption: 'me' }] },
    ],
    [
      'a voice',
      { type: 'voice', voice: { id: '9', mime_type: 'audio/ogg' } },
      null,
      { attachments: [{ content_type: 'audio/ogg', id: '9' }] },
    ],
    [
      'a sticker',
      { type: 'sticker', sticker: { id: '9', mime_type: 'image/webp' } },
      null,
      { attachments: [{ content_type: 'image/webp', id: '9' }] },
    ],
    [
      'a document',
      { type: 'document', document: { id: '9', mime_type: 'application/pdf', filename: 'a.pdf' } },
      null,
      { attachments: [{ content_type: 'application/pdf', id: '9', name: 'a.pdf' }] },
    ],
    [
      'a place',
      { type: 'location', location: { latitude: -33.9, longitude: 18.4, name: 'Here' } },
      null,
      { location: { latitude: -33.9, longitude: 18.4, name: 'Here' } },
    ],
  ])('%s', async (_label, fields, content, received) => {
    const [message] = await fixture.brings(inbound(fields));
    expect(message).toMatchObject({
      from_addr: U,
      to_addr: '+27800000001',
      content,
      transport_type: 'whatsapp',
      transport_metadata: { whatsapp: { profile_name: 'Ann' } },
    });
    expect(message?.helper_metadata['received']).toEqual(received);
  });

  it.each([
    ['a reaction', { type: 'reaction', reaction: { emoji: '👍' } }],
    ['what WhatsApp cannot carry', { type: 'unsupported', errors: [{ code: 131_051 }] }],
    ['a new number', { type: 'system', system: { body: 'changed' } }],
    ['a text of a group', { type: 'text', text: { body: 'hi' }, group_id: 'g' }],
  ])('is nothing to an app: %s', async (_label, fields) => {
    expect(await fixture.brings(inbound(fields))).toEqual([]);
  });

  it.each([
    [{ from: '5215512345678' }, '+525512345678', 'msisdn'],
    [{ from: '551187654321' }, '+5511987654321', 'msisdn'],
    [{ from: '5511987654321' }, '+5511987654321', 'msisdn'],
    [{ from: undefined, from_user_id: 'BR.123' }, 'BR.123', null],
  ])('comes from one address: %j is %s', async (fields, from_addr, from_addr_type) => {
    const text = { type: 'text', text: { body: 'hi' } };
    expect(await fixture.brings(inbound({ ...text, ...fields }))).toMatchObject([
      { from_addr, from_addr_type },
    ]);
  });

  it('is not for us when it is for another number, and one that is not whole does not lose the others', async () => {
    const text = { from: u, type: 'text', text: { body: 'hi' } };
    expect(await fixture.brings(callOf({ messages: [{ ...text, id: 'wamid.x' }] }, '222'))).toEqual([]);
    const batch = callOf({ messages: [{ type: 'text' }, 7, { ...text, id: 'wamid.y' }] });
    expect(await fixture.brings(batch)).toMatchObject([{ content: 'hi' }]);
  });
});

const BUTTONS = (count: number, title = 'B'): object => ({
  quick_replies: Array.from({ length: count }, (_, index) => ({ title: `${title}${index}` })),
});
const LINK = 'https://vumi.example/a';

describe('a message', () => {
  const base = { messaging_product: 'whatsapp', recipient_type: 'individual', to: u };

  it.each<[string, UserMessage, object[]]>([
    ['is a text', out('hi'), [{ ...base, type: 'text', text: { body: 'hi' } }]],
    [
      'has up to three buttons',
      out('Ok?', { quick_replies: [{ title: 'Yes' }, { title: 'No', payload: 'n' }] }),
      [
        {
          ...base,
          type: 'interactive',
          interactive: {
            type: 'button',
            body: { text: 'Ok?' },
            action: {
              buttons: [
                { type: 'reply', reply: { id: '0', title: 'Yes' } },
                { type: 'reply', reply: { id: 'n', title: 'No' } },
              ],
            },
          },
        },
      ],
    ],
    [
      'has a list of more, or of longer ones',
      out('Which?', { quick_replies: [{ title: 'Twenty-one characters', description: 'long' }] }),
      [
        {
          ...base,
          type: 'interactive',
          interactive: {
            type: 'list',
            body: { text: 'Which?' },
            action: {
              button: 'Choose',
              sections: [{ rows: [{ id: '0', title: 'Twenty-one characters', description: 'long' }] }],
            },
          },
        },
      ],
    ],
    [
      'is the caption of a picture',
      out('See', { attachments: [{ url: `${LINK}.png` }] }),
      [{ ...base, type: 'image', image: { link: `${LINK}.png`, caption: 'See' } }],
    ],
    [
      'follows a sound, which has no caption',
      out('Listen', { attachments: [{ url: `${LINK}.mp3`, caption: 'A song' }] }),
      [
        { ...base, type: 'audio', audio: { link: `${LINK}.mp3` } },
        { ...base, type: 'text', text: { body: 'A song' } },
        { ...base, type: 'text', text: { body: 'Listen' } },
      ],
    ],
    [
      'is a document with its name',
      out(null, { attachments: [{ url: LINK, name: 'a.pdf', content_type: 'application/pdf' }] }),
      [{ ...base, type: 'document', document: { link: LINK, filename: 'a.pdf' } }],
    ],
    [
      'is a template',
      out('ignored', { template: { name: 'hello', language: 'en_US', variables: ['Ann'] } }),
      [
        {
          ...base,
          type: 'template',
          template: {
            name: 'hello',
            language: { code: 'en_US' },
            components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ann' }] }],
          },
        },
      ],
    ],
    [
      'goes to who shows no number by his id',
      out('hi', undefined, { to_addr: 'BR.123' }),
      [
        {
          messaging_product: 'whatsapp',
          recipient_type: 'individual',
          recipient: 'BR.123',
          type: 'text',
          text: { body: 'hi' },
        },
      ],
    ],
  ])('%s', async (_label, message, requests) => {
    const answers = requests.map((_, index) => accepted(`wamid.out.${index}`));
    const outcome = await fixture.sends(message, ...answers);
    expect(outcome.requests).toEqual(requests);
    const sent_message_id = requests.map((_, index) => `wamid.out.${index}`).join(',');
    expect(outcome.events).toMatchObject([{ event_type: 'ack', sent_message_id }]);
  });

  it('that is too long is split, and the buttons are under its end', async () => {
    const { requests } = await fixture.sends(out(`${'a'.repeat(4000)} ${'b'.repeat(200)}`, BUTTONS(4)));
    expect(requests).toMatchObject([
      { type: 'text', text: { body: 'a'.repeat(4000) } },
      { type: 'interactive', interactive: { type: 'list', body: { text: 'b'.repeat(200) } } },
    ]);
  });

  it.each([
    ['nothing', out(null), 'the message has no text'],
    ['buttons without a text', out(null, BUTTONS(2)), 'buttons need a text above them'],
    ['a title that is none', out('x', { quick_replies: [{ title: ' ' }] }), /quick_replies\.0\.title/],
  ])('that is wrong is refused: %s', async (_label, message, reason) => {
    const { requests, events } = await fixture.sends(message);
    expect([requests, events]).toMatchObject([[], [{ nack_reason: expect.stringMatching(reason) }]]);
  });
});

describe('an answer', () => {
  it.each<[number, string, object]>([
    [131_047, '131047: outside the 24 h window: send a template, or set the option outside_window', {}],
    [131_026, '131026: because', {}],
    [131_049, '131049: because', {}],
    [132_000, '132000: because', {}],
    [132_001, '132001: because', {}],
    [132_012, '132012: because', {}],
    [131_050, '131050: because', { opted_out: true }],
  ])('that refuses by %i is a nack', async (code, nack_reason, transport_metadata) => {
    const { events } = await fixture.sends(out('hi'), refused(code));
    expect(events).toMatchObject([{ event_type: 'nack', nack_reason, transport_metadata }]);
  });

  it('that a file could not be fetched is asked once more', async () => {
    const file = () => out(null, { attachments: [{ url: `${LINK}.png` }] });
    const sent = await fixture.sends(file(), refused(131_053), accepted('wamid.file'));
    expect(sent.requests).toHaveLength(2);
    expect(sent.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'wamid.file' }]);
    const { events } = await fixture.sends(file(), refused(131_053), refused(131_053));
    expect(events).toMatchObject([{ event_type: 'nack', nack_reason: '131053: because' }]);
  });

  it.each([131_056, 130_429, 80_007])('of %i is one that asks to wait', async (code) => {
    const { requests, events } = await fixture.sends(out('hi'), refused(code), accepted('wamid.later'));
    expect(requests).toHaveLength(2);
    expect(events).toMatchObject([{ event_type: 'ack', sent_message_id: 'wamid.later' }]);
  });

  it('that the window is over sends the text in the template of the option, once', async () => {
    const sent = await templated.sends(out('Rain\ntomorrow'), refused(131_047), accepted('wamid.t'));
    const parameters = [{ type: 'text', text: 'Rain tomorrow' }];
    expect(sent.requests[1]).toMatchObject({
      template: { name: 'news', language: { code: 'en' }, components: [{ parameters }] },
    });
    expect(sent.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'wamid.t' }]);
    const again = await templated.sends(out('hi'), refused(131_047), refused(131_047));
    expect(again.events).toMatchObject([
      { event_type: 'nack', nack_reason: expect.stringContaining('131047') },
    ]);
  });
});

it('receipts say what became of a message, and that it was read', async () => {
  await fixture.sends(out('hi'), accepted('wamid.r'));
  const state = (status: string, more: object = {}) =>
    fixture.reports(callOf({ statuses: [{ id: 'wamid.r', status, ...more }] }));
  expect(await state('sent')).toMatchObject([{ delivery_status: 'pending' }]);
  expect(await state('delivered')).toMatchObject([{ delivery_status: 'delivered' }]);
  const [read] = await state('read');
  expect(read?.transport_metadata).toMatchObject({ read_at: expect.any(String) });
  await fixture.sends(out('hi'), accepted('wamid.f'));
  const errors = [{ code: 131_026, title: 'Undeliverable' }];
  const failed = await fixture.reports(callOf({ statuses: [{ id: 'wamid.f', status: 'failed', errors }] }));
  expect(failed).toMatchObject([
    {
      delivery_status: 'failed',
      transport_metadata: { whatsapp: { error: { code: 131_026, title: 'Undeliverable' } } },
    },
  ]);
});
