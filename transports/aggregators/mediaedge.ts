import { secretSchema, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { characterOptions } from '../http/character-options.ts';
import { json, plain } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel, type ChannelRequest, type Reading } from '../http/channel.ts';
import {
  callerOptions,
  checkCallers,
  fillInSecretPath,
  heldOptions,
  ignoredHttpOptions,
  messageOptions,
  validationMode,
} from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';
import { addressFormatOption, numberOptions, operatorPrefixes } from '../numbers/number-options.ts';
import { Operators } from '../numbers/operators.ts';
import { smsReading } from '../sms/readings.ts';
import { exactFields, withQuery } from './requests.ts';

const FIELDS = ['USN', 'PWD', 'PhoneNumber', 'ServiceNumber', 'Operator', 'SMSBODY'] as const;
const REQUEST_TIMEOUT = 240;

export const mediaedgeOptions = {
  ...validationMode('strict'),
  username: z.string().min(1).describe('Name that MediaEdge gives in USN'),
  password: secretSchema.describe('Password that MediaEdge gives in PWD'),
  outbound_url: z
    .url({ protocol: /^https?$/ })
    .describe('Where MediaEdge takes messages that answer nothing'),
  outbound_username: z.string().min(1).describe('Name to send them with'),
  outbound_password: secretSchema.describe('Password to send them with'),
  operator_mappings: operatorPrefixes
    .default({})
    .describe(
      'Operator of a receiver by the beginning of his number, may be nested, such as `{"23324": "MTN"}`. Default: none',
    ),
} as const;

const schema = z
  .strictObject({
    ...callerOptions,
    ...heldOptions(REQUEST_TIMEOUT),
    ...messageOptions('sms'),
    ...characterOptions,
    ...numberOptions,
    ...addressFormatOption('plain'),
    ...sendOptions,
    ...ignoredHttpOptions,
    ...mediaedgeOptions,
  })
  .superRefine(checkCallers);

type Config = z.infer<typeof schema>;

/** SMS by MediaEdge: a reply is the response to its request (spec vumi-core-appendix §A). */
export const mediaedgeTransport = defineHttpChannel({
  type: 'mediaedge_gsm',
  aliases: withModules(['vumi.transports.mediaedgegsm', 'vumi.transports.mediaedgegsm.mediaedgegsm'], {
    MediaEdgeGSMTransport: {},
  }),
  summary: 'SMS by MediaEdge (Ghana), both ways; a reply is the response',
  configSchema: schema,
  fillIn: fillInSecretPath,
  transportType: 'sms',
  routes: [
    {
      path: '',
      purpose: 'bring messages: USN, PWD, PhoneNumber, ServiceNumber, Operator, SMSBODY',
      methods: ['GET', 'POST'],
      read: readMessage,
      answer: () => plain(200, ''),
    },
  ],
  reply: { waits: () => true, answer: ({ content }) => plain(200, content ?? '') },
  sending: { options: (config) => config, request: sendRequest, verdict: readVerdict },
});

function readMessage(request: ChannelRequest, config: Config): readonly Reading[] {
  const { username, password } = config;
  const read = exactFields(request, FIELDS, config);
  if ('refused' in read) return [read.refused];
  const { fields } = read;
  const { USN, PWD, PhoneNumber: from, ServiceNumber: to, Operator: provider, SMSBODY: content } = fields;
  if (USN !== username || PWD !== password.reveal()) {
    return [{ kind: 'refused', answer: json(400, { credentials: 'invalid' }) }];
  }
  const reading = smsReading({ from, to, content });
  return reading.kind === 'message' ? [{ ...reading, fields: { ...reading.fields, provider } }] : [reading];
}

function sendRequest(message: UserMessage, config: Config): ChannelRequestOut {
  const { message_id, to_addr, content } = message;
  const phone = (to_addr ?? '').replace(/^\+/, '');
  const query = {
    USN: config.outbound_username,
    PWD: config.outbound_password.reveal(),
    SmsID: message_id,
    PhoneNumber: phone,
    Operator:
      new Operators({ OPERATOR_NUMBER: {}, OPERATOR_PREFIX: config.operator_mappings }).operatorOf(phone) ??
      '',
    SmsBody: content ?? '',
  };
  return { method: 'GET', url: withQuery(config.outbound_url, query) };
}

function readVerdict({ status }: Answered): Verdict | null {
  return status === 200 ? { kind: 'accepted' } : null;
}
