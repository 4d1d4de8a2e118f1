import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeRedisManager } from './redis-manager.ts';
import { parseWorkerArguments } from './worker-arguments.ts';
import { readWorkerSettings, type WorkerSettings } from './worker-settings.ts';

const VUMIS = 'amqp://vumi:vumi@127.0.0.1:5672/%2Fdevelop';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-settings-'));
  await writeFile(
    join(folder, 'global.yaml'),
    'hostname: mq\nport: 5673\nusername: u\nsystem-id: prod\nsentry: x\nfoo: 1\n',
  );
  await writeFile(join(folder, 'worker.yaml'), 'transport_name: a\nport: 1\n');
});
afterAll(async () => rm(folder, { recursive: true }));

function settingsOf(line: string, env: Record<string, string> = {}): WorkerSettings {
  const args = parseWorkerArguments(line.split(' ').map((word) => word.replace('@', `${folder}/`)));
  if (args === null) throw new Error('help was asked for');
  return readWorkerSettings(args, env);
}

test.each<[string, Record<string, string>, string | null]>([
  ['smpp', {}, null],
  ['smpp', { VUMI_BROKER_URL: 'amqp://x' }, 'amqp://x'],
  ['smpp --broker-url amqp://y', { VUMI_BROKER_URL: 'amqp://x' }, 'amqp://y'],
  ['smpp --hostname mq', { VUMI_BROKER_URL: 'amqp://x' }, 'amqp://vumi:vumi@mq:5672/%2Fdevelop'],
  ['smpp --vhost /', {}, 'amqp://vumi:vumi@127.0.0.1:5672/%2F'],
  ['smpp --username a@b --password c:d', {}, `amqp://a%2Fb:c%3Ad@127.0.0.1:5672/%2Fdevelop`],
  ['smpp --hostname ::1', {}, 'amqp://vumi:vumi@[::1]:5672/%2Fdevelop'],
  ['smpp --vumi-config @global.yaml', {}, 'amqp://u:vumi@mq:5673/%2Fdevelop'],
  ['smpp --vumi-config @global.yaml --port 9', {}, 'amqp://u:vumi@mq:9/%2Fdevelop'],
  ['--worker-class vumi.transports.smpp.SmppTransport', {}, VUMIS],
  ['--worker_class vumi.transports.smpp.SmppTransport', { VUMI_BROKER_URL: 'amqp://x' }, 'amqp://x'],
  ['vumi.transports.smpp.SmppTransport', {}, VUMIS],
])('"%s" %j finds RabbitMQ at %s', (line, env, url) => {
  const expected =
    url?.includes('a%2Fb') === true
      ? `amqp://${encodeURIComponent(`a${folder}/b`)}:c%3Ad@127.0.0.1:5672/%2Fdevelop`
      : url;
  expect(settingsOf(line, env).brokerUrl).toBe(expected);
});

test('options of the command line win over the file, and stay texts', () => {
  const { options } = settingsOf('smpp --config @worker.yaml --set-option port:2 --set_option host:a:b');
  expect(options).toEqual({ transport_name: 'a', port: '2', host: 'a:b' });
});

test('what means nothing is noted', () => {
  const { notes, systemId } = settingsOf('smpp --vumi-config @global.yaml --specfile amqp0-8.xml');
  expect(systemId).toBe('prod');
  expect(notes).toEqual([
    'unknown option "foo"',
    '--specfile means nothing here',
    '--sentry means nothing here: errors are in the log',
  ]);
});

test.each([
  ['--config @worker.yaml', 'name a type of worker'],
  ['smpp --worker-class vumi.x.Y', 'name the worker once'],
  ['smpp --broker-url amqp://x --hostname y', 'say where RabbitMQ is once'],
  ['smpp --port 99999', 'is no port'],
  ['smpp --log-level loud', 'none of debug'],
  ['smpp --queue-type stream', 'classic, quorum'],
  ['smpp --hostnam x', "unknown option '--hostnam'"],
  ['smpp --set-option x', 'key:value'],
  ['smpp --config @nowhere.yaml', 'nowhere.yaml'],
])('"%s" is refused', (line, text) => {
  expect(() => settingsOf(line)).toThrow(
    expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(text) }),
  );
});

test.each<[string, object, object | null]>([
  ['nothing', {}, null],
  [
    'redis_manager without anything',
    { redis_manager: {} },
    { kind: 'redis', url: 'redis://localhost:6379/0', prefix: '' },
  ],
  [
    'redis_manager',
    { redis_manager: { host: 'r', port: '1', db: 2, password: 'p:', key_prefix: 'vumi' } },
    { kind: 'redis', url: 'redis://:p%3A@r:1/2', prefix: 'vumi:' },
  ],
  [
    'redis_config of 0.4',
    { redis_config: { host: 'r' } },
    { kind: 'redis', url: 'redis://r:6379/0', prefix: '' },
  ],
  ['a fake', { redis_manager: { FAKE_REDIS: 'yes' } }, { kind: 'embedded' }],
  ['a fake in a word', { redis_manager: 'FAKE_REDIS' }, { kind: 'embedded' }],
])('%s is where the state is', (_label, options, place) => {
  expect(takeRedisManager({ ...options, other: 1 })).toEqual({ options: { other: 1 }, place, warnings: [] });
});

test('a redis_manager of nonsense is refused', () => {
  expect(() => takeRedisManager({ redis_manager: { port: 'x' } })).toThrow('"redis_manager"');
});
