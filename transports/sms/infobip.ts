import { secretSchema, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { json } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, SendContext, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { at, listAt, readJson, textAt } from '../http/json.ts';
import { defineProvider, type ProviderConfig } from './provider.ts';
import {
  isRefused,
  isSuccess,
  JSON_BODY,
  receiptReading,
  refusal,
  requireFields,
  smsReading,
  TAKEN,
} from './readings.ts';

/** Pending and delivered. */
const TAKEN_GROUPS = new Set(['1', '3']);

const STATES: Readonly<Record<string, 'pending' | 'delivered' | 'failed'>> = {
  PENDING: 'pending',
  DELIVERED: 'delivered',
  UNDELIVERABLE: 'failed',
  EXPIRED: 'failed',
  REJECTED: 'failed',
};

export const infobipOptions = {
  base_url: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Your own address of the API, such as https://xyz.api.infobip.com'),
  api_key: secretSchema.describe('API key'),
  from: z.string().optional().describe('Sender of messages. Default: from_addr of the message'),
} as const;

type Config = ProviderConfig<typeof infobipOptions>;

/** Infobip, SMS both ways (spec channels §C). It takes our ids, so that what is sent again is one message. */
export const infobipTransport = defineProvider({
  type: 'infobip',
  summary: 'SMS by Infobip, both ways, with delivery reports',
  options: infobipOptions,
  addressFormat: 'plain',
  routes: [
    {
      path: '',
      purpose: 'where incoming messages are forwarded, as JSON',
      methods: ['POST'],
      read: (request) => eachResult(request, readMessage),
      answer: () => TAKEN,
    },
    {
      path: 'receipts',
      purpose: 'delivery reports; each message names it itself',
      methods: ['POST'],
      read: (request) => eachResult(request, readReceipt),
      answer: () => TAKEN,
    },
  ],
  sending: { idempotent: true, request: sendRequest, verdict: readVerdict },
});

function eachResult(
  { body }: ChannelRequest,
  read: (result: unknown) => readonly Reading[],
): readonly Reading[] {
  const results = at(readJson(body), 'results');
  if (!Array.isArray(results))
    return [{ kind: 'refused', answer: json(400, { missing_parameter: ['results'] }) }];
  return results.flatMap(read);
}

function readMessage(result: unknown): readonly Reading[] {
  const sms = requireFields(result as Record<string, unknown>, ['messageId', 'from', 'to', 'text']);
  if (isRefused(sms)) return [sms];
  const { messageId: id, from, to, text: content } = sms;
  const { keyword, cleanText, receivedAt } = result as Record<string, unknown>;
  return [smsReading({ id, from, to, content, metadata: { infobip: { keyword, cleanText, receivedAt } } })];
}

function readReceipt(result: unknown): readonly Reading[] {
  const receipt = requireFields(result as Record<string, unknown>, ['messageId']);
  if (isRefused(receipt)) return [receipt];
  const status = textAt(result, 'status', 'groupName') ?? '';
  const metadata = {
    infobip: { status, name: textAt(result, 'status', 'name'), error: textAt(result, 'error', 'name') },
  };
  return receiptReading(STATES[status], { messageId: receipt.messageId }, metadata);
}

function sendRequest(message: UserMessage, config: Config, { publicUrl }: SendContext): ChannelRequestOut {
  const url = publicUrl('receipts');
  const delivery = { url, intermediateReport: true, contentType: 'application/json' };
  const one = {
    from: config.from ?? message.from_addr,
    destinations: [{ to: message.to_addr, messageId: message.message_id }],
    content: { text: message.content },
    ...(url === null ? {} : { webhooks: { delivery } }),
  };
  return {
    method: 'POST',
    url: `${config.base_url}/sms/3/messages`,
    headers: { ...JSON_BODY, authorization: `App ${config.api_key.reveal()}` },
    body: JSON.stringify({ messages: [one] }),
  };
}

function readVerdict(answer: Answered): Verdict | null {
  const said = readJson(answer.body);
  if (!isSuccess(answer)) {
    const code = textAt(said, 'requestError', 'serviceException', 'messageId') ?? textAt(said, 'errorCode');
    if (code === undefined || answer.status !== 400) return null;
    const text = textAt(said, 'requestError', 'serviceException', 'text') ?? textAt(said, 'description');
    return refusal(code, text);
  }
  const status = at(listAt(said, 'messages')[0], 'status');
  // It calls the message by our id.
  if (status === undefined || TAKEN_GROUPS.has(textAt(status, 'groupId') ?? '')) return { kind: 'accepted' };
  return refusal(textAt(status, 'name') ?? textAt(status, 'groupId'), textAt(status, 'description'));
}
