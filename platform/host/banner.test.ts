import { expect, test } from 'vitest';
import { parseInput } from '@vumi/core';
import { UP_USAGE } from './arguments.ts';
import { banner } from './banner.ts';
import { configSchema } from './config-schema.ts';

function shown(settings: object): string {
  const config = parseInput(configSchema, settings, 'config.invalid');
  return banner({ config, api: null, smpp: null, [Symbol.asyncDispose]: async () => {} }, 1000, null);
}

test('some parts on servers and others embedded is said, with what to set', () => {
  expect(shown({ broker: 'amqp://127.0.0.1' })).toContain(
    'database and redis are still embedded in this process: set VUMI_DATABASE_URL and VUMI_REDIS_URL as well',
  );
  expect(shown({ broker: 'amqp://a', database: 'postgres://a/b' })).toContain('redis is still embedded');
  const all = { broker: 'amqp://a', database: 'postgres://a/b', redis: 'redis://a' };
  for (const settings of [{}, all]) expect(shown(settings)).not.toContain('still embedded');
});

test('the help names the level that is the default', () => {
  const { log_level: level } = parseInput(configSchema, {}, 'config.invalid');
  expect(UP_USAGE).toContain(`(VUMI_LOG_LEVEL, default ${level})`);
});
