import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { at, readJson, textAt } from '../http/json.ts';
import { baseUrlOption, defineProvider } from './provider.ts';
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

const LIVE = 'https://api.africastalking.com';
const SANDBOX = 'https://api.sandbox.africastalking.com';
const ACCEPTED = new Set(['100', '101', '102']);
const NO_BALANCE = '405';
const OPTED_OUT = '406';

const STATES = {
  Sent: 'pending',
  Submitted: 'pending',
  Buffered: 'pending',
  Success: 'delivered',
  Rejected: 'failed',
  Failed: 'failed',
  Expired: 'failed',
} as const;

export const africasTalkingOptions = {
  username: z
    .string()
    .min(1)
    .describe('Name of the application at Africa’s Talking; `sandbox` in its sandbox'),
  api_key: secretSchema.describe('API key of the application'),
  sender: z
    .string()
    .min(1)
    .optional()
    .describe('Short code or alphanumeric sender of messages. Default: from_addr of the message'),
  sandbox: z
    .boolean()
    .default(false)
    .describe('Whether to send to the sandbox in place of base_url. Default: false'),
  base_url: baseUrlOption(LIVE),
} as const;

/** Africa's Talking, SMS both ways (spec channels §C). It signs nothing: the path is secret. */
export const africasTalkingTransport = defineProvider({
  type: 'africas_talking',
  summary: 'SMS by Africa’s Talking, both ways, with delivery reports',
  options: africasTalkingOptions,
  addressFormat: 'plus',
  routes: [
    {
      path: '',
      purpose: 'callback URL of incoming messages',
      methods: ['POST'],
      read: readMessage,
      answer: () => TAKEN,
    },
    {
      path: 'receipts',
      purpose: 'callback URL of delivery reports',
      methods: ['POST'],
      read: readReceipt,
      answer: () => TAKEN,
    },
  ],
  sending: {
    receiptsByRemoteId: true,
    request: ({ to_addr, from_addr, content, transport_metadata }, { username, api_key, ...config }) => ({
      method: 'POST',
      url: `${config.sandbox ? SANDBOX : config.base_url}/version1/messaging`,
      headers: { ...FORM, apikey: api_key.reveal() },
      body: formBody({
        username,
        to: to_addr,
        message: content,
        from: config.sender ?? from_addr,
        linkId: textAt(transport_metadata, 'africas_talking', 'linkId'),
      }),
    }),
    verdict: readVerdict,
  },
});

function readMessage(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const sms = requireFields(fields, ['from', 'to', 'text']);
  if (isRefused(sms)) return [sms];
  const { from, to, text: content } = sms;
  const { date, linkId, networkCode } = fields ?? {};
  const metadata = { africas_talking: { date, linkId, networkCode } };
  return [smsReading({ id: textAt(fields, 'id'), from, to, content, metadata })];
}

function readReceipt(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const receipt = requireFields(fields, ['id', 'status']);
  if (isRefused(receipt)) return [receipt];
  const { failureReason, networkCode, retryCount } = fields ?? {};
  const metadata = { africas_talking: { status: receipt.status, failureReason, networkCode, retryCount } };
  const status = STATES[receipt.status as keyof typeof STATES] as
    | (typeof STATES)[keyof typeof STATES]
    | undefined;
  return receiptReading(status, { remoteId: receipt.id }, metadata);
}

/** What it refuses stands in answers of success. */
function readVerdict(answer: Answered): Verdict | null {
  if (!isSuccess(answer)) return null;
  const data = at(readJson(answer.body), 'SMSMessageData');
  const recipient = at(data, 'Recipients', 0);
  if (recipient === undefined) return refusal(undefined, textAt(data, 'Message'));
  const code = textAt(recipient, 'statusCode') ?? '';
  const status = textAt(recipient, 'status');
  if (ACCEPTED.has(code) || status === 'Success')
    return { kind: 'accepted', remoteId: textAt(recipient, 'messageId') };
  return refusal(code, status, {
    ...(code === OPTED_OUT ? { optedOut: true } : {}),
    ...(code === NO_BALANCE ? { degraded: 'Africa’s Talking says that the balance is used up' } : {}),
  });
}
