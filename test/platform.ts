import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGGREGATES_KEY, EXCHANGES, METRICS_KEY, parseInput } from '@vumi/core';
import {
  checkConfig,
  configSchema,
  createLogger,
  startPlatform,
  type Config,
  type Platform,
} from '@vumi/host';
import amqp from 'amqplib';
import AdmZip from 'adm-zip';
import { Redis } from 'ioredis';
import { Client as PostgresClient } from 'pg';
import { backend, requireServer } from './backend.ts';
import { copyPostgres, shareSnapshots } from './template.ts';

export const ADMIN_TOKEN = 'test-administrator-token';

/** A place of its own for a platform under test: a data folder, and on servers a database, key prefix and queues. */
export interface Place extends AsyncDisposable {
  readonly settings: Record<string, unknown>;
  readonly env: Record<string, string>;
}

export async function createPlace(): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-test-'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  const servers = backend === 'servers' ? await serverPlace(name) : null;
  if (servers === null) await copyPostgres(join(dataDir, 'postgres'));
  await shareSnapshots(dataDir);
  return {
    settings: { data_dir: dataDir, ...servers?.settings },
    env: { VUMI_DATA_DIR: dataDir, ...servers?.env },
    async [Symbol.asyncDispose]() {
      await servers?.clear();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function serverPlace(name: string) {
  const [broker, database, redis] = await Promise.all([
    requireServer('broker'),
    requireServer('database'),
    requireServer('redis'),
  ]);
  await withPostgres(database, (client) => client.query(`create database ${name}`));
  const own = new URL(database);
  own.pathname = `/${name}`;
  return {
    settings: {
      broker: { url: broker, namespace: name },
      database: { url: own.href },
      redis: { url: redis, prefix: `${name}:` },
    },
    env: { VUMI_BROKER_URL: broker, VUMI_DATABASE_URL: own.href, VUMI_REDIS_URL: redis },
    async clear() {
      await withPostgres(database, (client) => client.query(`drop database if exists ${name} with (force)`));
      await clearRedis(redis, name);
      await clearBroker(broker, name);
    },
  };
}

async function withPostgres(url: string, work: (client: PostgresClient) => Promise<unknown>): Promise<void> {
  const client = new PostgresClient({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function clearRedis(url: string, name: string): Promise<void> {
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `${name}:*`, count: 1000 })) {
    const found = keys as string[];
    if (found.length > 0) await redis.unlink(found);
  }
  await redis.quit();
}

/** What processes of the tests are called when nobody says otherwise, and whoever is asked. */
const MACHINE = hostname()
  .toLowerCase()
  .replaceAll(/[^a-z0-9_-]/g, '-');
const SUPERVISORS = [
  'supervisors',
  'child',
  'top',
  MACHINE,
  ...['api', 'dispatch', 'sandbox', 'transports', 'smpp'].map((role) => `${MACHINE}-${role}`),
];

/** Queues cannot be listed over AMQP: these are the names that the tests' platforms use. */
async function clearBroker(url: string, name: string): Promise<void> {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  const connectors = [
    'sandbox_0',
    'sandbox_1',
    'sandbox_2',
    'sandbox_3',
    'sandbox',
    'api',
    'http_relay',
    'smsc',
    'peer',
    'plain',
    'ussd',
    'smpp.acme',
    'answering',
    'words',
    'backwards',
    'relay1',
    'relay2',
    'web',
    'webhooks',
    ...['door', 'go', 'jas', 'june', 'kannel', 'shown'].map((name) => `interface.shop.${name}`),
  ];
  for (const connector of connectors) {
    for (const kind of ['inbound', 'inbound.slow', 'event', 'event.slow', 'outbound', 'failures']) {
      await channel.deleteQueue(`${name}.${connector}.${kind}`);
    }
  }
  for (const supervisor of SUPERVISORS) await channel.deleteQueue(`${name}.${supervisor}.control`);
  const ofMetrics = ['bucket.0', METRICS_KEY, `${AGGREGATES_KEY}.metric_series`];
  for (const queue of [...ofMetrics, `${AGGREGATES_KEY}.prometheus_metrics_collector`])
    await channel.deleteQueue(`${name}.${queue}`);
  for (const { name: exchange } of Object.values(EXCHANGES))
    await channel.deleteExchange(`${name}.${exchange}`);
  await connection.close();
}

/** A platform inside the test's process, on ports of its own. */
export interface TestPlatform extends AsyncDisposable {
  readonly platform: Platform;
  readonly client: Client;
  readonly place: Place;
}

export async function startTestPlatform(settings: Record<string, unknown> = {}): Promise<TestPlatform> {
  await using stack = new AsyncDisposableStack();
  const started = await startPlatformAt(stack.use(await createPlace()), settings);
  stack.use(started);
  const owned = stack.move();
  return { ...started, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The same at a place that outlives it. */
export async function startPlatformAt(
  place: Place,
  settings: Record<string, unknown> = {},
): Promise<TestPlatform> {
  const config: Config = checkConfig(
    parseInput(
      configSchema,
      {
        http: { port: 0 },
        simulators: { smsc: { port: 0 } },
        admin_token: ADMIN_TOKEN,
        log_level: process.env['VUMI_LOG_LEVEL'] ?? 'silent',
        ...place.settings,
        ...settings,
      },
      'config.invalid',
    ),
  );
  const platform = await startPlatform(config, createLogger(config.log_level));
  if (platform.api === null) throw new Error('a platform under test needs the role api');
  const client = new Client(platform.api.url);
  return { platform, client, place, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

export interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what the wire says and compare it.
  readonly body: any;
}

/** The HTTP API as curl would use it. */
export class Client {
  readonly url: string;
  readonly token: string | null;

  constructor(url: string, token: string | null = ADMIN_TOKEN) {
    this.url = url;
    this.token = token;
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const isZip = body instanceof Buffer;
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': isZip ? 'application/zip' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: isZip ? new Uint8Array(body) : typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text };
  }

  /** As `call`, for what must succeed. */
  async must(method: string, path: string, body?: unknown): Promise<Answer['body']> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }
}

/** A bundle of the given files. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const zip = new AdmZip();
  for (const [path, text] of Object.entries(files)) zip.addFile(path, Buffer.from(text));
  return zip.toBuffer();
}

export { eventually } from '@vumi/machine/testing';
