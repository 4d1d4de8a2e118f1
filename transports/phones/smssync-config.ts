import { secretSchema } from '@vumi/core';
import { isCallingCode } from '@vumi/core/numbers';
import { z } from 'zod';
import { checkCallers } from '../http/options.ts';
import { phoneOptions } from './phone-options.ts';

export const smssyncOptions = {
  smssync_secret: z
    .union([z.literal(''), secretSchema])
    .default('')
    .describe('Secret key that is entered in the app. Default: none, only the path is secret'),
  account_id: z
    .string()
    .optional()
    .describe('Name of the phone, put on its messages as `transport_metadata.account_id`. Default: none'),
  multiple: z
    .boolean()
    .default(false)
    .describe(
      'Whether there are several phones: each has an account id of its own, the last part of its URL. Default: false',
    ),
  account_numbers: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'With `multiple`: numbers by account ids, such as `{"north": "+27800000001"}`. A message that answers nothing leaves by the phone whose number it comes from; a reply by the phone that brought what it replies to. Default: none',
    ),
  country_codes: z
    .record(z.string(), z.string().refine(isCallingCode, 'the calling code of a country, such as "27"'))
    .default({})
    .describe(
      'With `multiple`: calling codes by account ids, where the phones are in several countries. Default: `country_code` for all',
    ),
  success_format: z
    .enum(['boolean', 'text'])
    .default('boolean')
    .describe(
      'How `success` is written: true, or, for versions of the app before 2.7 and as Vumi did, "true". Default: boolean',
    ),
} as const;

export const smssyncConfigSchema = z
  .strictObject({ ...phoneOptions, ...smssyncOptions })
  .superRefine(checkCallers);

export type SmssyncConfig = z.infer<typeof smssyncConfigSchema>;
