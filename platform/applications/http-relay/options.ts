import { z } from 'zod';
import {
  basicOnly,
  checkCredentials,
  httpMethod,
  relayOptions,
  webUrl,
} from '../receiver/receiver-options.ts';

const fields = z.strictObject({
  url: webUrl().describe('Where messages are posted to'),
  event_url: webUrl()
    .optional()
    .describe('Where acks, nacks and delivery reports are posted to. Default: `url`'),
  username: z.string().optional().describe('Name for Basic authentication. Default: none'),
  password: z.string().optional().describe('Password for Basic authentication. Default: none'),
  auth_method: basicOnly(),
  http_method: httpMethod(),
  relay_close_session: z
    .boolean()
    .default(false)
    .describe('Whether to post that a session has ended, as Vumi did not. Default: false'),
  ...relayOptions,
});

export type HttpRelayConfig = z.infer<typeof fields>;

export const httpRelayConfigSchema = fields.superRefine(checkCredentials(['username', 'password']));
