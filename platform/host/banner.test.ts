import { parseInput } from '@vumi/core';
import type { DemoState } from '@vumi/demo';
import { expect, test } from 'vitest';
import { banner } from './banner.ts';
import { configSchema } from './config-schema.ts';
import type { Platform } from './platform.ts';

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

const HELLO = { name: 'hello', folder: '/hello', keyword: null };
const QUIZ = { name: 'quiz', folder: '/quiz', keyword: 'quiz' };

function withDemo(demo: DemoState): string {
  const platform = {
    config: { roles: ['api'], broker: {}, database: {}, redis: {}, data_dir: '/data' },
    api: {
      url: 'http://127.0.0.1:8000',
      adminToken: { token: 't', fresh: false, file: null },
      smscPort: 2775,
      appUrl: () => 'http://demo--quiz/',
    },
    smpp: null,
  } as unknown as Platform;
  return banner(platform, 1000, demo);
}

test('what to type is said when it works', () => {
  const said = withDemo({ answering: [HELLO, QUIZ], missing: [] });
  expect(said).toContain('type "hi", or "quiz" and play');
  expect(said).toContain('demo--quiz');
});

test('only sample apps that are there are named', () => {
  const said = withDemo({ answering: [QUIZ], missing: [] });
  expect(said).toContain('type "quiz" and play');
  expect(said).not.toContain('"hi"');
  expect(withDemo({ answering: [], missing: [] })).not.toContain('vumi phone');
});

test('nobody is told to type what would not be answered', () => {
  for (const reason of ['hello: it takes too long', 'transport smsc: binding']) {
    const said = withDemo({ answering: [QUIZ], missing: [reason] });
    expect(said).toContain('do not answer yet');
    expect(said).toContain(reason);
    expect(said).not.toContain('vumi phone');
  }
});
