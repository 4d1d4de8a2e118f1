import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import { secretSchema } from '@vumi/core';
import { basicHeader } from '@vumi/http';
import { z } from 'zod';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import { readJson } from '../http/json.ts';
import { baseUrlOption, defineProvider, type ProviderConfig } from './provider.ts';
import { isSuccess, JSON_BODY, refusal } from './readings.ts';

/** How its words for states begin; it has no others that are final. */
const STATES: readonly (readonly [RegExp, 'delivered' | 'failed'])[] = [
  [/^delivered/i, 'delivered'],
  [/^(?:undeliver|failed|rejected|expired|blacklisted|no ?route|unroutable)/i, 'failed'],
];

export const hubtelOptions = {
  client_id: z.string().min(1).describe('Client id of the API key'),
  client_secret: secretSchema.describe('Its client secret'),
  sender: z
    .string()
    .optional()
    .describe('Name that messages come from, as registered. Default: from_addr of the message'),
  base_url: baseUrlOption('https://sms.hubtel.com'),
} as const;

type Config = ProviderConfig<typeof hubtelOptions>;

/** Hubtel, sending SMS (spec channels §C). It tells nothing: it is asked what became of each message. */
export const hubtelTransport = defineProvider({
  type: 'hubtel',
  summary: 'SMS by Hubtel (Ghana), which is asked what became of them',
  options: hubtelOptions,
  addressFormat: 'plus',
  routes: [],
  sending: {
    receiptsByRemoteId: true,
    request: ({ to_addr: To, from_addr, content: Content }, config) => ({
      method: 'POST',
      url: `${config.base_url}/v1/messages/send`,
      headers: { ...JSON_BODY, ...credentials(config) },
      body: JSON.stringify({ From: config.sender ?? from_addr, To, Content }),
    }),
    verdict: readVerdict,
    query: {
      request: (remoteId, config) => ({
        method: 'GET',
        url: `${config.base_url}/v1/messages/${encodeURIComponent(remoteId)}`,
        headers: { accept: 'application/json', ...credentials(config) },
      }),
      read: readState,
    },
  },
});

function credentials({ client_id, client_secret }: Config): Record<string, string> {
  return { authorization: basicHeader(client_id, client_secret.reveal()) };
}

/** Its fields are now in one case, now in another. */
function lowerFields({ body }: Answered): Readonly<Record<string, string>> {
  const said = readJson(body);
  if (typeof said !== 'object' || said === null) return {};
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function readVerdict(answer: Answered): Verdict | null {
  if (!isSuccess(answer)) return null;
  const { status, messageid, statusdescription, message } = lowerFields(answer);
  // An answer of success that says nothing else is one.
  if (status === '0' || status === undefined) return { kind: 'accepted', remoteId: messageid };
  return refusal(status, statusdescription ?? message);
}

function readState(answer: Answered, remoteId: string): ReceiptReading | null {
  if (!isSuccess(answer)) return null;
  const { status = '' } = lowerFields(answer);
  const state = STATES.find(([word]) => word.test(status))?.[1];
  return state === undefined
    ? null
    : { kind: 'receipt', remoteId, status: state, metadata: { hubtel: { status } } };
}
