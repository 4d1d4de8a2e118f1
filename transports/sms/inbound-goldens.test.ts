import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CalledRequest } from '../testing/called-http.ts';
import { ProviderPlay } from '../testing/provider-play.ts';
import { CONFIGS, C, c, signedByTwilio, U, u, type Provider } from '../testing/sms-goldens.ts';

interface Inbound {
  readonly type: Provider;
  readonly label: string;
  readonly config?: Record<string, unknown>;
  readonly now?: number;
  readonly request: CalledRequest;
  readonly answer?: Record<string, unknown>;
  readonly messages: readonly Record<string, unknown>[];
}

const SIGNED_AT = 1_700_000_000;
const TWILIO_FORM = { AccountSid: 'AC1', Body: 'hi there', From: U, MessageSid: 'SM1', NumMedia: '0', To: C };
const TWILIO = { path: '/receive', form: TWILIO_FORM, headers: { 'x-twilio-signature': '' } };
const VONAGE = {
  path: `/?${new URLSearchParams({ msisdn: u, to: c, messageId: '0C1', text: 'a&b=c', type: 'text', timestamp: String(SIGNED_AT), nonce: 'n1' }).toString()}`,
  method: 'GET',
};
const vonage = (method: string, sig: string) => ({
  type: 'vonage' as const,
  config: { signature_secret: 'sigsecret', signature_method: method },
  request: { ...VONAGE, path: `${VONAGE.path}&sig=${sig}` },
});
const OUTBOUND_EVENT = '{"type":"outbound"}';
const CAPCOM6_SIGNATURE = '25e22e10e2040ea426db5aa732ae2dc8ac5048eeb331b6d48c6a1cb37b52ad82';
const TERMII_SIGNATURE =
  'bb22b144548141fed0f7b5515590e9712451bacdfceb9e74cfaba84300be67ab75138458f639924581b94b916d554db5216dbb0490dbb827b49856fee396ef9e';

/** What a provider brings, what it is answered and what is published. */
const INBOUND: readonly Inbound[] = [
  {
    type: 'external',
    label: 'a message',
    request: {
      method: 'GET',
      path: `/receive?from=${encodeURIComponent(U)}&text=hi&date=2026-11-29T10:00:00Z`,
    },
    messages: [
      { from_addr: U, content: 'hi', transport_metadata: { external: { date: '2026-11-29T10:00:00Z' } } },
    ],
  },
  {
    type: 'external',
    label: 'nobody',
    request: { method: 'GET', path: '/receive?text=hi' },
    answer: { status: 400, body: '{"missing_parameter":["from"]}' },
    messages: [],
  },
  {
    type: 'external',
    label: 'a person who wants no more',
    request: { form: { from: U }, path: '/stopped' },
    messages: [{ from_addr: U, content: 'STOP' }],
  },
  {
    type: 'africas_talking',
    label: 'a message',
    request: {
      form: { from: U, to: '8000', text: 'hi', id: 'a1', date: '2026-11-29 10:00:00', linkId: 'L' },
    },
    messages: [
      {
        from_addr: U,
        to_addr: '8000',
        content: 'hi',
        transport_type: 'sms',
        transport_metadata: { africas_talking: { linkId: 'L', date: '2026-11-29 10:00:00' } },
      },
    ],
  },
  {
    type: 'twilio',
    label: 'what is signed otherwise',
    request: TWILIO,
    answer: { status: 401 },
    messages: [],
  },
  {
    type: 'infobip',
    label: 'one that is well and one that is not',
    request: { json: { results: [{ messageId: '1', from: u, to: c, text: 'hi' }, { messageId: '2' }] } },
    messages: [{ from_addr: u, to_addr: c, content: 'hi' }],
  },
  {
    type: 'clickatell',
    label: 'octets of UTF-16',
    request: { json: { messageId: '1', fromNumber: u, toNumber: c, text: '%04%36', charset: 'UTF-16BE' } },
    messages: [{ content: 'ж' }],
  },
  {
    type: 'clickatell',
    label: 'octets of latin-1',
    request: {
      json: { messageId: '1', fromNumber: u, toNumber: c, text: 'caf%E9+noir', charset: 'ISO-8859-1' },
    },
    messages: [{ content: 'café noir' }],
  },
  {
    type: 'termii',
    label: 'a message without a signature, where none is asked for',
    config: { secret_key: undefined },
    request: { json: { type: 'inbound', message_id: '1', sender: u, receiver: c, message: 'hi' } },
    messages: [{ from_addr: u, to_addr: c, content: 'hi' }],
  },
  {
    type: 'termii',
    label: 'a signature, one digit off',
    request: { body: OUTBOUND_EVENT, headers: { 'x-termii-signature': TERMII_SIGNATURE.replace(/e$/, 'f') } },
    answer: { status: 401 },
    messages: [],
  },
  {
    type: 'termii',
    label: 'a signature of the octets as they came: only its fields are missed',
    request: {
      body: OUTBOUND_EVENT,
      headers: { 'x-termii-signature': TERMII_SIGNATURE, 'content-type': 'application/json' },
    },
    answer: { status: 400, body: '{"missing_parameter":["message_id","status"]}' },
    messages: [],
  },
  {
    ...vonage('md5hash', '30D332375AE63825F4616D2A04D7AEE5'),
    label: 'signed by MD5, in capitals',
    now: SIGNED_AT * 1000,
    messages: [{ from_addr: u, to_addr: c, content: 'a&b=c' }],
  },
  {
    ...vonage('sha256', '4248e2f1502886453c07cd55671fb399408af8ef3b73dabb137d06a455a34614'),
    label: 'signed by HMAC',
    now: SIGNED_AT * 1000,
    messages: [{ content: 'a&b=c' }],
  },
  {
    ...vonage('md5hash', '30d332375ae63825f4616d2a04d7aee5'),
    label: 'signed six minutes ago',
    now: (SIGNED_AT + 360) * 1000,
    answer: { status: 401 },
    messages: [],
  },
  {
    type: 'capcom6',
    label: 'a signature of the octets as they came: only its fields are missed',
    now: SIGNED_AT * 1000,
    request: {
      body: '{"id":"ev1"}',
      headers: { 'x-signature': CAPCOM6_SIGNATURE, 'x-timestamp': String(SIGNED_AT) },
    },
    answer: { status: 400, body: '{"missing_parameter":["event"]}' },
    messages: [],
  },
  {
    type: 'capcom6',
    label: 'the same signature too late',
    now: (SIGNED_AT + 301) * 1000,
    request: {
      body: '{"id":"ev1"}',
      headers: { 'x-signature': CAPCOM6_SIGNATURE, 'x-timestamp': String(SIGNED_AT) },
    },
    answer: { status: 401 },
    messages: [],
  },
  {
    type: 'capcom6',
    label: 'a message',
    config: { signing_key: undefined },
    request: {
      json: {
        id: 'ev2',
        event: 'sms:received',
        payload: { sender: U, recipient: C, message: 'hi', simNumber: 1 },
      },
    },
    messages: [
      { from_addr: U, to_addr: C, content: 'hi', transport_metadata: { capcom6: { simNumber: 1 } } },
    ],
  },
  {
    type: 'mtn',
    label: 'a message',
    request: { json: { senderAddress: u, receiverAddress: '9', message: 'hi' } },
    messages: [{ from_addr: u, to_addr: '9', content: 'hi' }],
  },
  {
    type: 'dmark_sms',
    label: 'a message',
    request: { form: { msisdn: u, short_code: '8000', text: 'hi' } },
    messages: [{ from_addr: u, to_addr: '8000', content: 'hi' }],
  },
  {
    type: 'yo',
    label: 'a message',
    request: { method: 'GET', path: `/?sender=${u}&code=8000&message=hi` },
    messages: [{ from_addr: u, to_addr: '8000', content: 'hi' }],
  },
];

