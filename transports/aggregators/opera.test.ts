import type { UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { readCall, writeFault, writeResponse } from '../http/xml-rpc.ts';
import { transportTypes } from '../registry.ts';
import { CONFIGS, U, u } from '../testing/aggregator-goldens.ts';
import { ProviderPlay, type Scripted } from '../testing/provider-play.ts';

const NOW = Date.parse('2026-11-29T10:00:00Z');
const start = (config: object = {}): Promise<ProviderPlay> =>
  ProviderPlay.start('opera', { ...CONFIGS.opera, ...config }, { clock: () => NOW });

const EVENT = { MessageID: '9', Local: '8000', Remote: u, Text: 'hi', MobileNetwork: 'MTNZA' };

function posted(fields: Readonly<Record<string, string>>, before = '<!DOCTYPE bspostevent>'): string {
  const given = Object.entries(fields).map(
    ([name, value]) => `<field name="${name}" type="string">${value}</field>`,
  );
  return `<?xml version="1.0"?>${before}<bspostevent>${given.join('')}</bspostevent>`;
}

function without(name: keyof typeof EVENT): Record<string, string> {
  return Object.fromEntries(Object.entries(EVENT).filter(([key]) => key !== name));
}

type Bad = readonly [label: string, body: string, said: string];

const BAD: readonly Bad[] = [
  ...(Object.keys(EVENT) as (keyof typeof EVENT)[]).map((name): Bad => [
    `without ${name}`,
    posted(without(name)),
    `Missing field: ${name}`,
  ]),
  ['that is no XML', 'hi', 'Missing field: Local'],
  [
    'with entities of its own',
    posted({ ...EVENT, Text: '&a;' }, '<!DOCTYPE bspostevent [<!ENTITY a "ha">]>'),
    'Missing field: Local',
  ],
  ['that is too deep', `${'<bspostevent>'.repeat(99)}${'</bspostevent>'.repeat(99)}`, 'Missing field: Local'],
];

describe('what comes', () => {
  it.each([
    ['of 27…', EVENT, { from_addr: U, to_addr: '8000', content: 'hi', provider: 'MTNZA' }],
    ['of 0…', { ...EVENT, Remote: '0761234567' }, { from_addr: U }],
    ['to a star and a code', { ...EVENT, Local: '*32323' }, { to_addr: '32323' }],
    ['with entities of XML', { ...EVENT, Text: 'a &lt;b&gt; &#x416;' }, { content: 'a <b> Ж' }],
    ['without a word', { ...EVENT, Text: '' }, { content: '' }],
  ])('a message %s is published, and echoed', async (_label, fields, message) => {
    await using play = await start();
    const body = posted(fields);
    const answer = await play.ask({ path: '/receive', body, headers: { 'content-type': 'text/xml' } });
    expect({ ...answer, body: answer.body?.toString() }).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/xml; charset=utf-8' },
      body,
    });
    expect(play.inbound).toMatchObject([message]);
    expect(play.inbound[0]?.transport_metadata).toEqual({ provider: 'MTNZA' });
  });

  it('the same MessageID is the same message', async () => {
    await using play = await start();
    for (let n = 0; n < 2; n += 1) await play.ask({ path: '/receive', body: posted(EVENT) });
    expect(new Set(play.inbound.map(({ message_id }) => message_id)).size).toBe(1);
  });

  it.each(BAD)('a document %s is refused', async (_label, body, said) => {
    await using play = await start();
    const answer = await play.ask({ path: '/receive', body });
    expect(answer).toMatchObject({ status: 400, body: said });
    expect(play.inbound).toEqual([]);
  });
});

const call = (play: ProviderPlay): Record<string, unknown> => {
  const [request] = play.sent;
  const { method, params } = readCall(Buffer.from(request?.body ?? '')) ?? { method: '', params: [] };
  return { url: request?.url, method, ...(params[0] as object) };
};
const taken: Scripted = [200, writeResponse({ Identifier: 'A1' })];

interface Outbound {
  readonly label: string;
  readonly config?: object;
  readonly message?: Partial<UserMessage>;
  readonly answer?: Scripted;
  readonly asked?: Record<string, unknown>;
  readonly event: Record<string, unknown>;
}

const ack = { event_type: 'ack', sent_message_id: 'A1' };
const nack = (nack_reason: string) => ({ event_type: 'nack', nack_reason });
const USUAL = {
  url: 'http://o/',
  method: 'EAPIGateway.SendSMS',
  Service: 's',
  Password: 'y',
  Channel: 'c',
  Numbers: U,
  SMSText: 'yo',
  Delivery: '20261129T10:00:00',
  Expiry: '20261130T10:00:00',
  Priority: 'standard',
  Receipt: 'Y',
  MaxSegments: 9,
};

