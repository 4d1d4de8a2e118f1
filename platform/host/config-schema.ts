import {
  alertOptionsSchema,
  interfaceOptionsSchema,
  messageKeepingOptions,
  platformFailureOptions,
  webhookOptionsSchema,
} from '@vumi/applications';
import { nameSchema } from '@vumi/core';
import { isAddressRange } from '@vumi/http';
import { limitsSchema, sandboxConfigSchema } from '@vumi/sandbox';
import { smppServerConfigSchema } from '@vumi/transports/smpp/server';
import { platformDispatcherOptions } from '@vumi/dispatch';
import { EXCHANGE_KEEPING } from '@vumi/store';
import { telemetryOptions } from '@vumi/telemetry';
import { z } from 'zod';
import { workersSchema } from './configured-workers.ts';
import { paymentsSchema } from './payments.ts';
import { metricsSchema } from './metrics.ts';

/** The parts of the platform that a process can run (DESIGN §3). */
export const ROLES = ['transports', 'dispatch', 'sandbox', 'api', 'smpp'] as const;
export type Role = (typeof ROLES)[number];

/**
 * How else a setting can be given: by an environment variable, by a flag of `vumi up` in commander's form. Where it
 * belongs, help and reference are made of this schema (settings.ts).
 */
type Told = { readonly variable?: string; readonly flag?: string };

const told = (names: Told): Told => names;

/** A server's section may be just its URL; `embedded` or nothing at all is the part inside the platform. */
const server = <S extends z.ZodRawShape>(scheme: RegExp, example: string, variable: string, more: S) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? (value === 'embedded' ? {} : { url: value }) : (value ?? {})),
    z.strictObject({
      url: z
        .string()
        .regex(scheme, `use a URL such as ${example}, or leave it out for the embedded part`)
        .optional()
        .describe(`URL of the server (${example}); absent: the embedded part.`)
        .meta(told({ variable })),
      ...more,
    }),
  );

const port = z.coerce.number().int().min(0).max(65535);

