import { secretSchema } from '@vumi/core';
import { z } from 'zod';
import { framedOptions } from '../framed/options.ts';
import { screenOptions } from '../framed/screen.ts';
import { clientEndpoint, connectsTo, lifting } from '../lifted-options.ts';
import { ignoredSocketOptions } from '../socket/options.ts';

const seconds = () => z.number().positive().max(3600);

const connectionOptions = {
  server_hostname: z.string().min(1).describe("MTN's host name or address"),
  server_port: z.int().min(1).max(65_535).describe("MTN's TCP port"),
  twisted_endpoint: clientEndpoint(),
  username: z.string().min(1).describe('Name to log in with'),
  password: secretSchema.describe('Password to log in with'),
  application_id: z.string().min(1).describe('Number of the application that MTN gave out'),
  enquire_link_interval: seconds()
    .default(30)
    .describe('Seconds between questions whether MTN is still there. Default: 30'),
  timeout_period: seconds()
    .default(30)
    .describe('Seconds that MTN may take to answer them; then the connection is made anew. Default: 30'),
} as const;

const sessionOptions = {
  user_termination_response: z
    .string()
    .min(1)
    .default('Session Ended')
    .describe('What MTN is answered when a user ends a session. Default: `Session Ended`'),
  ussd_session_timeout: z
    .number()
    .positive()
    .max(86_400)
    .default(600)
    .describe('Seconds after which a session without a message is forgotten. Default: 600'),
  ...screenOptions,
} as const;

const framed = {
  ...framedOptions('ussd'),
  provider: z.string().min(1).default('mtn_nigeria').describe('Put on each message. Default: `mtn_nigeria`'),
};

/** The options in the groups in which the reference lists them; the names are Vumi's where Vumi has them (spec vumi-core-appendix §A). */
export const MTN_NIGERIA_GROUPS = {
  Connection: connectionOptions,
  Sessions: sessionOptions,
  'Every connection': framed,
  'Without effect': ignoredSocketOptions,
} as const;

export const mtnNigeriaConfigSchema = z.preprocess(
  lifting(connectsTo('twisted_endpoint', { host: 'server_hostname', port: 'server_port' })),
  z.strictObject({
    ...connectionOptions,
    ...sessionOptions,
    ...framed,
    ...ignoredSocketOptions,
  }),
);

export type MtnNigeriaConfig = z.infer<typeof mtnNigeriaConfigSchema>;
