import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { at, readJson, textAt } from '../http/json.ts';
import { baseUrlOption, defineProvider } from './provider.ts';
import {
  fieldsOf,
  isRefused,
  isSuccess,
  JSON_BODY,
  receiptReading,
  refusal,
  requireFields,
  smsReading,
  TAKEN,
} from './readings.ts';

const STATES: Readonly<Record<string, 'pending' | 'delivered' | 'failed'>> = {
  ...Object.fromEntries(['1', '5', '6', '7', '9', '10', '12', '14'].map((code) => [code, 'failed'] as const)),
  ...Object.fromEntries(['2', '3', '8', '11'].map((code) => [code, 'pending'] as const)),
  4: 'delivered',
};

export const clickatellOptions = {
  api_key: secretSchema.describe('API key of the integration'),
  from: z
    .string()
    .optional()
    .describe('Number of ours, where the account is two-way. Default: from_addr of the message'),
  channel: z.enum(['sms', 'whatsapp']).default('sms').describe('What messages are sent by. Default: sms'),
  base_url: baseUrlOption('https://platform.clickatell.com'),
} as const;

/** Clickatell's One API (spec channels §C). It signs nothing: the path is secret. */
export const clickatellTransport = defineProvider({
  type: 'clickatell',
  summary: 'SMS and WhatsApp by Clickatell, both ways, with delivery reports',
  options: clickatellOptions,
  addressFormat: 'plain',
  routes: [
    { path: '', purpose: 'reply callback URL', methods: ['POST'], read: readMessage, answer: () => TAKEN },
    {
      path: 'receipts',
      purpose: 'delivery notification callback URL',
      methods: ['POST'],
      read: readReceipt,
      answer: () => TAKEN,
    },
  ],
  sending: {
    receiptsByRemoteId: true,
    request: ({ to_addr: to, from_addr, content }, { api_key, channel, from = from_addr, base_url }) => ({
      method: 'POST',
      url: `${base_url}/v1/message`,
      headers: { ...JSON_BODY, authorization: api_key.reveal() },
      body: JSON.stringify({ messages: [{ channel, to, content, ...(from === null ? {} : { from }) }] }),
    }),
    verdict: readVerdict,
  },
});

function readMessage(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const sms = requireFields(fields, ['messageId', 'fromNumber', 'toNumber', 'text']);
  if (isRefused(sms)) return [sms];
  const { messageId: id, fromNumber: from, toNumber: to } = sms;
  const content = decodeText(sms.text, textAt(fields, 'charset') ?? '');
  return [
    smsReading({ id, from, to, content, metadata: { clickatell: { timestamp: fields?.['timestamp'] } } }),
  ];
}

/** Its octets stand as `%04` in the text, where the character set is none of the web's. */
function decodeText(text: string, charset: string): string {
  const name = charset.toLowerCase();
  if (name !== 'utf-16be' && name !== 'iso-8859-1') return text;
  const decoder = new TextDecoder(name === 'utf-16be' ? name : 'latin1');
  return text
    .replaceAll('+', ' ')
    .replaceAll(/(?:%[\da-f]{2})+/gi, (octets) =>
      decoder.decode(Buffer.from(octets.replaceAll('%', ''), 'hex')),
    );
}

function readReceipt(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const receipt = requireFields(fields, ['messageId', 'statusCode']);
  if (isRefused(receipt)) return [receipt];
  const metadata = { clickatell: { statusCode: receipt.statusCode, status: fields?.['status'] } };
  return receiptReading(STATES[receipt.statusCode], { remoteId: receipt.messageId }, metadata);
}

function readVerdict(answer: Answered): Verdict | null {
  if (!isSuccess(answer)) return null;
  const one = at(readJson(answer.body), 'messages', 0);
  if (at(one, 'accepted') !== false) return { kind: 'accepted', remoteId: textAt(one, 'apiMessageId') };
  return refusal(textAt(one, 'error', 'code'), textAt(one, 'error', 'description'));
}
