import { nameSchema } from '@vumi/core';
import { limitsSchema, sandboxConfigSchema } from '@vumi/sandbox';
import { smppServerConfigSchema } from '@vumi/transports/smpp/server';
import { z } from 'zod';

/** The parts of the platform that a process can run (DESIGN §3). */
export const ROLES = ['transports', 'dispatch', 'sandbox', 'api', 'smpp'] as const;
export type Role = (typeof ROLES)[number];

/** A server's section may be just its URL; `embedded` or nothing at all is the part inside the platform. */
const server = <S extends z.ZodRawShape>(scheme: RegExp, example: string, more: S) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? (value === 'embedded' ? {} : { url: value }) : (value ?? {})),
    z.strictObject({
      url: z
        .string()
        .regex(scheme, `use a URL such as ${example}, or leave it out for the embedded part`)
        .optional()
        .describe(`URL of the server (${example}); absent: the embedded part.`),
      ...more,
    }),
  );

const port = z.coerce.number().int().min(0).max(65535);
const appRef = z.string().regex(/^[^/]+\/[^/]+$/, 'name it as account/app');

export const configSchema = z.strictObject({
  data_dir: z.string().min(1).default('.vumi').describe('Folder of everything that the embedded parts keep.'),
  roles: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((role) => role.trim()) : value),
      z.array(z.enum(ROLES)).min(1),
    )
    .default([...ROLES])
    .describe('What this process runs. Several processes that share the work need all three servers.'),
  broker: server(/^amqps?:\/\//, 'amqp://guest:guest@127.0.0.1:5672', {
    namespace: nameSchema
      .optional()
      .describe('Prefix of exchange and queues, for platforms that share a broker.'),
    queue_type: z
      .enum(['quorum', 'classic'])
      .default('quorum')
      .describe('Type of the queues that are declared.'),
  }).default({ queue_type: 'quorum' }),
  database: server(/^postgres(ql)?:\/\//, 'postgres://user@127.0.0.1:5432/vumi', {}).default({}),
  redis: server(/^rediss?:\/\//, 'redis://127.0.0.1:6379', {
    prefix: z.string().default('vumi:').describe('Start of every key.'),
  }).default({ prefix: 'vumi:' }),
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address to listen on.'),
      port: port.default(8000).describe('Port of the API and of the hosted frontends; 0 takes a free one.'),
      apps_domain: z
        .string()
        .default('apps.localhost')
        .describe('Frontends are at <account>--<app>.<apps_domain>.'),
      public_url: z
        .string()
        .regex(/^https?:\/\/[^/?#\s]+\/?$/, 'use a URL without a path, such as https://vumi.example.org')
        .optional()
        .describe(
          'Where people reach the platform when that is not where it listens: behind a proxy that speaks TLS. Scheme and port count for frontends, too.',
        ),
    })
    .prefault({}),
  simulators: z
    .strictObject({
      smsc: z
        .strictObject({
          enabled: z
            .boolean()
            .default(true)
            .describe('Run the SMSC simulator in processes with the role api.'),
          host: z.string().default('127.0.0.1').describe('Address of its SMPP server.'),
          port: port.default(2775).describe('Port of its SMPP server; 0 takes a free one.'),
        })
        .prefault({}),
    })
    .prefault({}),
  smpp_server: smppServerConfigSchema
    .optional()
    .describe('Where systems of accounts bind over SMPP, in processes with the role smpp. Absent: nowhere.'),
  transports: z
    .record(nameSchema, z.looseObject({ type: z.string() }))
    .default({})
    .describe(
      "Transports by name: `type` and the type's own options. They are written to the store at start.",
    ),
  dispatch: z
    .strictObject({
      fallback_app: appRef.optional().describe('account/app that gets what no route matches.'),
      sandbox_queues: z
        .number()
        .int()
        .min(1)
        .max(64)
        .default(4)
        .describe('Queues that hosted apps are spread over.'),
      route_mappings: z
        .record(z.string(), z.union([z.string(), z.array(z.string())]))
        .default({})
        .describe(
          'Transports wired to connectors of other applications on the broker: each listed one gets a copy.',
        ),
      transport_mappings: z
        .record(z.string(), z.string())
        .default({})
        .describe('Names by which those applications call a transport.'),
    })
    .prefault({}),
  sandbox: sandboxConfigSchema.omit({ limits: true }).prefault({}),
  limits: limitsSchema
    .partial()
    .prefault({})
    .describe('What one message of any app may use; a manifest may ask for less.'),
  demo: z.boolean().optional().describe('Deploy the sample apps on account demo when no account exists yet.'),
  log_level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('warn')
    .describe('Least level that is logged, as JSON lines on standard error.'),
  admin_token: z
    .string()
    .min(16)
    .optional()
    .describe("The administrator's token; absent: made at the first start."),
});

export type Config = z.infer<typeof configSchema>;
