import type { UserMessage } from '@vumi/core';
import { z } from 'zod';
import { defineMiddleware } from '../middleware-type.ts';
import { normaliseMsisdn } from '../normalise-msisdn.ts';

const configSchema = z.strictObject({
  provider_prefixes: z
    .record(z.string(), z.string())
    .describe('Operators by how the addresses of their users begin; the longest counts'),
  normalize_msisdn: z
    .strictObject({
      country_code: z
        .string('must be a text, in quotes')
        .regex(/^\d*$/, 'digits, without a plus')
        .describe('Put before numbers that begin with 0, such as "27"'),
      strip_plus: z
        .boolean()
        .default(false)
        .describe('Compare without the plus: prefixes are written without it. Default: false'),
    })
    .optional()
    .describe('Compare addresses as international numbers. Absent: as they are'),
});

/**
 * Tells the network operator of a message that names none, by the user's address: from_addr of what comes, to_addr of
 * what is sent. The address itself stays as it is.
 */
export const addressPrefixProviderSetting = defineMiddleware({
  type: 'address_prefix_provider_setting',
  aliases: [
    'vumi.middleware.provider_setter.AddressPrefixProviderSettingMiddleware',
    'vumi.middleware.AddressPrefixProviderSettingMiddleware',
  ],
  summary: 'sets the provider of messages by the beginning of the user’s address',
  configSchema,
  start({ provider_prefixes, normalize_msisdn: normalise }) {
    const prefixes = Object.entries(provider_prefixes).sort(([a], [b]) => b.length - a.length);
    const compared = (address: string): string => {
      if (normalise === undefined) return address;
      const number = normaliseMsisdn(address, normalise.country_code);
      return normalise.strip_plus ? number.replace(/^\+/, '') : number;
    };
    const set = (message: UserMessage, address: string | null): UserMessage => {
      if (message.provider !== null || address === null) return message;
      const looked = compared(address);
      const provider = prefixes.find(([prefix]) => looked.startsWith(prefix))?.[1];
      return provider === undefined ? message : { ...message, provider };
    };
    return {
      inbound: (message) => set(message, message.from_addr),
      outbound: (message) => set(message, message.to_addr),
    };
  },
});
