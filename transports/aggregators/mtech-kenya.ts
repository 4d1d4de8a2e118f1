import { secretSchema, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { json } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { textAt } from '../http/json.ts';
import { validationMode } from '../http/options.ts';
import { defineProvider, type ProviderConfig } from '../sms/provider.ts';
import { FORM, formBody, given, smsReading } from '../sms/readings.ts';
import { exactFields, withQuery } from './requests.ts';

const REFUSALS: ReadonlyMap<number, string> = new Map([
  [401, 'Invalid username or password'],
  [403, 'Invalid mobile number'],
]);

export const mtechKenyaOptions = {
  outbound_url: z.url({ protocol: /^https?$/ }).describe('Where MTech takes messages'),
  mt_username: z.string().min(1).describe('Name to send with'),
  mt_password: secretSchema.describe('Password to send with'),
  ...validationMode('strict'),
  api_version: z
    .union([z.literal(1), z.literal(2)])
    .default(1)
    .describe('1: messages are in the query of what is posted; 2: they are a form. Default: 1'),
} as const;

type Config = ProviderConfig<typeof mtechKenyaOptions>;

const MODULES = ['vumi.transports.mtech_kenya', 'vumi.transports.mtech_kenya.mtech_kenya'];

/** SMS by MTech in Kenya (spec channels §B). */
export const mtechKenyaTransport = defineProvider({
  type: 'mtech_kenya',
  aliases: withModules(MODULES, { MTechKenyaTransport: {}, MTechKenyaTransportV2: { api_version: 2 } }),
  summary: 'SMS by MTech (Kenya), both ways',
  options: mtechKenyaOptions,
  addressFormat: 'as_is',
  routes: [
    {
      path: '',
      purpose: 'bring messages: shortCode, MSISDN, MESSAGE, messageID',
      methods: ['GET', 'POST'],
      read: readMessage,
      answer: ([message]) => json(200, { message_id: message?.message_id }),
    },
  ],
  sending: { request: sendRequest, verdict: readVerdict },
});

function readMessage(request: ChannelRequest, config: Config): readonly Reading[] {
  const needed = ['shortCode', 'MSISDN', 'MESSAGE', 'messageID'] as const;
  const read = exactFields(request, needed, config, ['linkID', 'gateway', 'message_type']);
  if ('refused' in read) return [read.refused];
  const { fields } = read;
  const { shortCode, MSISDN, MESSAGE, messageID } = fields;
  const linkID = textAt(fields, 'linkID');
  const metadata = { transport_message_id: messageID, ...(linkID === undefined ? {} : { linkID }) };
  return [smsReading({ id: messageID, from: MSISDN, to: shortCode, content: MESSAGE, metadata })];
}

function sendRequest(message: UserMessage, config: Config): ChannelRequestOut {
  const { outbound_url: url, mt_username: user, mt_password, api_version } = config;
  const fields = {
    user,
    pass: mt_password.reveal(),
    messageID: message.message_id,
    shortCode: message.from_addr ?? '',
    MSISDN: message.to_addr ?? '',
    MESSAGE: message.content ?? '',
    linkID: textAt(message.transport_metadata, 'linkID'),
  };
  if (api_version === 2) return { method: 'POST', url, headers: FORM, body: formBody(fields) };
  return { method: 'POST', url: withQuery(url, given(fields)), body: '' };
}

/** Its 401 is told of single messages, too: Vumi refused them. */
function readVerdict({ status }: Answered): Verdict | null {
  const reason = REFUSALS.get(status);
  return reason === undefined ? null : { kind: 'refused', reason };
}
