import { randomBytes } from 'node:crypto';
import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { checkCallers } from '../http/options.ts';
import type { FillIn } from '../transport-type.ts';
import { phoneOptions } from './phone-options.ts';

export const relayerOptions = {
  secret: secretSchema.describe(
    'Key with which the phone signs; it gets it when it registers. Made up when a transport is created without it',
  ),
  relayer_id: z
    .int()
    .min(1)
    .max(2_147_483_647)
    .default(1)
    .describe('Number that the phone is given when it registers. Default: 1'),
  phone_id: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The id that the app has made up for itself (uuid): no other phone may register. Default: whichever phone knows the URL',
    ),
  phone_number: z
    .string()
    .default('')
    .describe('Number of the phone, the receiver of what comes, which the app does not tell. Default: none'),
  secret_path: z
    .literal('')
    .default('')
    .describe(
      'Must be empty: the app adds to the end of the URL, so what nobody can guess stands in web_path',
    ),
} as const;

export const relayerConfigSchema = z
  .strictObject({ ...phoneOptions, ...relayerOptions })
  .superRefine(checkCallers);

export type RelayerConfig = z.infer<typeof relayerConfigSchema>;

/** Whoever finds the place may register, so it cannot be guessed; it stays where it is. */
export const fillInRelayer: FillIn = (options, before) => ({
  ...('web_path' in options || 'web_username' in options
    ? {}
    : { web_path: before?.['web_path'] ?? `/${randomBytes(18).toString('base64url')}` }),
  ...('secret' in options ? {} : { secret: before?.['secret'] ?? randomBytes(48).toString('base64url') }),
  ...options,
});
