import { z } from 'zod';
import { defineMiddleware } from '../middleware-type.ts';

const configSchema = z.strictObject({
  outbound_map: z
    .record(z.string(), z.string('must be a text: write numbers in quotes, or their plus is lost'))
    .describe('Real addresses by what applications call them'),
});

/**
 * Lets applications use other addresses than a network: to_addr of what is sent is translated, from_addr of what comes
 * back is translated back. Vumi took any of two applications' addresses that mean the same one; here that is refused.
 */
export const addressTranslation = defineMiddleware({
  type: 'address_translation',
  aliases: [
    'vumi.middleware.address_translator.AddressTranslationMiddleware',
    'vumi.middleware.AddressTranslationMiddleware',
  ],
  summary: 'translates the addresses of users between applications and a network',
  configSchema: configSchema.superRefine(({ outbound_map }, context) => {
    const seen = new Map<string, string>();
    for (const [address, real] of Object.entries(outbound_map)) {
      const other = seen.get(real);
      if (other !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['outbound_map', address],
          message: `"${other}" is "${real}" too: who "${real}" writes as could not be told`,
        });
      }
      seen.set(real, address);
    }
  }),
  start({ outbound_map }) {
    const outward = new Map(Object.entries(outbound_map));
    const inward = new Map([...outward].map(([address, real]) => [real, address]));
    return {
      inbound: (message) => {
        const address = message.from_addr === null ? undefined : inward.get(message.from_addr);
        return address === undefined ? message : { ...message, from_addr: address };
      },
      outbound: (message) => {
        const real = message.to_addr === null ? undefined : outward.get(message.to_addr);
        return real === undefined ? message : { ...message, to_addr: real };
      },
    };
  },
});
