import { createHash } from 'node:crypto';
import { secretSchema, type UserMessage } from '@vumi/core';
import { basicHeader, isSameSecret, type HttpAnswer } from '@vumi/http';
import { z } from 'zod';
import { plain } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, SendContext, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { listAt, readJson, textAt } from '../http/json.ts';
import { limitOptions, textLimits } from '../http/limit-options.ts';
import { hmacOf, isSigned } from '../http/signatures.ts';
import { richPieces } from '../sending/rich-pieces.ts';
import { baseUrlOption, defineProvider, type ProviderConfig } from './provider.ts';
import {
  FORM,
  fieldsOf,
  given,
  isRefused,
  isSuccess,
  receiptReading,
  refusal,
  requireFields,
  smsReading,
} from './readings.ts';

const WHATSAPP = 'whatsapp:';
const OPTED_OUT = '21610';
const TOO_FAST = '20429';
const UNKNOWN_TO_THEM = '20003';

const STATES = {
  accepted: 'pending',
  queued: 'pending',
  sending: 'pending',
  sent: 'pending',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'failed',
  failed: 'failed',
} as const;

export const twilioOptions = {
  account_sid: z.string().min(1).describe('Account SID, which begins with `AC`'),
  auth_token: secretSchema.describe('Auth token of the account: it signs what Twilio asks of us, too'),
  from: z
    .string()
    .optional()
    .describe('Number or name that messages come from. Default: from_addr of the message'),
  messaging_service_sid: z
    .string()
    .optional()
    .describe('SID of a messaging service that chooses the sender, in place of `from`. Default: none'),
  channel: z
    .enum(['sms', 'whatsapp'])
    .default('sms')
    .describe('What messages are sent by that answer none; answers go by what they came by. Default: sms'),
  mms: z
    .boolean()
    .default(false)
    .describe(
      'Whether SMS may bring files, as those of numbers of the United States and Canada do (MMS); else the addresses of files are in the text. WhatsApp always brings them. Default: false',
    ),
  ...limitOptions({ max: 1600, unit: 'utf16', tooLong: 'split' }),
  base_url: baseUrlOption('https://api.twilio.com'),
} as const;

type Config = ProviderConfig<typeof twilioOptions>;

/** Twilio, SMS and WhatsApp (spec channels §C). */
export const twilioTransport = defineProvider({
  type: 'twilio',
  summary: 'SMS and WhatsApp by Twilio, both ways, with delivery and read receipts',
  options: twilioOptions,
  addressFormat: 'plus',
  signs: true,
  routes: [
    {
      path: 'receive',
      purpose: 'webhook of incoming messages, HTTP POST',
      methods: ['POST'],
      verify,
      read: readMessage,
      answer: () => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: '<Response/>' }),
    },
    {
      path: 'status',
      purpose: 'status callbacks; each message names it itself',
      methods: ['POST'],
      verify,
      read: readStatus,
      answer: () => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: '<Response/>' }),
    },
  ],
  limits: ({ channel, mms }) => ({ quickReplies: null, media: channel === 'whatsapp' || mms }),
  sending: {
    pieces,
    receiptsByRemoteId: true,
    request: sendRequest,
    verdict: readVerdict,
  },
});

/** Over the URL as Twilio has it, and the fields of a form in the order of their names. */
function verify({ url, headers, body }: ChannelRequest, { auth_token }: Config): HttpAnswer | null {
  const digest = url.searchParams.get('bodySHA256');
  const fields = digest === null ? [...new URLSearchParams(body.toString('utf8'))] : [];
  const signed = fields.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => name + value);
  const key = auth_token.reveal();
  const expected = hmacOf({ hash: 'sha1', key, coding: 'base64' }, url.href, ...signed);
  const isWhole = digest === null || isSameSecret(digest, createHash('sha256').update(body).digest('hex'));
  return isWhole && isSigned(headers['x-twilio-signature'], expected) ? null : plain(401, 'Not Authorized');
}

