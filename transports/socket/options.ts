import { z } from 'zod';
import { messageOptions } from '../http/options.ts';
import { ignoredOptions, TRANSPORT_REASONS } from '../ignored-options.ts';

/** What every transport that holds sockets has. */
export function socketOptions(transportType: string) {
  return {
    ...messageOptions(transportType),
    mt_tps: z
      .number()
      .min(0)
      .default(0)
      .describe('Messages a second that are sent at most; 0 is as many as come. Default: 0'),
  };
}

export const ignoredSocketOptions = ignoredOptions(TRANSPORT_REASONS);

const schema = z.object({ ...socketOptions(''), ...ignoredSocketOptions });
export type SocketConfig = z.infer<typeof schema>;
