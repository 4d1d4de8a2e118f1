import { secretSchema, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { json } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { validationMode } from '../http/options.ts';
import { defineProvider, type ProviderConfig } from '../sms/provider.ts';
import { isSuccess, smsReading } from '../sms/readings.ts';
import { exactFields, withQuery } from './requests.ts';

/** Fields that Cellulant brings too. */
const OF_NO_USE = ['channelID', 'keyword', 'CHANNELID', 'serviceID', 'SERVICEID', 'unsub', 'transactionID'];
const TAKEN = '1';
const REFUSALS: Readonly<Record<string, string>> = {
  E0: 'Insufficient HTTP Params passed',
  E1: 'Invalid username or password',
  E2: 'Credits have expired or run out',
  '1005': 'Suspect source address',
};

export const cellulantSmsOptions = {
  outbound_url: z.url({ protocol: /^https?$/ }).describe('Where Cellulant takes messages'),
  credentials: z
    .record(z.string(), z.strictObject({ username: z.string().min(1), password: secretSchema }))
    .describe('By the from_addr of messages: the name and the password to send them with'),
  provider: z.string().min(1).default('vumi').describe('Put on each message. Default: `vumi`'),
  ...validationMode('permissive'),
} as const;

type Config = ProviderConfig<typeof cellulantSmsOptions>;

/** SMS by Cellulant (spec channels §B). */
export const cellulantSmsTransport = defineProvider({
  type: 'cellulant_sms',
  aliases: withModules(['vumi.transports.cellulant', 'vumi.transports.cellulant.cellulant_sms'], {
    CellulantSmsTransport: {},
  }),
  summary: 'SMS by Cellulant (Kenya, Nigeria and others), both ways',
  options: cellulantSmsOptions,
  addressFormat: 'as_is',
  routes: [
    {
      path: '',
      purpose: 'bring messages: SOURCEADDR, DESTADDR, MESSAGE, ID',
      methods: ['GET', 'POST'],
      read: readMessage,
      answer: ([message]) => json(200, { message_id: message?.message_id }),
    },
  ],
  sending: { pieces, request: sendRequest, verdict: readVerdict },
});

function readMessage(request: ChannelRequest, config: Config): readonly Reading[] {
  const read = exactFields(request, ['SOURCEADDR', 'DESTADDR', 'MESSAGE', 'ID'], config, OF_NO_USE);
  if ('refused' in read) return [read.refused];
  const { SOURCEADDR: from, DESTADDR: to, MESSAGE: content, ID: id } = read.fields;
  return [smsReading({ id, from, to, content, metadata: { transport_message_id: id } })];
}

/** Vumi sent with empty credentials then. */
function pieces(
  message: UserMessage,
  { credentials }: Config,
): readonly UserMessage[] | { readonly refused: string } {
  const from = message.from_addr ?? '';
  return Object.hasOwn(credentials, from) ? [message] : { refused: `no credentials for from_addr "${from}"` };
}

function sendRequest(message: UserMessage, { outbound_url, credentials }: Config): ChannelRequestOut {
  const { from_addr, to_addr, content } = message;
  const { username = '', password } = credentials[from_addr ?? ''] ?? {};
  const query = {
    username,
    password: password?.reveal() ?? '',
    source: from_addr ?? '',
    destination: to_addr ?? '',
    message: content ?? '',
  };
  return { method: 'GET', url: withQuery(outbound_url, query) };
}

/** What it refuses stands in answers of success. */
function readVerdict(answer: Answered): Verdict | null {
  if (!isSuccess(answer)) return null;
  const code = answer.body.toString('utf8').trim();
  if (code === TAKEN) return { kind: 'accepted' };
  const reason = REFUSALS[code] ?? `unknown answer: ${code.slice(0, 100)}`;
  return {
    kind: 'refused',
    reason,
    ...(code === 'E2' ? { degraded: 'Cellulant says that the credits are used up' } : {}),
  };
}
