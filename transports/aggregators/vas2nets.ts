import { secretSchema, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { plain } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { textAt } from '../http/json.ts';
import { ignoredOptions } from '../ignored-options.ts';
import { renamed, renamedOptions } from '../lifted-options.ts';
import { fitText } from '../sending/text-limits.ts';
import { defineProvider, type ProviderConfig } from '../sms/provider.ts';
import { fieldsOf, FORM, formBody, isSuccess, smsReading, TAKEN } from '../sms/readings.ts';
import { withPlus } from './numbers.ts';

const MESSAGE_KEYS = ['messageid', 'time', 'destination', 'sender', 'provider', 'keyword', 'text'] as const;
const RECEIPT_KEYS = ['smsid', 'messageid', 'status', 'text', 'time', 'provider', 'sender'] as const;
const TIME = /^(\d{4})\.(\d\d)\.(\d\d) (\d\d):(\d\d):(\d\d)$/;
const DELIVERED = new Set([2, 14]);

/** The alphabet, and those of it that take two places (spec channels §A). */
const SINGLE = /^[A-Za-z0-9äöüÄÖÜàùòìèé§Ññ£$@ /?!#%&()*+,\-:;<=>."'\r\n]$/;
const DOUBLE = /[|{}[\]€\\~^]/;
const MOST = 160;
const MOST_WITH_DOUBLE = 70;

const NAMES = { web_health_path: 'health_path' } as const;

export const vas2netsOptions = {
  url: z.url({ protocol: /^https?$/ }).describe('Where Vas2Nets takes messages'),
  username: z.string().min(1).describe('Name to send with'),
  password: secretSchema.describe('Password to send with'),
  owner: z.string().min(1).describe('Owner of the service, as Vas2Nets names it'),
  service: z.string().min(1).describe('Service that messages belong to'),
  subservice: z
    .string()
    .optional()
    .describe('Part of the service. Default: the keyword of the message that is answered'),
  header: z
    .string()
    .regex(/^[\w-]+$/, 'the name of a header such as X-Nth-Smsid')
    .default('X-Nth-Smsid')
    .describe('Header of Vas2Nets’ answers that has its id of a message. Default: `X-Nth-Smsid`'),
  default_network_id: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Network of receivers, such as `mtn`, of messages that answer nothing; Vas2Nets takes none without. Default: none, such messages are refused',
    ),
  ...ignoredOptions({
    web_receive_path: 'messages come to `receive` below the place of the transport: vumi transport urls',
    web_receipt_path: 'receipts come to `receipt` below the place of the transport: vumi transport urls',
  }),
  ...renamedOptions(NAMES),
} as const;

type Config = ProviderConfig<typeof vas2netsOptions>;

/** Vas2Nets, an aggregator of Nigeria (spec channels §A, vumi-core §5.3). */
export const vas2netsTransport = defineProvider({
  type: 'vas2nets',
  aliases: withModules(['vumi.transports.vas2nets', 'vumi.transports.vas2nets.vas2nets'], {
    Vas2NetsTransport: {},
  }),
  summary: 'SMS by Vas2Nets (Nigeria), both ways, with delivery reports',
  options: vas2netsOptions,
  lift: renamed(NAMES),
  addressFormat: 'zero_zero',
  has: (character) => SINGLE.test(character) || DOUBLE.test(character),
  routes: [
    {
      path: 'receive',
      purpose: 'bring messages',
      methods: ['GET', 'POST'],
      read: readMessage,
      answer: () => TAKEN,
    },
    {
      path: 'receipt',
      purpose: 'bring delivery reports',
      methods: ['GET', 'POST'],
      read: readReceipt,
      answer: () => TAKEN,
    },
  ],
  sending: {
    receiptsByRemoteId: true,
    pieces,
    request: sendRequest,
    verdict: readVerdict,
  },
});

function readMessage(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const wrong = wrongOf(fields, MESSAGE_KEYS);
  if (wrong !== null) return [wrong];
  const { messageid, time, destination, sender, provider, keyword, text } = textsIn(fields, MESSAGE_KEYS);
  return [
    smsReading({
      id: messageid,
      from: withPlus(sender),
      to: withPlus(destination),
      content: text,
      metadata: {
        original_message_id: messageid,
        timestamp: isoTime(time),
        network_id: provider,
        keyword,
      },
    }),
  ];
}

function readReceipt(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const wrong = wrongOf(fields, RECEIPT_KEYS);
  if (wrong !== null) return [wrong];
  const { smsid, messageid, status, text, time, provider } = textsIn(fields, RECEIPT_KEYS);
  if (!/^-?\d+$/.test(status)) return [refused(`ValueError: invalid status: '${status}'`)];
  const metadata = {
    delivery_status: status,
    delivery_message: text,
    timestamp: isoTime(time),
    network_id: provider,
  };
  const about = smsid === '' ? { messageId: messageid } : { remoteId: smsid };
  return [{ kind: 'receipt', status: stateOf(Number(status)), metadata, ...about }];
}

function stateOf(status: number): 'pending' | 'delivered' | 'failed' {
  if (status < 0) return 'failed';
  return DELIVERED.has(status) ? 'delivered' : 'pending';
}

function textsIn<K extends string>(
  fields: Readonly<Record<string, unknown>> | null,
  keys: readonly K[],
): Record<K, string> {
  return Object.fromEntries(keys.map((key) => [key, textAt(fields, key) ?? ''])) as Record<K, string>;
}

/** A field that is missing, or a time that is none, is told in Vumi's words. */
function wrongOf(fields: Readonly<Record<string, unknown>> | null, keys: readonly string[]): Reading | null {
  const missing = keys.find((key) => textAt(fields, key) === undefined);
  if (missing !== undefined) {
    const text = 'Need more request keys to complete this request. \n\nMissing request key:';
    return refused(`${text} '${missing}'`);
  }
  const time = textAt(fields, 'time') ?? '';
  return isoTime(time) === null ? refused(`ValueError: invalid time: '${time}'`) : null;
}

function refused(text: string): Reading {
  return { kind: 'refused', answer: plain(400, text) };
}

function isoTime(time: string): string | null {
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] = TIME.exec(time) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  return Number.isNaN(Date.parse(`${iso}Z`)) ? null : iso;
}

