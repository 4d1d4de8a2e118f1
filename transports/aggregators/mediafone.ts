import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { json } from '../http/answers.ts';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { validationMode, type Validating } from '../http/options.ts';
import { defineProvider } from '../sms/provider.ts';
import { given } from '../sms/readings.ts';
import { exactFields, withQuery } from './requests.ts';

export const mediafoneOptions = {
  outbound_url: z.url({ protocol: /^https?$/ }).describe('Where Mediafone takes messages'),
  username: z.string().min(1).describe('Name to send with'),
  password: secretSchema.describe('Password to send with'),
  provider: z.string().min(1).default('vumi').describe('Put on each message. Default: `vumi`'),
  ...validationMode('strict'),
} as const;

/** Mediafone, an aggregator of Cameroon (spec channels §A). It has no ids and no receipts. */
export const mediafoneTransport = defineProvider({
  type: 'mediafone',
  aliases: withModules(['vumi.transports.mediafonemc', 'vumi.transports.mediafonemc.mediafonemc'], {
    MediafoneTransport: {},
  }),
  summary: 'SMS by Mediafone (Cameroon), both ways',
  options: mediafoneOptions,
  addressFormat: 'as_is',
  routes: [
    {
      path: '',
      purpose: 'bring messages: to, from, sms',
      methods: ['GET', 'POST'],
      read: readMessage,
      answer: ([message]) => json(200, { message_id: message?.message_id }),
    },
  ],
  sending: {
    request: ({ to_addr, content }, { outbound_url, username, password }) => ({
      method: 'GET',
      url: withQuery(
        outbound_url,
        given({ username, password: password.reveal(), phone: to_addr, msg: content ?? '' }),
      ),
    }),
    verdict: readVerdict,
  },
});

function readMessage(request: ChannelRequest, config: Validating): readonly Reading[] {
  const read = exactFields(request, ['to', 'from', 'sms'], config);
  if ('refused' in read) return [read.refused];
  const { fields } = read;
  const { to, from, sms } = fields;
  return [{ kind: 'message', fields: { to_addr: to, from_addr: from, content: sms } }];
}

/** It says nothing but by the status; what asks for patience is left to the base. */
function readVerdict(answer: Answered): Verdict | null {
  if (answer.status < 400 || PATIENCE.has(answer.status)) return null;
  return { kind: 'refused', reason: `Unexpected response code: ${answer.status}` };
}

const PATIENCE: ReadonlySet<number> = new Set([401, 429, 503]);