export const configSchema = z.strictObject({
  data_dir: z
    .string()
    .min(1)
    .default('.vumi')
    .describe('Folder of everything that is kept on this machine.')
    .meta(told({ variable: 'VUMI_DATA_DIR', flag: '--data-dir <dir>' })),
  roles: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((role) => role.trim()) : value),
      z.array(z.enum(ROLES)).min(1),
    )
    .default([...ROLES])
    .describe('What this process runs. Several processes that share the work need all three servers.')
    .meta(told({ flag: '--roles <list>' })),
  broker: server(/^amqps?:\/\//, 'amqp://guest:guest@127.0.0.1:5672', 'VUMI_BROKER_URL', {
    namespace: nameSchema
      .optional()
      .describe('Prefix of exchanges and queues, for platforms that share a broker.'),
    queue_type: z
      .enum(['quorum', 'classic'])
      .default('quorum')
      .describe(
        'Type of the queues that are made here; those that exist are used as they are. A Python Vumi on the same broker can only use classic ones.',
      ),
  }).default({ queue_type: 'quorum' }),
  database: server(
    /^postgres(ql)?:\/\//,
    'postgres://user@127.0.0.1:5432/vumi',
    'VUMI_DATABASE_URL',
    {},
  ).default({}),
  redis: server(/^rediss?:\/\//, 'redis://127.0.0.1:6379', 'VUMI_REDIS_URL', {
    prefix: z.string().default('vumi:').describe('Start of every key.'),
  }).default({ prefix: 'vumi:' }),
  http: z
    .strictObject({
      host: z
        .string()
        .default('127.0.0.1')
        .describe('Address to listen on.')
        .meta(told({ variable: 'VUMI_HTTP_HOST' })),
      port: port
        .default(8000)
        .describe('Port of the API and of the hosted frontends; 0 takes a free one.')
        .meta(told({ variable: 'VUMI_HTTP_PORT', flag: '--http-port <port>' })),
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
        )
        .meta(told({ variable: 'VUMI_PUBLIC_URL' })),
      trusted_proxies: z
        .array(z.string().refine(isAddressRange, 'use addresses or networks such as 10.0.0.0/8'))
        .default([])
        .describe('Networks of proxies that say in X-Forwarded-For whom they were asked by.'),
      hooks: z
        .strictObject({
          host: z.string().default('127.0.0.1').describe('Address to listen on.'),
          port: port
            .optional()
            .describe(
              'Port of its own for requests to transports; absent: a free one, for other processes only.',
            ),
          url: z
            .string()
            .regex(/^https?:\/\/[^/?#\s]+$/, 'use a URL without a path, such as http://10.0.0.5:8001')
            .optional()
            .describe(
              'Where the other processes of the platform reach this listener. Default: host and port.',
            ),
        })
        .prefault({})
        .describe(
          'Where a process takes requests for the transports that it runs, beside the port above: other processes hand them on.',
        ),
    })
    .prefault({}),
  probe: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe('Whether a process tells of itself at a port of its own: /metrics, /healthz, /readyz.'),
      host: z
        .string()
        .default('127.0.0.1')
        .describe('Address to listen on.')
        .meta(told({ variable: 'VUMI_PROBE_HOST' })),
      port: port
        .optional()
        .describe(
          'Port of the probe; 0 takes a free one, which "vumi status" tells. Absent: a free one, and none in a process that serves the API, which has the same pages.',
        )
        .meta(told({ variable: 'VUMI_PROBE_PORT', flag: '--probe-port <port>' })),
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
          host: z.string().default('127.0.0.1').describe('Address of the SMSC simulator.'),
          port: port
            .default(2775)
            .describe('Port of the SMSC simulator; 0 takes a free one.')
            .meta(told({ variable: 'VUMI_SMSC_PORT', flag: '--smsc-port <port>' })),
        })
        .prefault({}),
    })
    .prefault({}),
  smpp_server: smppServerConfigSchema
    .safeExtend({
      port: smppServerConfigSchema.shape.port
        .describe(
          'Port at which SMPP clients of accounts bind, without TLS; 0 takes a free one. Without it and its section they cannot. Default: 2776',
        )
        .meta(told({ variable: 'VUMI_SMPP_PORT', flag: '--smpp-port <port>' })),
    })
    .optional()
    .describe('Where systems of accounts bind over SMPP, in processes with the role smpp. Absent: nowhere.'),
  supervisor: z
    .strictObject({
      name: nameSchema
        .optional()
        .describe(
          'By which control messages reach this process. Absent: the name of the machine, and the roles when they are not all.',
        )
        .meta(told({ variable: 'VUMI_SUPERVISOR' })),
      parent: nameSchema.optional().describe('The supervisor under which this process is listed.'),
    })
    .prefault({}),
  heartbeats: z
    .strictObject({
      interval: z.coerce
        .number()
        .min(0.1)
        .max(3600)
        .default(10)
        .describe('Seconds between the heartbeats of a process and its workers; who misses two is missed.')
        .meta(told({ variable: 'VUMI_HEARTBEAT_INTERVAL' })),
      system_id: z
        .string()
        .min(1)
        .max(200)
        .default('global')
        .describe('The system that they name, for monitors that watch several.')
        .meta(told({ variable: 'VUMI_SYSTEM_ID' })),
      alert_after: z
        .number()
        .min(0)
        .default(60)
        .describe('Seconds that a component must be unwell before an alert is raised.'),
    })
    .prefault({}),
  workers: workersSchema
    .default({})
    .describe('Workers by name: `class` (a type, or a class name of Vumi), and the options of the type.'),
  transports: z
    .record(nameSchema, z.looseObject({ type: z.string() }))
    .default({})
    .describe(
      "Transports by name: `type` and the type's own options. They are written to the store at start.",
    ),
  dispatch: platformDispatcherOptions.prefault({}),
  webhooks: webhookOptionsSchema.prefault({}),
  interfaces: interfaceOptionsSchema.prefault({}),
  failures: platformFailureOptions.prefault({}),
  metrics: metricsSchema.prefault({}),
  exchanges: z
    .strictObject({
      keep: z
        .enum(EXCHANGE_KEEPING)
        .default('some')
        .describe(
          'What is kept of what transports and networks say about messages, for their timelines: nothing, what failed with what was said before, some of the rest too, or all of it.',
        )
        .meta(told({ variable: 'VUMI_EXCHANGES' })),
      per_second: z
        .number()
        .min(0)
        .default(5)
        .describe('With `some`: so many a second of what did not fail, in each process.'),
      most: z.int().min(1000).default(500_000).describe('The newest are kept, so many of all accounts.'),
      days: z.number().positive().default(14).describe('And no longer than so many days.'),
    })
    .prefault({}),
  alerts: alertOptionsSchema.prefault({}),
  payments: paymentsSchema.prefault({}),
  messages: messageKeepingOptions.prefault({}),
  telemetry: telemetryOptions.prefault({}),
  sandbox: sandboxConfigSchema.omit({ limits: true }).prefault({}),
  limits: limitsSchema
    .partial()
    .prefault({})
    .describe('What one message of any app may use; a manifest may ask for less.'),
  demo: z
    .boolean()
    .optional()
    .describe(
      'Deploy the sample apps on account demo when no account exists yet. Default: where no file is given',
    )
    .meta(told({ flag: '--demo' })),
  log_level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('warn')
    .describe('Least level that is logged, as JSON lines on standard error.')
    .meta(told({ variable: 'VUMI_LOG_LEVEL', flag: '--log-level <level>' })),
  admin_token: z
    .string()
    .min(16)
    .optional()
    .describe("The administrator's token; absent: made at the first start.")
    .meta(told({ variable: 'VUMI_ADMIN_TOKEN' })),
});

export type Config = z.infer<typeof configSchema>;