describe('what a provider brings', () => {
  it.each(INBOUND)(
    '$type: $label',
    async ({ type, config, now, request, answer = { status: 200 }, messages }) => {
      await using play = await ProviderPlay.start(
        type,
        { ...CONFIGS[type], ...config },
        now === undefined ? {} : { clock: () => now },
      );
      expect(await play.ask(request)).toMatchObject(answer);
      expect(play.inbound).toMatchObject(messages);
    },
  );

  it('vonage: a text that comes in two is one', async () => {
    await using play = await ProviderPlay.start('vonage', CONFIGS.vonage);
    const part = (number: number, text: string) => ({
      msisdn: u,
      to: c,
      messageId: `p${number}`,
      text,
      concat: 'true',
      'concat-ref': '7',
      'concat-total': '2',
      'concat-part': String(number),
    });
    for (const [number, text] of [
      [2, 'world'],
      [1, 'hello '],
      [1, 'hello '],
    ] as const)
      expect(await play.ask({ form: part(number, text) })).toMatchObject({ status: 200 });
    expect(play.inbound.map(({ content }) => content)).toEqual(['hello world']);
  });

  it('twilio: what is signed over the URL and the fields', async () => {
    await using play = await ProviderPlay.start('twilio', CONFIGS.twilio, { name: 'tw1' });
    const headers = { 'x-twilio-signature': 'ANgdKm5SVqEM03aUYA/g/uZbe70=' };
    expect(await play.ask({ ...TWILIO, headers })).toMatchObject({ status: 200, body: '<Response/>' });
    expect(play.inbound).toMatchObject([{ from_addr: U, to_addr: C, content: 'hi there' }]);
  });

  it.each([
    ['as it came', JSON.stringify({ MessageSid: 'SM2', MessageStatus: 'sent' }), 200],
    ['changed since', JSON.stringify({ MessageSid: 'SM3', MessageStatus: 'sent' }), 401],
  ])('twilio: a body of JSON is signed by its digest in the URL: %s', async (_label, body, status) => {
    await using play = await ProviderPlay.start('twilio', CONFIGS.twilio);
    const signed = JSON.stringify({ MessageSid: 'SM2', MessageStatus: 'sent' });
    const path = `/status?bodySHA256=${createHash('sha256').update(signed).digest('hex')}`;
    const hmac = createHmac('sha1', 'auth-token').update(`https://vumi.example/hooks/net${path}`);
    const headers = {
      'content-type': 'application/json',
      'x-twilio-signature': hmac.digest('base64'),
    };
    expect(await play.ask({ path, body, headers })).toMatchObject({ status });
  });

  it('twilio: WhatsApp, with a file and a button', async () => {
    await using play = await ProviderPlay.start('twilio', CONFIGS.twilio);
    const fields = {
      MessageSid: 'SM1',
      From: `whatsapp:${U}`,
      To: `whatsapp:${C}`,
      ButtonText: 'Yes',
      ButtonPayload: 'y',
      NumMedia: '1',
      MediaUrl0: 'https://m.example/1',
      MediaContentType0: 'image/png',
    };
    await play.ask(signedByTwilio('/receive', fields));
    expect(play.inbound).toMatchObject([
      {
        from_addr: U,
        to_addr: C,
        content: 'Yes',
        transport_type: 'whatsapp',
        helper_metadata: {
          received: {
            payload: 'y',
            attachments: [{ content_type: 'image/png', url: 'https://m.example/1' }],
          },
        },
      },
    ]);
  });
});
