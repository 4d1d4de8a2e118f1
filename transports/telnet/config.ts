import { z } from 'zod';
import { lifting, listensAt, serverEndpoint } from '../lifted-options.ts';
import { ignoredSocketOptions, socketOptions } from '../socket/options.ts';

const listenOptions = {
  telnet_host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen at. Nobody proves who he is: default 127.0.0.1, this machine'),
  telnet_port: z.int().min(0).max(65_535).describe('TCP port to listen on; 0 takes any that is free'),
  twisted_endpoint: serverEndpoint(),
  telnet_endpoint: serverEndpoint(),
  max_clients: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .describe('Terminals that may be connected at once; more are turned away. Default: 1000'),
} as const;

const addressOptions = {
  to_addr: z
    .string()
    .min(1)
    .optional()
    .describe('Address that messages are for. Default: the `host:port` that was connected to'),
  addressed: z
    .boolean()
    .default(false)
    .describe(
      'Whether each terminal is asked which address it writes to and from; else it writes from its `host:port`. Default: false',
    ),
} as const;

const NAMED = { host: 'telnet_host', port: 'telnet_port' };

/** The options in the groups in which the reference lists them. */
export const TELNET_GROUPS = {
  Listener: listenOptions,
  Addresses: addressOptions,
  Messages: socketOptions('telnet'),
  'Without effect': ignoredSocketOptions,
} as const;

export const telnetConfigSchema = z.preprocess(
  lifting(listensAt('telnet_endpoint', NAMED), listensAt('twisted_endpoint', NAMED)),
  z.strictObject({
    ...listenOptions,
    ...addressOptions,
    ...socketOptions('telnet'),
    ...ignoredSocketOptions,
  }),
);

export type TelnetConfig = z.infer<typeof telnetConfigSchema>;
