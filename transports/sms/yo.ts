import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { textAt } from '../http/json.ts';
import { defineProvider } from './provider.ts';
import {
  fieldsOf,
  formBody,
  isRefused,
  isSuccess,
  refusal,
  requireFields,
  smsReading,
  TAKEN,
} from './readings.ts';

const HOSTS = ['http://smgw1.yo.co.ug:9100', 'http://41.220.12.201:9100', 'http://164.40.148.210:9100'];

export const yoOptions = {
  username: z.string().min(1).describe('Account number (ybsacctno)'),
  password: secretSchema.describe('Its password'),
  from: z.string().optional().describe('Sender of messages (origin). Default: from_addr of the message'),
  base_urls: z
    .array(z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')))
    .min(1)
    .default(HOSTS)
    .describe(
      `Where the API is: the next one is asked when one cannot be reached. Default: ${HOSTS.join(', ')}`,
    ),
} as const;

/** Yo! of Uganda, SMS both ways (spec channels §C). It signs nothing and tells of no deliveries. */
export const yoTransport = defineProvider({
  type: 'yo',
  summary: 'SMS by Yo! (Uganda), both ways',
  options: yoOptions,
  addressFormat: 'plain',
  routes: [
    {
      path: '',
      purpose: 'where incoming messages are brought: sender, code, message',
      methods: ['GET', 'POST'],
      read: readMessage,
      answer: () => TAKEN,
    },
  ],
  sending: {
    request: ({ to_addr, from_addr, content }, { username, password, from, base_urls }, { attempt }) => ({
      method: 'GET',
      url: `${base_urls[attempt % base_urls.length] ?? ''}/sendsms?${formBody({
        ybsacctno: username,
        password: password.reveal(),
        origin: from ?? from_addr,
        sms_content: content,
        destinations: to_addr,
      })}`,
    }),
    verdict: readVerdict,
  },
});

function readMessage(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const from = textAt(fields, 'sender') ?? textAt(fields, 'from');
  const sms = requireFields({ sender: from, message: textAt(fields, 'message') ?? textAt(fields, 'text') }, [
    'sender',
    'message',
  ]);
  if (isRefused(sms)) return [sms];
  const to = textAt(fields, 'code') ?? textAt(fields, 'to') ?? '';
  return [smsReading({ from: sms.sender, to, content: sms.message })];
}

/** The answer is a form. */
function readVerdict(answer: Answered): Verdict | null {
  if (!isSuccess(answer)) return null;
  const said = new URLSearchParams(answer.body.toString('utf8'));
  if (said.get('ybs_autocreate_status') === 'OK') return { kind: 'accepted' };
  const text = said.get('ybs_autocreate_message') ?? undefined;
  const isListed = text?.includes('BLACKLISTED') === true;
  return refusal(said.get('ybs_autocreate_status') ?? undefined, text, isListed ? { optedOut: true } : {});
}
