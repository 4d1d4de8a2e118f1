import { expiryOf, parseTimestamp, secretSchema, type UserMessage } from '@vumi/core';
import { segmentText } from '@vumi/core/text';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { plain } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, SendContext, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { at, textAt } from '../http/json.ts';
import { readResponse, writeCall, XML_HEADERS } from '../http/xml-rpc.ts';
import { readXml, textsOf, type XmlElement } from '../http/xml.ts';
import { ignoredOptions } from '../ignored-options.ts';
import { numberOptions } from '../numbers/number-options.ts';
import { defineProvider, type ProviderConfig } from '../sms/provider.ts';
import { fieldsOf, isSuccess, receiptReading, refusal, smsReading, TAKEN } from '../sms/readings.ts';

const SEND = 'EAPIGateway.SendSMS';
const MESSAGE_KEYS = ['Local', 'Remote', 'Text', 'MessageID', 'MobileNetwork'] as const;
const DELIVERED = new Set(['D', 'd', 'R']);
const PENDING = new Set(['Q', 'P', 'B', 'a', 'u']);
const DAY_MS = 86_400_000;
const TIMES = ['deliver_at', 'expire_at'] as const;

export const operaOptions = {
  url: z.url({ protocol: /^https?$/ }).describe('Where Opera takes calls of XML-RPC'),
  channel: z.string().min(1).describe('Channel that messages are sent by, as Opera names it'),
  service: z.string().min(1).describe('Service that messages belong to'),
  password: secretSchema.describe('Password of the service'),
  max_segments: z
    .int()
    .min(1)
    .max(255)
    .default(9)
    .describe('Segments that one message may take; a longer text is refused. Default: 9'),
  message_id_lifetime: z
    .number()
    .positive()
    .optional()
    .describe('Seconds that receipts may come later than their messages. Default: receipt_lifetime'),
  country_code: numberOptions.country_code
    .unwrap()
    .default('27')
    .describe('Calling code of the country of numbers that do not tell theirs. Default: 27'),
  ...ignoredOptions({
    web_receive_path: 'messages come to `receive` below the place of the transport: vumi transport urls',
    web_receipt_path: 'receipts come to `receipt` below the place of the transport: vumi transport urls',
  }),
} as const;

type Config = ProviderConfig<typeof operaOptions>;

/** Opera, an aggregator of South Africa: XML-RPC out, documents in (spec channels §A, vumi-core §5.4). */
export const operaTransport = defineProvider({
  type: 'opera',
  aliases: withModules(['vumi.transports.opera', 'vumi.transports.opera.opera'], { OperaTransport: {} }),
  summary: 'SMS by Opera (South Africa), both ways, with delivery reports',
  options: operaOptions,
  addressFormat: 'as_is',
  routes: [
    {
      path: 'receive',
      purpose: 'bring messages (bspostevent)',
      methods: ['POST'],
      read: readMessage,
      // Opera takes its own document for a yes.
      answer: (_published, { body }) => ({ status: 200, headers: XML_HEADERS, body }),
    },
    {
      path: 'receipt',
      purpose: 'bring delivery reports',
      methods: ['POST'],
      read: readReceipts,
      answer: () => TAKEN,
    },
  ],
  sending: {
    receiptsByRemoteId: true,
    options: (config) => ({
      ...config,
      receipt_lifetime: config.message_id_lifetime ?? config.receipt_lifetime,
    }),
    pieces,
    request: sendRequest,
    verdict: readVerdict,
  },
});

function readMessage({ body }: ChannelRequest): readonly Reading[] {
  const root = readXml(body);
  const fields = root?.name === 'bspostevent' ? eventFields(root) : {};
  const missing = MESSAGE_KEYS.find((key) => fields[key] === undefined);
  if (missing !== undefined) return [refused(`Missing field: ${missing}`)];
  const { Local = '', Remote = '', Text = '', MessageID, MobileNetwork = '' } = fields;
  const reading = smsReading({ id: MessageID, from: Remote, to: Local.replace(/^\*/, ''), content: Text });
  if (reading.kind !== 'message') return [reading];
  const metadata = { provider: MobileNetwork };
  return [
    {
      ...reading,
      fields: { ...reading.fields, provider: MobileNetwork, transport_metadata: metadata },
    },
  ];
}

