import { silentLogger, type Logger } from '@vumi/core';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { warnOfIgnored } from './ignored-options.ts';
import { transportTypes } from './registry.ts';

/** What is told of a configuration. */
function toldOf(schema: z.ZodType, config: object): object[] {
  const told: object[] = [];
  const logger: Logger = { ...silentLogger, warn: (fields: object) => void told.push(fields) };
  warnOfIgnored(schema, config, logger);
  return told;
}

it.each([
  ['smpp', 'codec_class'],
  ['vas2nets', 'web_receive_path'],
  ['vumi_bridge', 'jitter'],
  ['truteq', 'client'],
  ['xmpp', 'debug'],
  ['gammu', 'connect_retry_interval'],
  ['gammu', 'gammu'],
  ['safaricom', 'amqp_prefetch_count'],
  ['truteq', 'redis_manager'],
] as const)('%s tells that %s does nothing, and why', (type, option) => {
  const told = toldOf(transportTypes[type].configSchema, { [option]: 'x', max_in_flight: 3 });
  expect(told).toEqual([{ option, reason: expect.stringMatching(/^(?!Means nothing)./) as string }]);
});