function readMessage(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const sms = requireFields(fields, ['MessageSid', 'From', 'To']);
  if (isRefused(sms)) return [sms];
  const isWhatsapp = sms.From.startsWith(WHATSAPP);
  const payload = textAt(fields, 'ButtonPayload');
  const attachments = mediaOf(fields);
  const { ProfileName, WaId, AccountSid } = fields ?? {};
  return [
    smsReading({
      id: sms.MessageSid,
      from: plainAddress(sms.From),
      to: plainAddress(sms.To),
      content: textAt(fields, 'ButtonText') ?? textAt(fields, 'Body') ?? '',
      ...(isWhatsapp ? { transportType: 'whatsapp' } : {}),
      metadata: { twilio: { AccountSid, ProfileName, WaId } },
      received: {
        ...(attachments.length === 0 ? {} : { attachments }),
        ...(payload === undefined ? {} : { payload }),
      },
    }),
  ];
}

function mediaOf(fields: unknown): { content_type: string | undefined; url: string | undefined }[] {
  const count = Math.min(Number(textAt(fields, 'NumMedia') ?? 0) || 0, 10);
  return Array.from({ length: count }, (_, index) => ({
    content_type: textAt(fields, `MediaContentType${index}`),
    url: textAt(fields, `MediaUrl${index}`),
  }));
}

function readStatus(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const receipt = requireFields(fields, ['MessageSid', 'MessageStatus']);
  if (isRefused(receipt)) return [receipt];
  const { MessageSid: remoteId, MessageStatus: status } = receipt;
  const states: Readonly<Record<string, (typeof STATES)[keyof typeof STATES]>> = STATES;
  return receiptReading(
    states[status],
    { remoteId },
    { twilio: given({ status, error: textAt(fields, 'ErrorCode') }) },
  );
}

function plainAddress(address: string): string {
  return address.startsWith(WHATSAPP) ? address.slice(WHATSAPP.length) : address;
}

/** Each file goes with a text of its own; a template is one request. */
function pieces(message: UserMessage, config: Config): ReturnType<typeof richPieces> {
  if (templateOf(message) !== undefined) return [message];
  const text = textLimits('utf16')(config);
  return richPieces(message, { text, caption: text.max, hasCaption: () => true });
}

function templateOf({ helper_metadata }: UserMessage): string | undefined {
  return textAt(helper_metadata, 'send', 'template', 'name');
}

function sendRequest(message: UserMessage, config: Config, { publicUrl }: SendContext): ChannelRequestOut {
  const { account_sid, auth_token, base_url } = config;
  const isReply = message.in_reply_to !== null;
  const isWhatsapp = isReply ? message.transport_type === 'whatsapp' : config.channel === 'whatsapp';
  const written = (address: string | null | undefined): string | undefined =>
    address === null || address === undefined ? undefined : `${isWhatsapp ? WHATSAPP : ''}${address}`;
  const service = config.messaging_service_sid;
  const from = service === undefined ? written(config.from ?? message.from_addr) : undefined;
  const body = new URLSearchParams(
    given({
      To: written(message.to_addr),
      From: from,
      MessagingServiceSid: service,
      ...contentOf(message),
      StatusCallback: publicUrl('status'),
    }),
  );
  return {
    method: 'POST',
    url: `${base_url}/2010-04-01/Accounts/${encodeURIComponent(account_sid)}/Messages.json`,
    headers: { ...FORM, authorization: basicHeader(account_sid, auth_token.reveal()) },
    body: body.toString(),
  };
}

/** A template, which Twilio calls content, or the text, or a file with its own. */
function contentOf(message: UserMessage): Record<string, string | null | undefined> {
  const name = templateOf(message);
  const { helper_metadata, content } = message;
  const [file] = listAt(helper_metadata, 'send', 'attachments');
  if (name === undefined) return { Body: content ?? textAt(file, 'caption'), MediaUrl: textAt(file, 'url') };
  const variables = listAt(helper_metadata, 'send', 'template', 'variables');
  const numbered = Object.fromEntries(variables.map((value, index) => [index + 1, textAt(value) ?? '']));
  return { ContentSid: name, ContentVariables: JSON.stringify(numbered) };
}

function readVerdict(answer: Answered): Verdict | null {
  const said = readJson(answer.body);
  if (isSuccess(answer)) return { kind: 'accepted', remoteId: textAt(said, 'sid') };
  const code = textAt(said, 'code');
  if (code === TOO_FAST) return { kind: 'throttled' };
  if (code === UNKNOWN_TO_THEM) return { kind: 'unauthorized' };
  if (
    code === undefined ||
    answer.status < 400 ||
    answer.status >= 500 ||
    answer.status === 401 ||
    answer.status === 429
  )
    return null;
  return refusal(code, textAt(said, 'message'), code === OPTED_OUT ? { optedOut: true } : {});
}
