import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import { RICH_LIMITS, secretSchema, withoutControls, type RichLimits } from '@vumi/core';
import { z } from 'zod';
import { json } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, ChannelRoute, Reading } from '../http/channel.ts';
import { textAt } from '../http/json.ts';
import { limitOptions, textLimits } from '../http/limit-options.ts';
import {
  CONTENT_TYPES,
  fillTemplate,
  hasVariable,
  unknownVariables,
  VARIABLES,
  type ContentKind,
} from './external-template.ts';
import { textPieces } from '../sending/rich-pieces.ts';
import { defineProvider, type ProviderConfig } from './provider.ts';
import { fieldsOf, isRefused, isSuccess, requireFields, smsReading } from './readings.ts';

const SHOWN = 200;
const KINDS = Object.keys(CONTENT_TYPES) as [ContentKind, ...ContentKind[]];
const NAMES = VARIABLES.map((name) => `{{${name}}}`).join(', ');

const template = () =>
  z.string().refine((text) => unknownVariables(text).length === 0, `only ${NAMES} stand for something`);

export const externalOptions = {
  send_url: template()
    .refine((text) => URL.canParse(text.replaceAll(/\{\{.*?\}\}/g, 'x')), 'a URL')
    .describe(`Where messages are sent: a URL in which ${NAMES} stand for those of the message`),
  send_method: z
    .enum(['GET', 'POST', 'PUT'])
    .default('POST')
    .describe('Method of the request that sends a message. Default: POST'),
  send_body: template()
    .default('id={{id}}&text={{text}}&to={{to}}&to_no_plus={{to_no_plus}}&from={{from}}&channel={{channel}}')
    .describe(
      'Its body, in which the same names stand for those of the message; GET has none. Default: a form of them all',
    ),
  content_type: z
    .enum(KINDS)
    .default('urlencoded')
    .describe('What the body is, which decides how values in it are written. Default: urlencoded'),
  headers: z
    .record(z.string().regex(/^[\w-]+$/, 'the name of a header'), secretSchema)
    .default({})
    .describe('More headers of the request by their names, such as Authorization. Default: none'),
  mt_response_check: z
    .string()
    .default('')
    .describe('What an answer must contain, or the message counts as refused. Default: nothing'),
  to_addr: z
    .string()
    .default('')
    .describe('Our address at the gateway, of messages that it brings without `to`. Default: none'),
  ...limitOptions({ max: 160, unit: 'utf16', tooLong: 'split' }),
} as const;

type Config = ProviderConfig<typeof externalOptions>;

/** Any gateway that has a URL, as RapidPro's External channel (spec channels §D). */
export const externalTransport = defineProvider({
  type: 'external',
  summary: 'Any gateway with a URL: you say what its requests look like',
  options: externalOptions,
  addressFormat: 'as_is',
  routes: [
    {
      path: 'receive',
      purpose: 'bring a message: from or sender, text, and to, date or time',
      methods: ['GET', 'POST'],
      read: readMessage,
      answer: ([message]) => json(200, { message_id: message?.message_id }),
    },
    receiptRoute('sent', 'pending'),
    receiptRoute('delivered', 'delivered'),
    receiptRoute('failed', 'failed'),
    {
      path: 'stopped',
      purpose: 'say that a person wants no more messages: from; it is a message STOP of his',
      methods: ['GET', 'POST'],
      read: readStop,
      answer: () => json(200, {}),
    },
  ],
  limits: (config) => ({ quickReplies: buttonsOf(config), media: false }),
  sending: {
    pieces: (message, config) => textPieces(message, textLimits('utf16')(config)),
    request: sendRequest,
    verdict: readVerdict,
  },
});

/** A gateway shows buttons as such if its template has a place for them. */
function buttonsOf({ send_url, send_body, send_method, max_length }: Config): RichLimits['quickReplies'] {
  const sent = send_method === 'GET' ? send_url : send_url + send_body;
  if (!hasVariable(sent, 'quick_replies')) return null;
  return { most: RICH_LIMITS.buttons, title: RICH_LIMITS.title, text: max_length };
}

function receiptRoute(path: string, status: ReceiptReading['status']): ChannelRoute<Config> {
  return {
    path,
    purpose: `say of a message that it is ${path}: id, as {{id}} in what was sent`,
    methods: ['GET', 'POST'],
    read: (request) => {
      const fields = fieldsOf(request);
      const read = requireFields({ id: textAt(fields, 'id') ?? textAt(fields, 'uuid') }, ['id']);
      return isRefused(read) ? [read] : [{ kind: 'receipt', messageId: read.id, status }];
    },
    answer: () => json(200, {}),
  };
}

function senderOf(fields: Record<string, unknown> | null): Record<string, unknown> {
  return { ...fields, from: textAt(fields, 'from') ?? textAt(fields, 'sender') };
}

function readMessage(request: ChannelRequest, config: Config): readonly Reading[] {
  const fields = fieldsOf(request);
  const sms = requireFields(senderOf(fields), ['from', 'text']);
  if (isRefused(sms)) return [sms];
  const date = textAt(fields, 'date') ?? textAt(fields, 'time');
  const metadata = date === undefined ? {} : { external: { date } };
  return [
    smsReading({
      id: textAt(fields, 'id'),
      from: sms.from,
      to: textAt(fields, 'to') ?? config.to_addr,
      content: sms.text,
      metadata,
    }),
  ];
}

/** What opt-outs are made of is a message. */
function readStop(request: ChannelRequest, config: Config): readonly Reading[] {
  const fields = fieldsOf(request);
  const stop = requireFields(senderOf(fields), ['from']);
  if (isRefused(stop)) return [stop];
  const metadata = { external: { stopped: true } };
  return [
    smsReading({ from: stop.from, to: textAt(fields, 'to') ?? config.to_addr, content: 'STOP', metadata }),
  ];
}

function sendRequest(message: Parameters<typeof fillTemplate>[1], config: Config): ChannelRequestOut {
  const { send_url, send_method: method, send_body, content_type, headers } = config;
  const more = Object.fromEntries(Object.entries(headers).map(([name, secret]) => [name, secret.reveal()]));
  const url = fillTemplate(send_url, message, 'urlencoded');
  if (method === 'GET') return { method, url, headers: more };
  const body = fillTemplate(send_body, message, content_type);
  return { method, url, headers: { 'content-type': CONTENT_TYPES[content_type], ...more }, body };
}

function readVerdict(answer: Answered, { mt_response_check: wanted }: Config): Verdict | null {
  if (wanted === '' || !isSuccess(answer)) return null;
  const text = answer.body.toString('utf8');
  if (text.includes(wanted)) return { kind: 'accepted' };
  return {
    kind: 'refused',
    reason: `answered without "${wanted}": ${withoutControls(text).slice(0, SHOWN)}`,
  };
}
