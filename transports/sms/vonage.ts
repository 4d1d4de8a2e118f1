import { createHash } from 'node:crypto';
import { secretSchema, type UserMessage } from '@vumi/core';
import type { HttpAnswer } from '@vumi/http';
import { isGsmText } from './gsm-text.ts';
import { z } from 'zod';
import { plain } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, SendContext, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { at, listAt, readJson, textAt } from '../http/json.ts';
import type { TextPart } from '../http/part-join.ts';
import { hmacOf, isFresh, isSigned } from '../http/signatures.ts';
import { baseUrlOption, defineProvider, type ProviderConfig } from './provider.ts';
import {
  FORM,
  fieldsOf,
  formBody,
  isRefused,
  isSuccess,
  receiptReading,
  refusal,
  requireFields,
  smsReading,
  TAKEN,
} from './readings.ts';

const THROTTLED = '1';
const NO_BALANCE = '9';
const MOST_PARTS = 255;

const STATES: Readonly<Record<string, 'pending' | 'delivered' | 'failed'>> = {
  delivered: 'delivered',
  failed: 'failed',
  expired: 'failed',
  rejected: 'failed',
  accepted: 'pending',
  buffered: 'pending',
  unknown: 'pending',
};

const METHODS = ['md5hash', 'md5', 'sha1', 'sha256', 'sha512'] as const;

export const vonageOptions = {
  api_key: z.string().min(1).describe('API key'),
  api_secret: secretSchema.describe('API secret'),
  from: z
    .string()
    .optional()
    .describe('Number or name that messages come from. Default: from_addr of the message'),
  signature_secret: secretSchema
    .optional()
    .describe(
      'Signature secret of the account, with which Vonage signs. Default: none, only the path is secret',
    ),
  signature_method: z.enum(METHODS).default('md5hash').describe('How it signs. Default: md5hash'),
  base_url: baseUrlOption('https://rest.nexmo.com'),
} as const;

type Config = ProviderConfig<typeof vonageOptions>;

/** Vonage's SMS API (spec channels §C). */
export const vonageTransport = defineProvider({
  type: 'vonage',
  summary: 'SMS by Vonage (Nexmo), both ways, with delivery receipts',
  options: vonageOptions,
  addressFormat: 'plain',
  routes: [
    {
      path: '',
      purpose: 'webhook of inbound SMS',
      methods: ['GET', 'POST'],
      verify,
      read: readMessage,
      answer: () => TAKEN,
    },
    {
      path: 'receipts',
      purpose: 'webhook of delivery receipts; each message names it itself',
      methods: ['GET', 'POST'],
      verify,
      read: readReceipt,
      answer: () => TAKEN,
    },
  ],
  joinsParts: true,
  sending: { receiptsByRemoteId: true, request: sendRequest, verdict: readVerdict },
});

/** Over all fields but the signature, in the order of their names. */
function verify(request: ChannelRequest, config: Config, now: number): HttpAnswer | null {
  const { signature_secret: secret, signature_method: method } = config;
  if (secret === undefined) return null;
  const fields = fieldsOf(request) ?? {};
  const { sig, ...signed } = fields;
  const expected = signatureOf(signed, { method, secret: secret.reveal() });
  const isRight = isSigned(typeof sig === 'string' ? sig.toLowerCase() : undefined, expected);
  return isRight && isFresh(fields['timestamp'], now) ? null : plain(401, 'Not Authorized');
}

function signatureOf(
  fields: Readonly<Record<string, unknown>>,
  { method, secret }: { method: Config['signature_method']; secret: string },
): string {
  const text = Object.entries(fields)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `&${name}=${String(value).replaceAll(/[&=]/g, '_')}`)
    .join('');
  if (method === 'md5hash')
    return createHash('md5')
      .update(text + secret)
      .digest('hex');
  return hmacOf({ hash: method, key: secret }, text);
}

function readMessage(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const sms = requireFields(fields, ['msisdn', 'to', 'messageId']);
  if (isRefused(sms)) return [sms];
  const metadata = { vonage: { 'message-timestamp': fields?.['message-timestamp'], type: fields?.['type'] } };
  const { msisdn: from, to, messageId: id } = sms;
  const reading = smsReading({ id, from, to, content: textAt(fields, 'text') ?? '', metadata });
  const part = partOf(fields ?? {});
  return [reading.kind === 'message' && part !== null ? { ...reading, part } : reading];
}

/** Which part of a long text it is; null for a text in one. */
function partOf(fields: Readonly<Record<string, unknown>>): TextPart | null {
  if (textAt(fields, 'concat') !== 'true' && at(fields, 'concat') !== true) return null;
  const [number, total] = [Number(textAt(fields, 'concat-part')), Number(textAt(fields, 'concat-total'))];
  const isPart =
    Number.isInteger(number) &&
    Number.isInteger(total) &&
    number >= 1 &&
    number <= total &&
    total <= MOST_PARTS;
  return isPart ? { reference: textAt(fields, 'concat-ref') ?? '', number, total } : null;
}

function readReceipt(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const receipt = requireFields(fields, ['messageId', 'status']);
  if (isRefused(receipt)) return [receipt];
  const metadata = { vonage: { status: receipt.status, 'err-code': fields?.['err-code'] } };
  return receiptReading(STATES[receipt.status], { remoteId: receipt.messageId }, metadata);
}

function sendRequest(message: UserMessage, config: Config, { publicUrl }: SendContext): ChannelRequestOut {
  const { content } = message;
  return {
    method: 'POST',
    url: `${config.base_url}/sms/json`,
    headers: FORM,
    body: formBody({
      api_key: config.api_key,
      api_secret: config.api_secret.reveal(),
      from: config.from ?? message.from_addr,
      to: message.to_addr,
      text: content,
      type: isGsmText(content ?? '') ? 'text' : 'unicode',
      callback: publicUrl('receipts'),
    }),
  };
}

/** One answer for each SMS that it made of the text. */
function readVerdict(answer: Answered): Verdict | null {
  if (!isSuccess(answer)) return null;
  const parts = listAt(readJson(answer.body), 'messages');
  const refused = parts.find((part) => textAt(part, 'status') !== '0');
  if (refused === undefined) {
    const ids = parts.map((part) => textAt(part, 'message-id') ?? '').filter((id) => id !== '');
    return { kind: 'accepted', remoteId: ids.length === 0 ? undefined : ids.join(',') };
  }
  const code = textAt(refused, 'status');
  if (code === THROTTLED) return { kind: 'throttled' };
  const balance = code === NO_BALANCE ? { degraded: 'Vonage says that the balance is used up' } : {};
  return refusal(code, textAt(refused, 'error-text'), balance);
}
