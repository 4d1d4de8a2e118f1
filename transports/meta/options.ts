import { secretSchema } from '@vumi/core';
import { z } from 'zod';

/** What every app of Meta's has. */
export const metaOptions = {
  app_secret: secretSchema.describe('App secret, under App settings, Basic: what Meta signs its calls with'),
  verify_token: secretSchema.describe(
    'Words of your choice, the same that you enter as "Verify token" beside the callback URL',
  ),
  api_version: z
    .string()
    .regex(/^v\d+\.\d+$/, 'such as v25.0')
    .default('v25.0')
    .describe('Version of the Graph API. Default: `v25.0`'),
  base_url: z
    .url({ protocol: /^https?$/ })
    .default('https://graph.facebook.com')
    .describe('Where the Graph API is; for tests. Default: `https://graph.facebook.com`'),
} as const;
