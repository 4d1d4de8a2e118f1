import { z } from 'zod';
import { ignoredSocketOptions, socketOptions } from '../socket/options.ts';

const listenOptions = {
  telnet_host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen at. Nobody proves who he is: default 127.0.0.1, this machine'),
  telnet_port: z.int().min(0).max(65_535).describe('TCP port to listen on; 0 takes any that is free'),
  twisted_endpoint: z
    .string()
    .regex(/^tcp:./, 'an endpoint such as "tcp:9001" or "tcp:port=9001:interface=127.0.0.1"')
    .optional()
    .describe("Address and port as Vumi's configurations have them, such as `tcp:9001:interface=127.0.0.1`"),
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

/** The options in the groups in which the reference lists them. */
export const TELNET_GROUPS = {
  Listener: listenOptions,
  Addresses: addressOptions,
  Messages: socketOptions('telnet'),
  'Without effect': ignoredSocketOptions,
} as const;

export const telnetConfigSchema = z.preprocess(
  liftEndpoint,
  z.strictObject({
    ...listenOptions,
    ...addressOptions,
    ...socketOptions('telnet'),
    ...ignoredSocketOptions,
  }),
);

export type TelnetConfig = z.infer<typeof telnetConfigSchema>;

/** Twisted's endpoints of servers: `tcp:9001`, `tcp:port=9001:interface=127.0.0.1`. Other options win. */
function liftEndpoint(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const options = value as Record<string, unknown>;
  const { twisted_endpoint: endpoint } = options;
  if (typeof endpoint !== 'string') return value;
  const [, ...parts] = endpoint.split(/(?<!\\):/);
  const named = new Map(
    parts.map((part): [string, string] => {
      const at = part.indexOf('=');
      return at < 0 ? ['port', part] : [part.slice(0, at), part.slice(at + 1)];
    }),
  );
  const port = Number(named.get('port'));
  const host = named.get('interface')?.replaceAll('\\', '');
  return {
    ...(Number.isInteger(port) ? { telnet_port: port } : {}),
    ...(host === undefined || host === '' ? {} : { telnet_host: host }),
    ...options,
  };
}
