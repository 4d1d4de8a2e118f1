import { secretSchema, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import type {
  Answered,
  ChannelRequestOut,
  ChannelToken,
  SendContext,
  Verdict,
} from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { readJson, textAt } from '../http/json.ts';
import { readToken } from './oauth.ts';
import { baseUrlOption, defineProvider, type ProviderConfig } from './provider.ts';
import {
  FORM,
  fieldsOf,
  formBody,
  isRefused,
  isSuccess,
  JSON_BODY,
  receiptReading,
  requireFields,
  smsReading,
  TAKEN,
} from './readings.ts';

/** How its words for states begin. */
const STATES: readonly (readonly [RegExp, 'delivered' | 'failed'])[] = [
  [/^(?:delivrd|deliveredtoterminal)/i, 'delivered'],
  [/^(?:expired|undeliv|rejectd)/i, 'failed'],
];

export const mtnOptions = {
  client_id: z.string().min(1).describe('Consumer key of the application at MTN'),
  client_secret: secretSchema.describe('Its consumer secret'),
  sender: z
    .string()
    .optional()
    .describe('Short code or name that messages come from. Default: from_addr of the message'),
  base_url: baseUrlOption('https://api.mtn.com'),
} as const;

type Config = ProviderConfig<typeof mtnOptions>;

const token: ChannelToken<Config> = {
  request: ({ base_url, client_id, client_secret }) => ({
    method: 'POST',
    url: `${base_url}/v1/oauth/access_token?grant_type=client_credentials`,
    headers: FORM,
    body: formBody({ client_id, client_secret: client_secret.reveal() }),
  }),
  read: readToken,
};

/** MTN's SMS API, version 2 (spec channels §C). It takes our ids, so that what is sent again is one message. */
export const mtnTransport = defineProvider({
  type: 'mtn',
  summary: 'SMS by MTN’s API (MADAPI), both ways, with delivery reports',
  options: mtnOptions,
  addressFormat: 'plain',
  routes: [
    {
      path: '',
      purpose: 'callback URL of messages and delivery reports',
      methods: ['POST'],
      read: readEvent,
      answer: () => TAKEN,
    },
  ],
  sending: { idempotent: true, receiptsByRemoteId: true, token, request: sendRequest, verdict: readVerdict },
});

function readEvent(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  return textAt(fields, 'deliveryStatus') === undefined ? readMessage(fields) : readReceipt(fields);
}

function readMessage(fields: Record<string, unknown> | null): readonly Reading[] {
  const sms = requireFields(fields, ['senderAddress', 'receiverAddress', 'message']);
  if (isRefused(sms)) return [sms];
  const metadata = { mtn: { created: fields?.['created'] } };
  const id = textAt(fields, 'id');
  return [
    smsReading({ id, from: sms.senderAddress, to: sms.receiverAddress, content: sms.message, metadata }),
  ];
}

function readReceipt(fields: Record<string, unknown> | null): readonly Reading[] {
  const receipt = requireFields(fields, ['transactionId', 'deliveryStatus']);
  if (isRefused(receipt)) return [receipt];
  const { transactionId: remoteId, deliveryStatus: status } = receipt;
  const state = STATES.find(([word]) => word.test(status))?.[1] ?? 'pending';
  return receiptReading(state, { remoteId }, { mtn: { status } });
}

function sendRequest(message: UserMessage, config: Config, context: SendContext): ChannelRequestOut {
  return {
    method: 'POST',
    url: `${config.base_url}/v2/messages/sms/outbound`,
    headers: { ...JSON_BODY, authorization: `Bearer ${context.token}` },
    body: JSON.stringify({
      senderAddress: config.sender ?? message.from_addr,
      receiverAddress: [message.to_addr],
      message: message.content,
      clientCorrelator: message.message_id,
    }),
  };
}

function readVerdict(answer: Answered): Verdict | null {
  if (!isSuccess(answer)) return null;
  return { kind: 'accepted', remoteId: textAt(readJson(answer.body), 'transactionId') };
}
