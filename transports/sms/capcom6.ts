import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import { secretSchema, type UserMessage } from '@vumi/core';
import { basicHeader, type HttpAnswer } from '@vumi/http';
import { z } from 'zod';
import { plain } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { at, readJson, textAt } from '../http/json.ts';
import { hmacOf, isFresh, isSigned } from '../http/signatures.ts';
import { baseUrlOption, defineProvider, type ProviderConfig } from './provider.ts';
import {
  given,
  isRefused,
  isSuccess,
  JSON_BODY,
  receiptReading,
  refusal,
  requireFields,
  smsReading,
  TAKEN,
} from './readings.ts';

/** It has the message already. */
const CONFLICT = 409;

const EVENTS = { 'sms:sent': 'pending', 'sms:delivered': 'delivered', 'sms:failed': 'failed' } as const;
const STATES = {
  Pending: null,
  Processed: null,
  Sent: 'pending',
  Delivered: 'delivered',
  Failed: 'failed',
} as const;

export const capcom6Options = {
  username: z.string().min(1).describe('Name that the app shows'),
  password: secretSchema.describe('Password that the app shows'),
  signing_key: secretSchema
    .optional()
    .describe(
      'Key with which webhooks are signed, as the app shows it. Default: none, only the path is secret',
    ),
  device_id: z.string().optional().describe('Phone that sends, where the account has several. Default: any'),
  sim_number: z.int().min(1).max(3).optional().describe('SIM card that sends. Default: as the phone is set'),
  poll_states: z
    .boolean()
    .default(false)
    .describe('Whether the phone is asked what became of messages, where it cannot call us. Default: false'),
  base_url: baseUrlOption('https://api.sms-gate.app/3rdparty/v1'),
} as const;

type Config = ProviderConfig<typeof capcom6Options>;

/**
 * "SMS Gateway for Android", by its cloud, a private server or a phone itself (spec channels §C). It takes our ids, so that
 * what is sent again is one message.
 */
export const capcom6Transport = defineProvider({
  type: 'capcom6',
  summary: 'SMS by an Android phone with the app SMS Gateway (capcom6), both ways, with delivery reports',
  options: capcom6Options,
  addressFormat: 'plus',
  routes: [
    {
      path: '',
      purpose: 'webhook of the events sms:received, sms:sent, sms:delivered and sms:failed',
      methods: ['POST'],
      verify,
      read: readEvent,
      answer: () => TAKEN,
    },
  ],
  announce,
  sending: {
    idempotent: true,
    receiptsByRemoteId: true,
    request: (message, config) => ({
      method: 'POST',
      url: `${config.base_url}/messages`,
      headers: { ...JSON_BODY, ...credentials(config) },
      body: JSON.stringify(writeMessage(message, config)),
    }),
    verdict: readVerdict,
    query: {
      isOpen: ({ poll_states }: Config) => poll_states,
      request: (messageId, config) => ({
        method: 'GET',
        url: `${config.base_url}/messages/${encodeURIComponent(messageId)}`,
        headers: { accept: 'application/json', ...credentials(config) },
      }),
      read: readState,
    },
  },
});

/** Each event has a webhook of its own; the same id again is the same webhook. */
function announce(config: Config, url: string | null): readonly ChannelRequestOut[] | null {
  if (url === null) return config.poll_states ? [] : null;
  return ['sms:received', ...Object.keys(EVENTS)].map((event) => ({
    method: 'POST',
    url: `${config.base_url}/webhooks`,
    headers: { ...JSON_BODY, ...credentials(config) },
    body: JSON.stringify({
      id: `vumi-${event}`.replace(':', '-'),
      url,
      event,
      ...given({ device_id: config.device_id }),
    }),
  }));
}

function credentials({ username, password }: Config): Record<string, string> {
  return { authorization: basicHeader(username, password.reveal()) };
}

function writeMessage(
  { message_id: id, to_addr, content }: UserMessage,
  config: Config,
): Record<string, unknown> {
  const { sim_number, device_id: deviceId } = config;
  return {
    id,
    textMessage: { text: content },
    phoneNumbers: [to_addr],
    withDeliveryReport: true,
    ...(sim_number === undefined ? {} : { simNumber: sim_number }),
    ...given({ deviceId }),
  };
}

function verify(
  { headers, body }: ChannelRequest,
  { signing_key: key }: Config,
  now: number,
): HttpAnswer | null {
  if (key === undefined) return null;
  const at = headers['x-timestamp'];
  const timestamp = typeof at === 'string' ? at : '';
  const expected = hmacOf({ hash: 'sha256', key: key.reveal() }, body, timestamp);
  const isRight = isSigned(headers['x-signature'], expected) && isFresh(timestamp, now);
  return isRight ? null : plain(401, 'Not Authorized');
}

/** The id of the envelope: that of a received message is made of its content, and comes again with the same words. */
function readEvent({ body }: ChannelRequest): readonly Reading[] {
  const event = readJson(body);
  const envelope = requireFields({ id: textAt(event, 'id'), event: textAt(event, 'event') }, ['id', 'event']);
  if (isRefused(envelope)) return [envelope];
  const payload = at(event, 'payload');
  if (envelope.event === 'sms:received') return readMessage(envelope.id, payload);
  const states: Readonly<Record<string, ReceiptReading['status']>> = EVENTS;
  const messageId = textAt(payload, 'messageId') ?? '';
  const metadata = { capcom6: given({ event: envelope.event, reason: textAt(payload, 'reason') }) };
  return messageId === '' ? [] : receiptReading(states[envelope.event], { messageId }, metadata);
}

function readMessage(id: string, payload: unknown): readonly Reading[] {
  const from = textAt(payload, 'sender') ?? textAt(payload, 'phoneNumber');
  const sms = requireFields({ sender: from, message: textAt(payload, 'message') }, ['sender', 'message']);
  if (isRefused(sms)) return [sms];
  const { receivedAt, simNumber } = (payload ?? {}) as Record<string, unknown>;
  const metadata = { capcom6: { receivedAt, simNumber } };
  return [
    smsReading({
      id,
      from: sms.sender,
      to: textAt(payload, 'recipient') ?? '',
      content: sms.message,
      metadata,
    }),
  ];
}

function readVerdict(answer: Answered): Verdict | null {
  if (isSuccess(answer) || answer.status === CONFLICT) return { kind: 'accepted' };
  const text = textAt(readJson(answer.body), 'message');
  const isRefusal = answer.status === 400 && text !== undefined;
  return isRefusal ? refusal(String(answer.status), text) : null;
}

function readState(answer: Answered, messageId: string): ReceiptReading | null {
  const state = textAt(readJson(answer.body), 'state') ?? '';
  const states: Readonly<Record<string, ReceiptReading['status'] | null>> = STATES;
  const status = isSuccess(answer) ? (states[state] ?? null) : null;
  return status === null ? null : { kind: 'receipt', messageId, status, metadata: { capcom6: { state } } };
}
