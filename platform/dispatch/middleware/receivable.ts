import { readPhoneNumber, type Middleware } from '@vumi/core';
import { defineMiddleware } from '@vumi/middleware';
import { z } from 'zod';
import type { ReadReceiver } from '../receivers.ts';
import { receivable } from '../receivable.ts';

/** Lets out what a phone can get, to its address as the network has it; anything else is refused. */
export function createReceivableMiddleware(readReceiver: ReadReceiver): Middleware {
  return async (transit, next) => {
    const { stage, flow, connector, message } = transit;
    if (flow !== 'outbound' || stage !== 'publish') return next(transit);
    const readable = receivable(message, (address) => readReceiver(connector, address));
    return next(readable === message ? transit : { ...transit, message: readable });
  };
}

export const receivableMiddleware = defineMiddleware({
  type: 'receivable',
  aliases: [],
  summary: 'refuses messages that nobody could get: without a text, or to no address',
  configSchema: z.strictObject({
    addresses: z
      .enum(['phone_numbers', 'any'])
      .default('phone_numbers')
      .describe('What receivers are: phone_numbers are read as people write them. Default: phone_numbers'),
  }),
  start: ({ addresses }) => {
    const read = (address: string): string | null => (address === '' ? null : address);
    const own = addresses === 'phone_numbers' ? readPhoneNumber : read;
    return { handle: createReceivableMiddleware((_connector, address) => own(address)) };
  },
});
