import type { UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { readSoap, writeSoap } from '../http/soap.ts';
import { xmlNode } from '../http/xml.ts';
import { transportTypes } from '../registry.ts';
import { CONFIGS, U, u } from '../testing/aggregator-goldens.ts';
import { eventually } from '../testing/eventually.ts';
import { ProviderPlay, type Scripted } from '../testing/provider-play.ts';
import { passwordOf } from './parlayx.ts';

const NOW = Date.parse('2012-04-16T09:30:00Z');
const DIGEST = '5dce28ae3af039d51666a2256146de48';
const ENVELOPE = 'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"';

const start = (config: object = {}): Promise<ProviderPlay> =>
  ProviderPlay.start('parlayx', { ...CONFIGS.parlayx, ...config }, { clock: () => NOW });

function envelope(body: string, header = ''): string {
  return `<soapenv:Envelope ${ENVELOPE}><soapenv:Header>${header}</soapenv:Header><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
}

const NOTICE = (trace: string): string =>
  `<ns1:NotifySOAPHeader xmlns:ns1="h"><ns1:spId>1</ns1:spId><ns1:linkid>L</ns1:linkid>${trace}</ns1:NotifySOAPHeader>`;
const reception = (from: string, text: string): string =>
  `<ns2:notifySmsReception xmlns:ns2="n"><ns2:correlator>c</ns2:correlator><ns2:message><message>${text}</message>` +
  `<senderAddress>${from}</senderAddress><smsServiceActivationNumber>tel:8000</smsServiceActivationNumber>` +
  '</ns2:message></ns2:notifySmsReception>';
const receipt = (correlator: string, state: string): string =>
  `<ns2:notifySmsDeliveryReceipt xmlns:ns2="n"><ns2:correlator>${correlator}</ns2:correlator><ns2:deliveryStatus>` +
  `<address>tel:${u}</address><deliveryStatus>${state}</deliveryStatus></ns2:deliveryStatus></ns2:notifySmsDeliveryReceipt>`;

it('the digest in place of the password is the one of the spec', () => {
  expect(passwordOf('spid', 'pw', '20120416093000')).toBe(DIGEST);
});

describe('what comes', () => {
  it.each([
    ['a message', envelope(reception(`tel:${u}`, 'hi'), NOTICE('')), { from_addr: U, content: 'hi' }],
    ['without tel:', envelope(reception(u, 'hi')), { from_addr: U }],
    ['signs of XML', envelope(reception(u, 'a&lt;b 😀 <![CDATA[<c>]]>')), { content: 'a<b 😀 <c>' }],
    ['another prefix', envelope(reception(u, 'hi')).replaceAll('soapenv:', 's:'), { content: 'hi' }],
  ])('%s', async (_label, body, message) => {
    await using play = await start();
    const answer = await play.ask({ body, headers: { 'content-type': 'text/xml' } });
    expect(answer.status).toBe(200);
    expect(readSoap(Buffer.from(answer.body ?? ''))?.body.name).toBe('notifySmsReceptionResponse');
    expect(play.inbound).toMatchObject([{ to_addr: '8000', provider: 'parlayx', ...message }]);
  });

  it('a link of the operator comes with it, and one trace is one message', async () => {
    await using play = await start();
    const traced = (id: string) => NOTICE(`<ns1:traceUniqueID>${id}</ns1:traceUniqueID>`);
    for (const header of [traced('1'), traced('1'), traced('2'), '', ''])
      await play.ask({ body: envelope(reception(u, 'hi'), header) });
    expect(new Set(play.inbound.map(({ message_id }) => message_id)).size).toBe(4);
    expect(play.inbound.map(({ transport_metadata }) => transport_metadata)).toMatchObject([
      { linkid: 'L' },
      { linkid: 'L' },
      { linkid: 'L' },
      {},
      {},
    ]);
  });

  it.each([
    ['no XML', 'hi'],
    ['another document', '<a/>'],
    ['an empty body', envelope('')],
    ['another call', envelope('<other/>')],
    ['no sender', envelope(reception('', 'hi'))],
    ['a receipt without a state', envelope(receipt('m1:1', ''))],
    ['entities of its own', `<!DOCTYPE a [<!ENTITY b "c">]>${envelope(reception(u, '&b;'))}`],
    ['elements too deep', envelope(`${'<a>'.repeat(99)}${'</a>'.repeat(99)}`)],
  ])('%s is a fault', async (_label, body) => {
    await using play = await start();
    const answer = await play.ask({ body });
    const said = readSoap(Buffer.from(answer.body ?? ''));
    expect([answer.status, said?.body.name, play.inbound]).toEqual([500, 'Fault', []]);
  });

  it.each([
    ['DeliveredToNetwork', 'delivered'],
    ['DeliveredToTerminal', 'delivered'],
    ['DeliveryUncertain', 'pending'],
    ['MessageWaiting', 'pending'],
    ['DeliveryImpossible', 'failed'],
    ['DeliveryNotificationNotSupported', 'failed'],
    ['Insufficient_Balance', 'pending'],
  ])('%s is %s', async (state, delivery_status) => {
    await using play = await start();
    play.will(taken);
    await play.send({ message_id: 'm1' });
    const answer = await play.ask({ body: envelope(receipt('m1:x', state)) });
    expect(readSoap(Buffer.from(answer.body ?? ''))?.body.name).toBe('notifySmsDeliveryReceiptResponse');
    expect(play.events.slice(1)).toMatchObject([{ user_message_id: 'm1', delivery_status }]);
  });
});

const taken: Scripted = [
  200,
  writeSoap(xmlNode('a:sendSmsResponse', { 'xmlns:a': 'x' }, xmlNode('a:result', {}, 'r1'))),
];
const fault = (code: string, text: string, detail = ''): Scripted => [
  500,
  envelope(
    `<soapenv:Fault><faultcode>${code}</faultcode><faultstring>${text}</faultstring><detail>${detail}</detail></soapenv:Fault>`,
  ),
];
const exception = (name: string, id: string, text: string, ...variables: readonly string[]): string =>
  `<ns1:${name} xmlns:ns1="x"><messageId>${id}</messageId><text>${text}</text>${variables
    .map((value) => `<variables>${value}</variables>`)
    .join('')}</ns1:${name}>`;

interface Outbound {
  readonly label: string;
  readonly message?: Partial<UserMessage>;
  readonly answer?: Scripted;
  readonly event: Record<string, unknown>;
}

const ack = { event_type: 'ack', sent_message_id: 'r1' };
const nack = (nack_reason: string) => ({ event_type: 'nack', nack_reason });

const OUTBOUND: readonly Outbound[] = [
  { label: 'a message', event: ack },
  {
    label: 'a number without its country',
    message: { to_addr: '0761' },
    event: nack('to_addr "0761" is no number with its country, such as +27761234567'),
  },
  {
    label: 'what the service refuses',
    answer: fault('SVC0002', 'bad', exception('ServiceException', 'SVC0002', 'Invalid %1 in %2', 'a', 'b')),
    event: nack('SVC0002: Invalid a in b'),
  },
  {
    label: 'what its policy refuses, whatever the code says',
    answer: fault('env:Server', 'bad', exception('PolicyExceptionDetail', 'POL0904', 'too many')),
    event: nack('POL0904: too many'),
  },
  {
    label: 'a fault of ours',
    answer: fault('soapenv:Client', 'no header'),
    event: nack('Client: no header'),
  },
  {
    label: 'a fault of theirs, of which nobody knows',
    answer: fault('soapenv:Server', 'oops'),
    event: nack('uncertain: Server: oops'),
  },
  {
    label: 'an answer that cannot be read',
    answer: [200, 'ok'],
    event: nack('uncertain: the answer is no envelope of SOAP'),
  },
];

describe('what an app sends', () => {
  it.each(OUTBOUND)('$label', async ({ message, answer = taken, event }) => {
    await using play = await start();
    play.will(answer);
    expect(await play.send({ message_id: 'm1', ...message })).toMatchObject(event);
  });

  it('a call is what the operator expects, with the link of what it answers', async () => {
    await using play = await start();
    play.will(taken);
    await play.send({ message_id: 'm1', content: 'a<b & ж', transport_metadata: { linkid: 'L' } });
    const [request] = play.sent;
    expect(request).toMatchObject({ method: 'POST', url: 'http://p/send', headers: { soapaction: '""' } });
    expect(request?.body).toBe(
      `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope ${ENVELOPE}><soapenv:Header>` +
        '<v2:RequestSOAPHeader xmlns:v2="http://www.huawei.com.cn/schema/common/v2_1"><v2:spId>spid</v2:spId>' +
        `<v2:spPassword>${DIGEST}</v2:spPassword><v2:serviceId>sv</v2:serviceId><v2:timeStamp>20120416093000</v2:timeStamp>` +
        `<v2:OA>tel:${u}</v2:OA><v2:linkid>L</v2:linkid></v2:RequestSOAPHeader></soapenv:Header><soapenv:Body>` +
        '<loc:sendSms xmlns:loc="http://www.csapi.org/schema/parlayx/sms/send/v2_2/local">' +
        `<loc:addresses>tel:${u}</loc:addresses><loc:message>a&lt;b &amp; ж</loc:message><loc:receiptRequest>` +
        '<endpoint>https://vumi.example/hooks/net</endpoint><interfaceName>SmsNotification</interfaceName>' +
        `<correlator>m1:${NOW.toString(36)}</correlator></loc:receiptRequest></loc:sendSms></soapenv:Body></soapenv:Envelope>`,
    );
  });
});

describe('notifications', () => {
  const bodies = (play: ProviderPlay): string[] => play.sent.map(({ body }) => String(body));
  const correlatorOf = (body = ''): string => /<(?:loc:)?correlator>(.*?)</.exec(body)?.[1] ?? '';

  it('are asked for at start, and given up at the end', async () => {
    const play = await start({ start_notifications: true });
    await eventually(
      () => play.sent.length,
      (length) => length >= 1,
    );
    await play[Symbol.asyncDispose]();
    const all = bodies(play);
    expect(all[0]).toContain(
      '<loc:startSmsNotification xmlns:loc="http://www.csapi.org/schema/parlayx/sms/notification_manager/v2_3/local">' +
        '<loc:reference><endpoint>https://vumi.example/hooks/net</endpoint><interfaceName>notifySmsReception</interfaceName>',
    );
    expect(all[0]).toContain('<loc:smsServiceActivationNumber>8000</loc:smsServiceActivationNumber>');
    expect(all.at(-1)).toContain('<loc:stopSmsNotification');
    expect(correlatorOf(all.at(-1))).toBe(correlatorOf(all[0]));
    expect(play.sent.map(({ url }) => url)).toContain('http://p/notification');
  });

  it.each([
    ['an answer', [200, envelope('<startSmsNotificationResponse/>')], 'announced'],
    [
      'the one that is there already',
      fault('x', 'y', exception('ServiceException', 'SVC0005', 'in use')),
      'announced',
    ],
    ['a refusal', fault('x', 'y', exception('ServiceException', 'SVC0008', 'overlapping')), 'not_announced'],
    ['a status', [403, 'no'], 'not_announced'],
  ] as const)('%s means %s', async (_label, answer, type) => {
    await using play = await ProviderPlay.start(
      'parlayx',
      { ...CONFIGS.parlayx, start_notifications: true },
      { answers: [answer] },
    );
    const webhook = await eventually(
      () => play.memory.statuses.find(({ component }) => component === 'webhook'),
      (status) => status !== undefined,
    );
    expect(webhook).toMatchObject({ type });
  });
});

it('Vumi’s name is known', () => {
  expect(transportTypes.parlayx.aliases['vumi.transports.parlayx.ParlayXTransport']).toEqual({});
});
