import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { readJson, textAt } from '../http/json.ts';
import { baseUrlOption, defineProvider } from './provider.ts';
import {
  FORM,
  fieldsOf,
  formBody,
  isRefused,
  isSuccess,
  receiptReading,
  requireFields,
  smsReading,
  TAKEN,
} from './readings.ts';

/** As Kannel's: taken, failed, waiting, with the SMSC, refused by it. */
const STATES: Readonly<Record<string, 'pending' | 'delivered' | 'failed'>> = {
  1: 'delivered',
  2: 'failed',
  4: 'pending',
  8: 'pending',
  16: 'failed',
};

export const dmarkSmsOptions = {
  auth_token: secretSchema.describe('Token of the account'),
  sender: z
    .string()
    .optional()
    .describe('Short code or name that messages come from. Default: from_addr of the message'),
  base_url: baseUrlOption('https://smsapi1.dmarkmobile.com'),
} as const;

/** Dmark, SMS both ways (spec channels §C). Each message has an address of its own for its receipts. */
export const dmarkSmsTransport = defineProvider({
  type: 'dmark_sms',
  summary: 'SMS by Dmark (Uganda), both ways, with delivery reports',
  options: dmarkSmsOptions,
  addressFormat: 'plain',
  routes: [
    {
      path: '',
      purpose: 'where incoming messages are posted',
      methods: ['GET', 'POST'],
      read: readMessage,
      answer: () => TAKEN,
    },
    {
      path: 'receipts',
      purpose: 'delivery reports; each message names its own address below this one',
      methods: ['GET', 'POST'],
      perMessage: true,
      read: readReceipt,
      answer: () => TAKEN,
    },
  ],
  sending: {
    request: ({ to_addr, from_addr, content }, { auth_token, sender, base_url }, { receiptUrl }) => ({
      method: 'POST',
      url: `${base_url}/sms/`,
      headers: { ...FORM, authorization: `Token ${auth_token.reveal()}` },
      body: formBody({
        text: content,
        receiver: to_addr,
        sender: sender ?? from_addr,
        dlr_url: receiptUrl === null ? null : `${receiptUrl}&status=%s`,
      }),
    }),
    verdict: (answer) =>
      isSuccess(answer) ? { kind: 'accepted', remoteId: textAt(readJson(answer.body), 'sms_id') } : null,
  },
});

function readMessage(request: ChannelRequest): readonly Reading[] {
  const fields = fieldsOf(request);
  const sms = requireFields(fields, ['msisdn', 'short_code', 'text']);
  if (isRefused(sms)) return [sms];
  const metadata = { dmark_sms: { tstamp: fields?.['tstamp'] } };
  return [smsReading({ from: sms.msisdn, to: sms.short_code, content: sms.text, metadata })];
}

function readReceipt(request: ChannelRequest): readonly Reading[] {
  const receipt = requireFields(fieldsOf(request), ['status']);
  if (isRefused(receipt)) return [receipt];
  const { messageId = '' } = request;
  return receiptReading(STATES[receipt.status], { messageId }, { dmark_sms: { status: receipt.status } });
}
