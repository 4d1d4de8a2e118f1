import { z } from 'zod';
import {
  basicOnly,
  checkCredentials,
  httpMethod,
  relayOptions,
  webUrl,
} from '../receiver/receiver-options.ts';

const optionalText = (what: string) => z.string().optional().describe(`${what}. Default: none`);

const fields = z.strictObject({
  rapidsms_url: webUrl().describe('Where messages are posted to'),
  rapidsms_username: optionalText('Name that we give RapidSMS, for Basic authentication'),
  rapidsms_password: optionalText('Password that we give RapidSMS'),
  rapidsms_auth_method: basicOnly(),
  rapidsms_http_method: httpMethod(),
  web_path: z
    .string()
    .startsWith('/')
    .default('/')
    .describe(
      'Where RapidSMS posts what is to be sent, below `/hooks/<worker>` or at `web_port`. Default: /',
    ),
  web_port: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe("A port of the relay's own for it. Default: none, and the platform's HTTP server takes it"),
  web_host: z.string().default('127.0.0.1').describe('Address of that port. Default: 127.0.0.1'),
  vumi_username: optionalText('Name that RapidSMS gives us, for Basic authentication'),
  vumi_password: optionalText('Password that RapidSMS gives us'),
  vumi_auth_method: basicOnly(),
  vumi_reply_timeout: z
    .number()
    .positive()
    .default(600)
    .describe('Seconds for which a message can be replied to. Default: 600'),
  allow_replies: z
    .boolean()
    .default(true)
    .describe('Whether messages can be replied to; without it they can only be sent. Default: true'),
  ...relayOptions,
});

export type RapidSmsRelayConfig = z.infer<typeof fields>;

export const rapidSmsRelayConfigSchema = fields.superRefine(
  checkCredentials(['rapidsms_username', 'rapidsms_password'], ['vumi_username', 'vumi_password']),
);