function networkOf({ transport_metadata }: UserMessage, config: Config): string | undefined {
  return textAt(transport_metadata, 'network_id') ?? config.default_network_id;
}

/** One message in its alphabet, or why there is none. */
function pieces(message: UserMessage, config: Config): readonly UserMessage[] | { readonly refused: string } {
  if (networkOf(message, config) === undefined) {
    return { refused: 'no network_id: the message answers nothing, and default_network_id is not set' };
  }
  const most = DOUBLE.test(message.content ?? '') ? MOST_WITH_DOUBLE : MOST;
  const fitted = fitText(message.content, { max: most, unit: 'utf16', tooLong: 'reject' });
  if (fitted.kind === 'refused') return { refused: fitted.reason };
  return [{ ...message, content: fitted.parts[0] ?? '' }];
}

function sendRequest(message: UserMessage, config: Config): ChannelRequestOut {
  const { message_id, to_addr, from_addr, content, in_reply_to, transport_metadata: metadata } = message;
  const original = in_reply_to === null ? undefined : textAt(metadata, 'original_message_id');
  return {
    method: 'POST',
    url: config.url,
    headers: FORM,
    body: formBody({
      username: config.username,
      password: config.password.reveal(),
      owner: config.owner,
      service: config.service,
      subservice: config.subservice ?? textAt(metadata, 'keyword'),
      'call-number': to_addr,
      origin: from_addr,
      messageid: original ?? message_id,
      provider: networkOf(message, config),
      tariff: '0',
      text: content,
    }),
  };
}

/** Taken is what has a number of theirs. */
function readVerdict(answer: Answered, { header }: Config): Verdict | null {
  if (!isSuccess(answer)) return null;
  const [remoteId] = [answer.headers[header.toLowerCase()]].flat();
  if (remoteId !== undefined && remoteId !== '') return { kind: 'accepted', remoteId };
  const text = answer.body.toString('utf8').trim();
  return { kind: 'refused', reason: text === '' ? `Vas2Nets gave no ${header}` : text };
}
