import type { UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { ProviderPlay, type Scripted } from '../testing/provider-play.ts';
import { CONFIGS, FROM_V, U, u, type Aggregator } from '../testing/aggregator-goldens.ts';

const ack = (id: string) => ({ event_type: 'ack', sent_message_id: id });
const nack = (nack_reason: string) => ({ event_type: 'nack', nack_reason });

/** What was sent: the URL, and what its query, form or document holds. */
interface Asked {
  readonly url: string;
  readonly method: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Outbound {
  readonly type: Aggregator;
  readonly label: string;
  readonly config?: Record<string, unknown>;
  readonly message?: Partial<UserMessage>;
  readonly answer?: Scripted;
  readonly asked?: Partial<Asked>;
  readonly event: Record<string, unknown>;
}

/** Those of the spec (channels §A, §B). */
const OUTBOUND: readonly Outbound[] = [
  {
    type: 'vas2nets',
    label: 'a reply',
    message: FROM_V,
    answer: [200, '', { 'x-nth-smsid': '77' }],
    asked: {
      method: 'POST',
      fields: {
        username: 'x',
        password: 'y',
        owner: 'o',
        service: 's',
        subservice: 'k',
        'call-number': '0027761234567',
        origin: '8000',
        messageid: '1',
        provider: 'mtn',
        tariff: '0',
        text: 'yo',
      },
    },
    event: ack('77'),
  },
  {
    type: 'vas2nets',
    label: 'what answers nothing, over the usual network',
    config: { default_network_id: 'glo' },
    message: { message_id: 'm1' },
    answer: [200, '', { 'x-nth-smsid': '78' }],
    asked: { fields: expect.objectContaining({ messageid: 'm1', provider: 'glo' }) as never },
    event: ack('78'),
  },
  {
    type: 'vas2nets',
    label: 'what answers nothing',
    event: nack('no network_id: the message answers nothing, and default_network_id is not set'),
  },
  {
    type: 'vas2nets',
    label: 'an answer without an id',
    message: FROM_V,
    answer: [200, 'no credit'],
    event: nack('no credit'),
  },
  {
    type: 'vas2nets',
    label: 'a character that it lacks',
    message: { ...FROM_V, content: 'ж' },
    event: nack('the network has no character for U+0436'),
  },
  {
    type: 'vas2nets',
    label: 'signs that take two places',
    message: { ...FROM_V, content: '['.repeat(71) },
    event: nack('the text has 71 of at most 70 utf16: see max_length and too_long'),
  },
  {
    type: 'mediafone',
    label: 'a message',
    message: { message_id: 'm1' },
    answer: [200],
    asked: { method: 'GET', fields: { username: 'x', password: 'y', phone: U, msg: 'yo' } },
    event: ack('m1'),
  },
  { type: 'mediafone', label: 'a refusal', answer: [500], event: nack('Unexpected response code: 500') },
  {
    type: 'cellulant_sms',
    label: 'a message',
    answer: [200, '1'],
    asked: {
      method: 'GET',
      fields: { username: 'x', password: 'y', source: '8000', destination: U, message: 'yo' },
    },
    event: ack('m1'),
  },
  {
    type: 'cellulant_sms',
    label: 'a refusal',
    answer: [200, 'E2'],
    event: nack('Credits have expired or run out'),
  },
  {
    type: 'cellulant_sms',
    label: 'an unknown sender',
    message: { from_addr: '9' },
    event: nack('no credentials for from_addr "9"'),
  },
  {
    type: 'mtech_kenya',
    label: 'a reply',
    message: { in_reply_to: 'i1', transport_metadata: { linkID: 'L' } },
    answer: [200],
    asked: {
      method: 'POST',
      fields: {
        user: 'x',
        pass: 'y',
        messageID: 'm1',
        shortCode: '8000',
        MSISDN: U,
        MESSAGE: 'yo',
        linkID: 'L',
      },
    },
    event: ack('m1'),
  },
  {
    type: 'mtech_kenya',
    label: 'a message as a form',
    config: { api_version: 2 },
    answer: [200],
    asked: { fields: { user: 'x', pass: 'y', messageID: 'm1', shortCode: '8000', MSISDN: U, MESSAGE: 'yo' } },
    event: ack('m1'),
  },
  { type: 'mtech_kenya', label: 'a refusal', answer: [401], event: nack('Invalid username or password') },
  {
    type: 'apposit',
    label: 'a message',
    answer: [200],
    asked: {
      method: 'POST',
      fields: {
        username: 'x',
        password: 'y',
        serviceId: 's',
        fromAddress: '8000',
        toAddress: U,
        content: 'yo',
        channel: 'SMS',
      },
    },
    event: ack('m1'),
  },
  { type: 'apposit', label: 'a refusal', answer: [400, '102006'], event: nack('(102006) Service Not Found') },
  {
    type: 'apposit',
    label: 'a refusal of unknown words',
    answer: [400, 'what?'],
    event: nack('Response with unknown code received: what?'),
  },
  { type: 'netcore', label: 'anything', event: nack('replies are not expected') },
  {
    type: 'mediaedge_gsm',
    label: 'what answers nothing',
    answer: [200],
    asked: {
      method: 'GET',
      fields: { USN: 'x', PWD: 'y', SmsID: 'm1', PhoneNumber: u, Operator: 'MTN', SmsBody: 'yo' },
    },
    event: ack('m1'),
  },
];

describe('what an app sends', () => {
  it.each(OUTBOUND)('$type: $label', async ({ type, config, message, answer = [200], asked, event }) => {
    await using play = await ProviderPlay.start(type, { ...CONFIGS[type], ...config });
    play.will(answer);
    const told = await play.send({ message_id: 'm1', from_addr: '8000', ...message });
    expect(told).toMatchObject(event);
    const [request] = play.sent;
    if (asked === undefined || request === undefined) return;
    const { method, url, body = '' } = request;
    const form = body.toString().startsWith('<') ? '' : body.toString();
    const fields = Object.fromEntries(new URLSearchParams(form === '' ? new URL(url).search : form));
    expect({ method, url, fields, body: body.toString() }).toMatchObject(asked);
  });
});
