import type { UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { transportTypes } from '../registry.ts';
import type { CalledRequest } from '../testing/called-http.ts';
import { ProviderPlay, type Scripted } from '../testing/provider-play.ts';
import { CONFIGS, FROM_V, U, u, type Aggregator } from '../testing/aggregator-goldens.ts';

interface Inbound {
  readonly type: Aggregator;
  readonly label: string;
  readonly request: CalledRequest;
  readonly answer?: Record<string, unknown>;
  readonly messages: readonly Record<string, unknown>[];
}

const query = (fields: Readonly<Record<string, string>>): CalledRequest => ({
  method: 'GET',
  path: `/?${new URLSearchParams(fields).toString()}`,
});
const V = {
  messageid: '1',
  time: '2026.11.29 10:00:00',
  destination: '8000',
  sender: u,
  provider: 'mtn',
  keyword: 'k',
  text: 'hi',
};
const { text: _text, ...V_WITHOUT_TEXT } = V;
const NETCORE = { to_addr: '8000', from_addr: '76', content: 'hi', circle: 'c', source: 's' };
const EDGE = { USN: 'a', PWD: 'b', PhoneNumber: u, ServiceNumber: '8', Operator: 'MTN', SMSBODY: 'hi' };
const APPOSIT = { from: u, to: '8000', channel: 'SMS', content: 'hi', isTest: 'false' };

const INBOUND: readonly Inbound[] = [
  {
    type: 'vas2nets',
    label: 'a message',
    request: { path: '/receive', form: V },
    answer: { status: 200 },
    messages: [
      {
        from_addr: U,
        to_addr: '8000',
        content: 'hi',
        transport_metadata: {
          original_message_id: '1',
          network_id: 'mtn',
          keyword: 'k',
          timestamp: '2026-11-29T10:00:00',
        },
      },
    ],
  },
  {
    type: 'vas2nets',
    label: 'a message without its text',
    request: { path: '/receive', form: V_WITHOUT_TEXT },
    answer: {
      status: 400,
      body: "Need more request keys to complete this request. \n\nMissing request key: 'text'",
    },
    messages: [],
  },
  {
    type: 'vas2nets',
    label: 'a time that is none',
    request: { path: '/receive', form: { ...V, time: 'now' } },
    answer: { status: 400, body: "ValueError: invalid time: 'now'" },
    messages: [],
  },
  {
    type: 'mediafone',
    label: 'a message',
    request: query({ to: '8000', from: U, sms: 'hi' }),
    answer: { status: 200, body: expect.stringContaining('"message_id"') },
    messages: [{ from_addr: U, to_addr: '8000', content: 'hi', provider: 'vumi' }],
  },
  {
    type: 'mediafone',
    label: 'a field too many',
    request: query({ to: '8000', from: U, sms: 'hi', x: '1' }),
    answer: { status: 400, body: '{"unexpected_parameter":["x"]}' },
    messages: [],
  },
  {
    type: 'cellulant_sms',
    label: 'a message',
    request: query({ SOURCEADDR: u, DESTADDR: '8000', MESSAGE: 'hi', ID: '1', keyword: 'x' }),
    answer: { status: 200, body: expect.stringContaining('"message_id"') },
    messages: [
      {
        from_addr: u,
        to_addr: '8000',
        content: 'hi',
        provider: 'vumi',
        transport_metadata: { transport_message_id: '1' },
      },
    ],
  },
  {
    type: 'mtech_kenya',
    label: 'a message',
    request: query({ shortCode: '8000', MSISDN: u, MESSAGE: 'hi', messageID: '1', linkID: 'L' }),
    messages: [
      { from_addr: u, to_addr: '8000', transport_metadata: { transport_message_id: '1', linkID: 'L' } },
    ],
  },
  {
    type: 'apposit',
    label: 'a message',
    request: { form: APPOSIT },
    messages: [
      {
        from_addr: u,
        to_addr: '8000',
        provider: 'apposit',
        transport_metadata: { apposit: { isTest: 'false' } },
      },
    ],
  },
  {
    type: 'apposit',
    label: 'mail',
    request: { form: { ...APPOSIT, channel: 'EMAIL' } },
    answer: { status: 400, body: '{"unsupported_channel":"EMAIL"}' },
    messages: [],
  },
  {
    type: 'netcore',
    label: 'a message',
    request: { form: NETCORE },
    answer: { status: 200, body: expect.stringMatching(/^[0-9a-f]{32}$/) },
    messages: [
      { from_addr: '076', to_addr: '8000', transport_metadata: { netcore: { circle: 'c', source: 's' } } },
    ],
  },
  {
    type: 'netcore',
    label: 'nothing',
    request: { form: { ...NETCORE, content: 'None' } },
    answer: { status: 400 },
    messages: [],
  },
  {
    type: 'netcore',
    label: 'a field too many',
    request: { form: { ...NETCORE, x: '1' } },
    answer: { status: 400 },
    messages: [],
  },
  {
    type: 'mediaedge_gsm',
    label: 'wrong credentials',
    request: query({ ...EDGE, PWD: 'c' }),
    answer: { status: 400, body: '{"credentials":"invalid"}' },
    messages: [],
  },
  {
    type: 'mediaedge_gsm',
    label: 'a message that nobody replies to',
    request: query(EDGE),
    answer: { status: 504 },
    messages: [{ from_addr: u, to_addr: '8', content: 'hi', provider: 'MTN' }],
  },
];

describe('what comes', () => {
  it.each(INBOUND)('$type: $label', async ({ type, request, answer = { status: 200 }, messages }) => {
    await using play = await ProviderPlay.start(type, CONFIGS[type]);
    const said = await play.ask(request);
    expect({ ...said, body: said.body?.toString() }).toMatchObject(answer);
    expect(play.inbound).toMatchObject(messages);
    expect(play.inbound.length).toBe(messages.length);
  });
});

interface Receipts {
  readonly type: Aggregator;
  readonly message: Partial<UserMessage>;
  readonly answer: Scripted;
  readonly told: readonly (readonly [CalledRequest, string | null])[];
}

const vas = (smsid: string, status: string): CalledRequest => ({
  path: '/receipt',
  form: { smsid, status, messageid: '1', text: 't', time: V.time, provider: 'mtn', sender: u },
});

const RECEIPTS: readonly Receipts[] = [
  {
    type: 'vas2nets',
    message: FROM_V,
    answer: [200, '', { 'x-nth-smsid': '77' }],
    told: [
      [vas('77', '1'), 'pending'],
      [vas('78', '2'), null],
      [vas('77', '-28'), 'failed'],
      [vas('77', '2'), null],
    ],
  },
];

describe('what is said of messages', () => {
  it.each(RECEIPTS)('$type', async ({ type, message, answer, told }) => {
    await using play = await ProviderPlay.start(type, CONFIGS[type]);
    play.will(answer);
    await play.send({ message_id: 'm1', ...message });
    for (const [request, status] of told) {
      const before = play.events.length;
      expect(await play.ask(request)).toMatchObject({ status: 200 });
      const news = play.events.slice(before);
      expect(news).toMatchObject(status === null ? [] : [{ user_message_id: 'm1', delivery_status: status }]);
    }
  });
});

it.each([
  ['vumi.transports.vas2nets.Vas2NetsTransport', 'vas2nets', {}],
  ['vumi.transports.mediafonemc.MediafoneTransport', 'mediafone', {}],
  ['vumi.transports.cellulant.CellulantSmsTransport', 'cellulant_sms', {}],
  ['MTechKenyaTransportV2', 'mtech_kenya', { api_version: 2 }],
  ['AppositTransport', 'apposit', {}],
  ['NetcoreTransport', 'netcore', {}],
  ['MediaEdgeGSMTransport', 'mediaedge_gsm', {}],
] as const)('%s is a name of %s', (name, type, options) => {
  expect(transportTypes[type].aliases[name]).toEqual(options);
});