const OUTBOUND: readonly Outbound[] = [
  { label: 'a message', asked: USUAL, event: ack },
  { label: 'what is not ASCII', message: { content: 'é' }, asked: { SMSText: 'w6k=' }, event: ack },
  {
    label: 'what the message says of its sending',
    message: {
      transport_metadata: {
        deliver_at: '2026-11-29 12:00:00',
        expire_at: '2026-11-29T13:00:00Z',
        priority: 'high',
        receipt: 'N',
      },
    },
    asked: { Delivery: '20261129T12:00:00', Expiry: '20261129T13:00:00', Priority: 'high', Receipt: 'N' },
    event: ack,
  },
  {
    label: 'a message that ends',
    message: { transport_metadata: { expires_at: '2026-11-29 10:05:00.000000' } },
    asked: { Expiry: '20261129T10:05:00' },
    event: ack,
  },
  {
    label: 'a time that is none',
    message: { transport_metadata: { deliver_at: 'soon' } },
    event: nack('deliver_at is no time such as 2026-11-29 10:00:00'),
  },
  {
    label: 'what takes too many segments',
    config: { max_segments: 2 },
    message: { content: 'a'.repeat(400) },
    event: nack('the text takes 3 segments of at most 2: see max_segments'),
  },
  { label: 'a fault', answer: [200, writeFault(7, 'no credit')], event: nack('7: no credit') },
  { label: 'an answer of HTTP', answer: [404, 'what?'], event: nack('404: what?') },
  {
    label: 'an answer that cannot be read',
    answer: [200, 'ok'],
    event: nack('uncertain: the answer is no response of XML-RPC'),
  },
];

describe('what an app sends', () => {
  it.each(OUTBOUND)('$label', async ({ config, message, answer = taken, asked, event }) => {
    await using play = await start(config);
    play.will(answer);
    expect(await play.send({ message_id: 'm1', from_addr: '8000', ...message })).toMatchObject(event);
    if (asked !== undefined) expect(call(play)).toMatchObject(asked);
  });
});

const receipt = (reference: string, status: string): string =>
  `<receipt><msgid>5</msgid><reference>${reference}</reference><msisdn>${U}</msisdn><status>${status}</status>` +
  '<timestamp>20261129T10:00:00</timestamp><billed>NO</billed></receipt>';
const receipts = (...all: readonly string[]): string => `<receipts>${all.join('')}</receipts>`;

describe('what Opera says of messages', () => {
  it.each([
    ['D', 'delivered'],
    ['d', 'delivered'],
    ['R', 'delivered'],
    ['Q', 'pending'],
    ['P', 'pending'],
    ['B', 'pending'],
    ['a', 'pending'],
    ['u', 'pending'],
    ['F', 'failed'],
    ['?', 'failed'],
  ])('%s is %s', async (status, delivery_status) => {
    await using play = await start();
    play.will(taken);
    await play.send({ message_id: 'm1' });
    const answer = await play.ask({ path: '/receipt', body: receipts(receipt('A1', status)) });
    expect([answer.status, answer.body]).toEqual([200, undefined]);
    expect(play.events.slice(1)).toMatchObject([
      {
        user_message_id: 'm1',
        delivery_status,
        transport_metadata: { opera: { msgid: '5', msisdn: U, status, billed: 'NO' } },
      },
    ]);
  });

  it('several come in a field of a form; of one that nobody knows nothing is told', async () => {
    await using play = await start();
    play.will(taken);
    await play.send({ message_id: 'm1' });
    const XmlMsg = receipts(receipt('A9', 'D'), '<receipt/>', receipt('A1', 'P'), receipt('A1', 'D'));
    expect(await play.ask({ path: '/receipt', form: { XmlMsg } })).toMatchObject({ status: 200 });
    const told = play.events.slice(1) as { user_message_id: string; delivery_status: string }[];
    expect(told.map(({ user_message_id, delivery_status }) => [user_message_id, delivery_status])).toEqual([
      ['m1', 'pending'],
      ['m1', 'delivered'],
    ]);
    expect(play.gauges).toMatchObject({ ignored_requests_total: 1 });
  });

  it.each(['', 'XmlMsg=', 'XmlMsg=hi', '<other/>', '<!DOCTYPE a [<!ENTITY b "c">]><receipts>&b;</receipts>'])(
    '"%s" holds none, and is refused',
    async (body) => {
      await using play = await start();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      expect(await play.ask({ path: '/receipt', body, headers })).toMatchObject({
        status: 400,
        body: 'XmlMsg missing.',
      });
    },
  );
});

it('Vumi’s name and its option for how long receipts may come later are known', async () => {
  expect(transportTypes.opera.aliases['vumi.transports.opera.OperaTransport']).toEqual({});
  await using play = await start({ message_id_lifetime: 604_800, web_receipt_path: '/r' });
  expect(play.sent).toEqual([]);
});
