import { secretSchema, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { json } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { validationMode } from '../http/options.ts';
import { defineProvider, type ProviderConfig } from '../sms/provider.ts';
import { FORM, formBody, isSuccess, smsReading } from '../sms/readings.ts';
import { exactFields } from './requests.ts';

const SMS = 'SMS';
const SERVICE_NOT_FOUND = '102006';
/** Codes by which Apposit refuses a message; of one its words are known (spec vumi-core-appendix §A). */
const CODE = /^(?:1020(?:0[1-9]|1[0-5]|22|24|25)|102999)$/;

export const appositOptions = {
  outbound_url: z.url({ protocol: /^https?$/ }).describe('Where Apposit takes messages'),
  credentials: z
    .record(
      z.string(),
      z.strictObject({
        username: z.string().min(1),
        password: secretSchema,
        service_id: z.string().min(1),
      }),
    )
    .describe('By the from_addr of messages: name, password and service_id to send them with'),
  provider: z.string().min(1).default('apposit').describe('Put on each message. Default: `apposit`'),
  ...validationMode('strict'),
} as const;

type Config = ProviderConfig<typeof appositOptions>;

/** SMS by Apposit (spec channels §B). */
export const appositTransport = defineProvider({
  type: 'apposit',
  aliases: withModules(['vumi.transports.apposit', 'vumi.transports.apposit.apposit'], {
    AppositTransport: {},
  }),
  summary: 'SMS by Apposit (Ethiopia), both ways',
  options: appositOptions,
  addressFormat: 'as_is',
  routes: [
    {
      path: '',
      purpose: 'bring messages: from, to, channel, content, isTest',
      methods: ['GET', 'POST'],
      read: readMessage,
      answer: ([message]) => json(200, { message_id: message?.message_id }),
    },
  ],
  sending: { pieces, request: sendRequest, verdict: readVerdict },
});

function readMessage(request: ChannelRequest, config: Config): readonly Reading[] {
  const read = exactFields(request, ['from', 'to', 'channel', 'content', 'isTest'], config);
  if ('refused' in read) return [read.refused];
  const { fields } = read;
  const { from, to, channel, content, isTest } = fields;
  if (channel !== SMS) return [{ kind: 'refused', answer: json(400, { unsupported_channel: channel }) }];
  return [smsReading({ from, to, content, metadata: { apposit: { isTest } } })];
}

function pieces(
  message: UserMessage,
  { credentials }: Config,
): readonly UserMessage[] | { readonly refused: string } {
  const from = message.from_addr ?? '';
  return Object.hasOwn(credentials, from) ? [message] : { refused: `no credentials for from_addr "${from}"` };
}

function sendRequest(message: UserMessage, { outbound_url: url, credentials }: Config): ChannelRequestOut {
  const { from_addr, to_addr, content } = message;
  const { username, password, service_id } = credentials[from_addr ?? ''] ?? {};
  const body = formBody({
    username,
    password: password?.reveal(),
    serviceId: service_id,
    fromAddress: from_addr,
    toAddress: to_addr,
    content: content ?? '',
    channel: SMS,
  });
  return { method: 'POST', url, headers: FORM, body };
}

/** The body of a refusal is its code. */
function readVerdict(answer: Answered): Verdict | null {
  if (isSuccess(answer)) return { kind: 'accepted' };
  const code = answer.body.toString('utf8').trim();
  if (!CODE.test(code)) {
    if (answer.status !== 400) return null;
    return { kind: 'refused', reason: `Response with unknown code received: ${code.slice(0, 100)}` };
  }
  const words = code === SERVICE_NOT_FOUND ? 'Service Not Found' : 'refused by Apposit';
  return { kind: 'refused', reason: `(${code}) ${words}` };
}