/** The first of a name counts. */
function eventFields({ children }: XmlElement): Readonly<Record<string, string>> {
  const named = children.filter(({ name, attributes }) => name === 'field' && 'name' in attributes);
  return Object.fromEntries(
    named.toReversed().map(({ attributes, text }) => [attributes['name'] ?? '', text] as const),
  );
}

/** The document is the body, or a field of a form. */
function readReceipts(request: ChannelRequest): readonly Reading[] {
  const posted = textAt(fieldsOf(request), 'XmlMsg');
  const root = readXml(posted === undefined ? request.body : Buffer.from(posted));
  if (root?.name !== 'receipts') return [refused('XmlMsg missing.')];
  return root.children.filter(({ name }) => name === 'receipt').flatMap(readReceipt);
}

function readReceipt(receipt: XmlElement): readonly Reading[] {
  const { reference = '', ...opera } = textsOf(receipt);
  const { status = '' } = opera;
  if (reference === '' || status === '')
    return [{ kind: 'ignored', why: 'a receipt without reference or status' }];
  return receiptReading(stateOf(status), { remoteId: reference }, { opera });
}

function stateOf(status: string): 'pending' | 'delivered' | 'failed' {
  if (DELIVERED.has(status)) return 'delivered';
  return PENDING.has(status) ? 'pending' : 'failed';
}

function refused(text: string): Reading {
  return { kind: 'refused', answer: plain(400, text) };
}

/** The message itself, or why it cannot be sent. */
function pieces(
  message: UserMessage,
  { max_segments }: Config,
): readonly UserMessage[] | { readonly refused: string } {
  const { transport_metadata: metadata } = message;
  const wrong = TIMES.find((name) => at(metadata, name) !== undefined && timeAt(metadata, name) === null);
  if (wrong !== undefined) return { refused: `${wrong} is no time such as 2026-11-29 10:00:00` };
  const content = (message.content ?? '').replaceAll('\r\n', '\n').toWellFormed();
  const { length } = segmentText(content, {}).segments;
  if (length > max_segments)
    return { refused: `the text takes ${length} segments of at most ${max_segments}: see max_segments` };
  return [{ ...message, content }];
}

function sendRequest(
  message: UserMessage,
  { url, service, password, channel, max_segments }: Config,
  { now }: SendContext,
): ChannelRequestOut {
  const { to_addr, content, transport_metadata: metadata } = message;
  const text = content ?? '';
  const delivery = timeAt(metadata, 'deliver_at') ?? now;
  const expiry = timeAt(metadata, 'expire_at') ?? expiryOf(message) ?? delivery + DAY_MS;
  const call = {
    Service: service,
    Password: password.reveal(),
    Channel: channel,
    Numbers: to_addr ?? '',
    SMSText: isAscii(text) ? text : Buffer.from(text),
    Delivery: new Date(delivery),
    Expiry: new Date(expiry),
    Priority: textAt(metadata, 'priority') ?? 'standard',
    Receipt: textAt(metadata, 'receipt') ?? 'Y',
    MaxSegments: max_segments,
  };
  return { method: 'POST', url, headers: XML_HEADERS, body: writeCall(SEND, call) };
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

/** Milliseconds since the epoch, of a timestamp of Vumi or of ISO 8601. */
function timeAt(metadata: UserMessage['transport_metadata'], name: (typeof TIMES)[number]): number | null {
  const text = textAt(metadata, name) ?? '';
  const time = parseTimestamp(text) ?? Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/** Vumi sent again what was a fault; here it is a refusal, since nobody knows one that would pass. */
function readVerdict(answer: Answered): Verdict | null {
  if (!isSuccess(answer)) return null;
  const said = readResponse(answer.body);
  if (said === null) return { kind: 'uncertain', reason: 'the answer is no response of XML-RPC' };
  if ('fault' in said) return refusal(textAt(said.fault, 'faultCode'), textAt(said.fault, 'faultString'));
  return { kind: 'accepted', remoteId: textAt(said.value, 'Identifier') };
}
