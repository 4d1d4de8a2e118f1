import { secretSchema, type UserMessage } from '@vumi/core';
import { basicHeader } from '@vumi/http';
import { z } from 'zod';
import type {
  Answered,
  ChannelRequestOut,
  ChannelToken,
  SendContext,
  Verdict,
} from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { at, readJson, textAt } from '../http/json.ts';
import { baseUrlOption, defineProvider, type ProviderConfig } from './provider.ts';
import {
  FORM,
  isRefused,
  isSuccess,
  JSON_BODY,
  receiptReading,
  refusal,
  requireFields,
  TAKEN,
} from './readings.ts';
import { readToken } from './oauth.ts';

const STATES: Readonly<Record<string, 'pending' | 'delivered' | 'failed'>> = {
  DeliveredToTerminal: 'delivered',
  DeliveryImpossible: 'failed',
  DeliveredToNetwork: 'pending',
  DeliveryUncertain: 'pending',
  MessageWaiting: 'pending',
};

export const orangeOptions = {
  client_id: z.string().min(1).describe('Client id of the application at Orange'),
  client_secret: secretSchema.describe('Its client secret'),
  sender: z
    .string()
    .optional()
    .describe('Number that messages come from, such as +2250000. Default: from_addr of the message'),
  base_url: baseUrlOption('https://api.orange.com'),
} as const;

type Config = ProviderConfig<typeof orangeOptions>;

/** OAuth by client credentials (RFC 6749 section 4.4). */
const token: ChannelToken<Config> = {
  request: ({ base_url, client_id, client_secret }) => ({
    method: 'POST',
    url: `${base_url}/oauth/v3/token`,
    headers: { ...FORM, authorization: basicHeader(client_id, client_secret.reveal()) },
    body: 'grant_type=client_credentials',
  }),
  read: readToken,
};

/** Orange's SMS API of Africa and the Middle East (spec channels §C): sends, and tells what became of it. */
export const orangeTransport = defineProvider({
  type: 'orange',
  summary: 'SMS by Orange (Africa and the Middle East), with delivery reports',
  options: orangeOptions,
  addressFormat: 'plus',
  routes: [
    {
      path: 'receipts',
      purpose: 'delivery notifications, which Orange is asked for at its portal',
      methods: ['POST'],
      read: readReceipt,
      answer: () => TAKEN,
    },
  ],
  sending: { receiptsByRemoteId: true, token, request: sendRequest, verdict: readVerdict },
});

function sendRequest(message: UserMessage, config: Config, context: SendContext): ChannelRequestOut {
  const sender = `tel:${config.sender ?? message.from_addr ?? ''}`;
  return {
    method: 'POST',
    url: `${config.base_url}/smsmessaging/v1/outbound/${encodeURIComponent(sender)}/requests`,
    headers: { ...JSON_BODY, authorization: `Bearer ${context.token}` },
    body: JSON.stringify({
      outboundSMSMessageRequest: {
        address: `tel:${message.to_addr ?? ''}`,
        senderAddress: sender,
        outboundSMSTextMessage: { message: message.content },
      },
    }),
  };
}

function readVerdict(answer: Answered): Verdict | null {
  const said = readJson(answer.body);
  if (isSuccess(answer)) {
    const url = textAt(said, 'outboundSMSMessageRequest', 'resourceURL') ?? textAt(said, 'resourceURL');
    return { kind: 'accepted', remoteId: url?.split('/').at(-1) };
  }
  const error = at(said, 'requestError', 'policyException') ?? at(said, 'requestError', 'serviceException');
  if (error === undefined || answer.status === 401 || answer.status === 429 || answer.status >= 500)
    return null;
  return refusal(textAt(error, 'messageId'), textAt(error, 'text'));
}

function readReceipt({ body }: ChannelRequest): readonly Reading[] {
  const notification = at(readJson(body), 'deliveryInfoNotification');
  const receipt = requireFields(
    {
      callbackData: textAt(notification, 'callbackData'),
      deliveryStatus: textAt(notification, 'deliveryInfo', 'deliveryStatus'),
    },
    ['callbackData', 'deliveryStatus'],
  );
  if (isRefused(receipt)) return [receipt];
  const { callbackData: remoteId, deliveryStatus: status } = receipt;
  return receiptReading(STATES[status], { remoteId }, { orange: { status } });
}
