import { z } from 'zod';
import { clientEndpoint } from '../../lifted-options.ts';
import { MAX_BIND_TEXT } from '../codec/limits.ts';
import { latinText, octet, pemOrPath, port, seconds, secondsOrOff } from './kinds.ts';

const BIND_TYPES = ['transceiver', 'transmitter_receiver', 'transmitter', 'receiver', 'outbind'] as const;

const bindText = () => latinText().max(MAX_BIND_TEXT - 1);

const outbindSchema = z.strictObject({
  host: z.string().min(1).default('0.0.0.0').describe('Address to listen on. Default: every one'),
  port: z.int().min(0).max(65_535).describe('TCP port to listen on; 0 takes any that is free'),
  system_id: bindText().describe('Name that the SMSC must give in its outbind'),
  password: bindText().describe('Password that the SMSC must give in its outbind'),
  max_connections: z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('Connections that may be open at once. Default: 10'),
  tls_cert: pemOrPath()
    .optional()
    .describe('Our certificate: PEM or the path of one. With it the port speaks TLS'),
  tls_key: pemOrPath().optional().describe("The certificate's key: PEM or the path of one"),
  tls_ca: pemOrPath()
    .optional()
    .describe('Authorities of which one must have signed the SMSC’s certificate. Default: none is asked for'),
});

export type OutbindConfig = z.infer<typeof outbindSchema>;

/** Where the SMSC is and who we are. */
export const connectionOptions = {
  host: z.string().min(1).optional().describe("The SMSC's host name or address"),
  port: port().optional().describe("The SMSC's TCP port"),
  twisted_endpoint: clientEndpoint(),
  system_id: bindText()
    .min(1)
    .describe('Name to bind with. SMPP has room for 15 characters; more are sent too'),
  password: bindText().describe(
    'Password to bind with. SMPP has room for 8 characters; more are sent too, see cut_long_password',
  ),
  cut_long_password: z
    .boolean()
    .default(false)
    .describe(
      'Send only the first 8 characters of a longer password, for SMSCs that keep no more. Default: false, since operators who give out longer ones want them whole',
    ),
  system_type: bindText().default('').describe('Kind of client, as some SMSCs ask for. Default: empty'),
  interface_version: z
    .string()
    .regex(/^[0-9a-fA-F]{2}$/, 'two hexadecimal digits, such as "34"')
    .default('34')
    .describe(
      'SMPP version to announce, two hexadecimal digits; below "34" no TLVs are sent. Default: "34" for 3.4',
    ),
  strict_interface_version: z
    .boolean()
    .default(false)
    .describe(
      'An SMSC that does not tell its version when we bind gets no TLVs, as section 3.4 has it. Default: false, since many that take them do not tell',
    ),
  address_range: latinText().max(40).default('').describe('Addresses that this bind serves. Default: empty'),
  addr_ton: octet().default(0).describe('Type of number of address_range. Default: 0'),
  addr_npi: octet().default(0).describe('Numbering plan of address_range. Default: 0'),
} as const;

/** Which binds there are, and how they are kept. */
export const bindOptions = {
  bind_type: z
    .enum(BIND_TYPES)
    .default('transceiver')
    .describe(
      'What to bind as: `transceiver`, `transmitter_receiver` (one bind for each way), `transmitter`, `receiver`, or `outbind`, which waits for the SMSC to call. Default: transceiver',
    ),
  bind_count: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Binds of each kind; messages take the one with the fewest unanswered. Default: 1'),
  outbind: outbindSchema
    .optional()
    .describe('Where to wait for outbinds of the SMSC, each of which becomes a receiver. Default: nowhere'),
  smpp_bind_timeout: seconds().default(30).describe('Seconds to connect and bind in. Default: 30'),
  smpp_enquire_link_interval: seconds()
    .default(55)
    .describe('Seconds between enquire_links; a peer silent for twice as long is dead. Default: 55'),
  inactivity_timeout: secondsOrOff()
    .default(0)
    .describe('Seconds without a message after which a bind is made anew; 0 is never. Default: 0'),
  initial_reconnect_delay: seconds()
    .default(1)
    .describe('Seconds before the second attempt to reconnect; doubles with each. Default: 1'),
  max_reconnect_delay: seconds()
    .default(60)
    .describe('Greatest number of seconds between attempts. Default: 60'),
} as const;

export const tlsOptions = {
  tls: z.boolean().default(false).describe('Speak TLS. Default: false'),
  tls_verify: z
    .boolean()
    .default(true)
    .describe('Refuse an SMSC whose certificate does not prove who it is. Default: true'),
  tls_ca: pemOrPath()
    .optional()
    .describe("The SMSC's authority: PEM or the path of one. Default: those that Node knows"),
  tls_servername: z
    .string()
    .min(1)
    .optional()
    .describe("Name that the SMSC's certificate must have. Default: host"),
  tls_cert: pemOrPath().optional().describe('Our certificate: PEM or the path of one. Default: none'),
  tls_key: pemOrPath().optional().describe("Our certificate's key: PEM or the path of one"),
  tls_passphrase: z.string().optional().describe('What the key is encrypted with'),
} as const;
