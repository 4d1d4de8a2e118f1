import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { VumiError } from '@vumi/core';
import { Redis } from 'ioredis';
import { z } from 'zod';

export interface RedisPlace {
  readonly url: string;
  /** Of our keys. */
  readonly prefix: string;
}

export const KEYS_FILE = 'redis.ndjson.gz';
const AT_ONCE = 500;
/** Key and value as Redis writes them, in base64; when it expires, in milliseconds since the epoch, 0: never. */
const lineSchema = z.tuple([z.base64(), z.base64(), z.number()]);
type Line = z.infer<typeof lineSchema>;

/** Writes all keys of the prefix; answers how many. Each is as it is when its turn comes. */
export async function writeKeys({ url, prefix }: RedisPlace, folder: string): Promise<number> {
  await using redis = await connect(url);
  let count = 0;
  const lines = async function* (): AsyncGenerator<string> {
    for await (const keys of scan(redis.client, prefix)) {
      for (const line of await read(redis.client, keys)) {
        count += 1;
        yield `${JSON.stringify(line)}\n`;
      }
    }
  };
  await pipeline(
    lines,
    createGzip({ level: 1 }),
    createWriteStream(join(folder, KEYS_FILE), { mode: 0o600 }),
  );
  return count;
}

export async function loadKeys({ url }: RedisPlace, folder: string): Promise<void> {
  await using redis = await connect(url);
  const file = createReadStream(join(folder, KEYS_FILE)).pipe(createGunzip());
  let some: Line[] = [];
  for await (const text of createInterface({ input: file, crlfDelay: Infinity })) {
    some.push(lineSchema.parse(JSON.parse(text)));
    if (some.length < AT_ONCE) continue;
    await write(redis.client, some);
    some = [];
  }
  await write(redis.client, some);
}

async function connect(url: string): Promise<{ client: Redis } & AsyncDisposable> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new VumiError('state.unavailable', `Redis does not answer: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return { client, [Symbol.asyncDispose]: async () => client.disconnect() };
}

async function* scan(client: Redis, prefix: string): AsyncGenerator<Buffer[]> {
  const match = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`;
  yield* client.scanBufferStream({ match, count: AT_ONCE }) as AsyncIterable<Buffer[]>;
}

async function read(client: Redis, keys: readonly Buffer[]): Promise<Line[]> {
  const values = await Promise.all(
    keys.map(async (key) => Promise.all([client.dumpBuffer(key), client.pexpiretime(key)])),
  );
  return keys.flatMap((key, index) => {
    const [value, expires] = values[index] ?? [null, 0];
    // It expired meanwhile.
    return value === null
      ? []
      : [[key.toString('base64'), value.toString('base64'), Math.max(0, expires)] as Line];
  });
}

async function write(client: Redis, lines: readonly Line[]): Promise<void> {
  await Promise.all(
    lines.map(async ([key, value, expires]) =>
      client.restore(Buffer.from(key, 'base64'), expires, Buffer.from(value, 'base64'), 'ABSTTL'),
    ),
  );
}

/** Throws `config.invalid` where there is one. */
export async function requireNoKeys({ url, prefix }: RedisPlace): Promise<void> {
  await using redis = await connect(url);
  for await (const keys of scan(redis.client, prefix)) {
    if (keys.length === 0) continue;
    throw new VumiError(
      'config.invalid',
      `Redis has keys that begin with "${prefix}": take another one, or another redis.prefix, or delete them`,
    );
  }
}
