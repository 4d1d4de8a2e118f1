import { z } from 'zod';

const seconds = () => z.number().positive();
const port = () => z.coerce.number().int().min(0).max(65_535);

/** The configuration's section `smpp_server`. Times are seconds. */
export const smppServerConfigSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. Default: 127.0.0.1'),
  port: port().default(2776).describe('Port without TLS; 0 takes a free one. Default: 2776'),
  plain: z.boolean().default(true).describe('False: only the port with TLS is open. Default: true'),
  tls: z
    .strictObject({
      port: port().default(3550).describe('Port with TLS; 0 takes a free one. Default: 3550'),
      cert: z
        .string()
        .min(1)
        .describe('File of the certificate and its chain, PEM; read again when it changes'),
      key: z.string().min(1).describe('File of its private key, PEM; read again when it changes'),
      client_ca: z
        .string()
        .min(1)
        .optional()
        .describe('File of the CA whose certificates clients must show, PEM. Default: none is asked for'),
    })
    .optional(),
  system_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,15}$/, 'use 1 to 15 visible ASCII characters')
    .default('vumi')
    .describe('What we call ourselves in the answer to a bind. Default: vumi'),
  bind_timeout: seconds().default(10).describe('Seconds that a connection may take to bind. Default: 10'),
  enquire_link_interval: seconds()
    .default(30)
    .describe('Seconds between enquire_links; a client silent for twice as long is gone. Default: 30'),
  response_timeout: seconds()
    .default(30)
    .describe('Seconds to wait for a deliver_sm_resp before it is sent again. Default: 30'),
  inactivity_timeout: z
    .number()
    .min(0)
    .default(0)
    .describe('Seconds without any message before a bind is ended; 0: never. Default: 0'),
  max_connections: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .describe('Connections at once in one process; further ones are closed. Default: 1000'),
  keep_undelivered: seconds()
    .default(259_200)
    .describe('Seconds that messages and receipts wait for their client to bind. Default: 259200 (3 days)'),
  parts_timeout: seconds()
    .default(300)
    .describe('Seconds to wait for the next part of a long message before it has failed. Default: 300'),
});

export type SmppServerConfig = z.infer<typeof smppServerConfigSchema>;
