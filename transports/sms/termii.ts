import { secretSchema, type UserMessage } from '@vumi/core';
import type { HttpAnswer } from '@vumi/http';
import { z } from 'zod';
import { plain } from '../http/answers.ts';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { readJson, textAt } from '../http/json.ts';
import { hmacOf, isSigned } from '../http/signatures.ts';
import { baseUrlOption, defineProvider, type ProviderConfig } from './provider.ts';
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

const NO_BALANCE = /insufficient balance/i;
/** How its words for states begin. */
const STATES: readonly (readonly [RegExp, 'pending' | 'delivered' | 'failed'])[] = [
  [/^delivered/i, 'delivered'],
  [/^message sent/i, 'pending'],
  [/^(?:dnd active|message failed|rejected|expired)/i, 'failed'],
];

export const termiiOptions = {
  api_key: secretSchema.describe('API key, from the dashboard'),
  secret_key: secretSchema
    .optional()
    .describe('Secret key, with which Termii signs its events. Default: none, only the path is secret'),
  from: z.string().optional().describe('Sender id. Default: from_addr of the message'),
  channel: z
    .enum(['generic', 'dnd', 'whatsapp'])
    .default('generic')
    .describe(
      'Route of messages: generic, dnd (reaches those who want no advertising), whatsapp. Default: generic',
    ),
  base_url: baseUrlOption('https://api.ng.termii.com'),
} as const;

type Config = ProviderConfig<typeof termiiOptions>;

/** Termii, SMS both ways (spec channels §C). One address takes messages and receipts. */
export const termiiTransport = defineProvider({
  type: 'termii',
  summary: 'SMS by Termii (Nigeria), both ways, with delivery reports',
  options: termiiOptions,
  addressFormat: 'plain',
  routes: [
    {
      path: '',
      purpose: 'webhook URL of events',
      methods: ['POST'],
      verify,
      read: readEvent,
      answer: () => TAKEN,
    },
  ],
  sending: {
    receiptsByRemoteId: true,
    request: ({ to_addr: to, from_addr, content: sms }: UserMessage, config) => ({
      method: 'POST',
      url: `${config.base_url}/api/sms/send`,
      headers: JSON_BODY,
      body: JSON.stringify({
        api_key: config.api_key.reveal(),
        to,
        from: config.from ?? from_addr,
        sms,
        type: 'plain',
        channel: config.channel,
      }),
    }),
    verdict: readVerdict,
  },
});

function verify({ headers, body }: ChannelRequest, { secret_key: secret }: Config): HttpAnswer | null {
  if (secret === undefined) return null;
  const expected = hmacOf({ hash: 'sha512', key: secret.reveal() }, body);
  return isSigned(headers['x-termii-signature'], expected) ? null : plain(401, 'Not Authorized');
}

function readEvent(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  return textAt(fields, 'type') === 'outbound' ? readReceipt(fields) : readMessage(fields);
}

function readMessage(fields: Record<string, unknown> | null): readonly Reading[] {
  const sms = requireFields(fields, ['message_id', 'sender', 'receiver', 'message']);
  if (isRefused(sms)) return [sms];
  return [smsReading({ id: sms.message_id, from: sms.sender, to: sms.receiver, content: sms.message })];
}

function readReceipt(fields: Record<string, unknown> | null): readonly Reading[] {
  const receipt = requireFields(fields, ['message_id', 'status']);
  if (isRefused(receipt)) return [receipt];
  const state = STATES.find(([word]) => word.test(receipt.status))?.[1];
  return receiptReading(state, { remoteId: receipt.message_id }, { termii: { status: receipt.status } });
}

function readVerdict(answer: Answered): Verdict | null {
  const said = readJson(answer.body);
  const text = textAt(said, 'message');
  if (isSuccess(answer)) {
    const remoteId = textAt(said, 'message_id');
    const code = textAt(said, 'code');
    const isTaken = remoteId !== undefined || code === 'ok' || (code === undefined && text === undefined);
    return isTaken ? { kind: 'accepted', remoteId } : refusal(code, text);
  }
  if (text === undefined || !NO_BALANCE.test(text)) return null;
  return refusal(String(answer.status), text, { degraded: 'Termii says that the balance is used up' });
}
