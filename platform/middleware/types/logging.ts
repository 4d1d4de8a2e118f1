import type { Logger, Transit } from '@vumi/core';
import { z } from 'zod';
import { defineMiddleware } from '../middleware-type.ts';

/** Vumi's names of levels; ours has four. */
const LEVELS = {
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  warn: 'warn',
  error: 'error',
  critical: 'error',
} as const satisfies Record<string, keyof Logger>;
const levelSchema = z.enum(Object.keys(LEVELS) as (keyof typeof LEVELS)[]);

const configSchema = z.strictObject({
  log_level: levelSchema
    .default('info')
    .describe('How messages, events and statuses are logged. Default: info'),
  failure_log_level: levelSchema.default('error').describe('How failures are logged. Default: error'),
});

/** What the log says of each kind; the message itself is in the field `body`. */
const TEXTS = {
  inbound: 'Processed inbound message',
  outbound: 'Processed outbound message',
  event: 'Processed event',
  failure: 'Processed failure',
  status: 'Processed status',
} as const satisfies Record<Transit['flow'], string>;

/** Writes everything that passes into the log, content and all. Vumi left statuses out; they are told here too. */
export const logging = defineMiddleware({
  type: 'logging',
  aliases: ['vumi.middleware.logging.LoggingMiddleware', 'vumi.middleware.LoggingMiddleware'],
  summary: 'writes each message into the log',
  configSchema,
  start: ({ log_level, failure_log_level }, { logger }) => ({
    handle: (transit, next) => {
      const { flow, stage, connector, message } = transit;
      const level = LEVELS[flow === 'failure' ? failure_log_level : log_level];
      logger[level]({ connector, stage, body: message }, TEXTS[flow]);
      return next(transit);
    },
  }),
});
