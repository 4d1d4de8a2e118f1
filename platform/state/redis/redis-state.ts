import {
  errorText,
  VumiError,
  type CommitResult,
  type KeyedState,
  type Logger,
  type StateCommit,
  type StateListQuery,
  type StatePage,
  type StateWrite,
} from '@vumi/core';
import { checkCommit, checkIncrement, checkTtl, notANumber } from '../checks.ts';
import { LIST_BYTES } from '../list-bytes.ts';
import { tooManyKeys } from '../too-many-keys.ts';
import { RedisLink, type Repeatable, type ScriptedRedis } from './redis-link.ts';

const DEFAULT_DEADLINE_MS = 5_000;
const DEFAULT_PREFIX = 'vumi:';
/** Begin the keys of a quota's sorted sets: its keys by the time of their expiry, and by their bytes. */
const INDEX = 'keys/';
const NAMES = 'names/';
/** Comes after every byte of UTF-8. */
const LAST_BYTE = Buffer.from([0xff]);

export interface RedisStateOptions {
  /** `redis://user:password@host:port/db`. */
  readonly url: string;
  /** Put before every key, so that several platforms share one Redis. Default `vumi:`. */
  readonly prefix?: string;
  /** How long a command waits for a Redis that is away. Default 5,000. */
  readonly deadlineMs?: number;
  readonly logger: Logger;
}

/** Keys that Redis looks at for one part of a scan. */
const SCANNED = 500;

class RedisState implements KeyedState {
  readonly #link: RedisLink;
  readonly #prefix: string;

  constructor(link: RedisLink, prefix: string) {
    this.#link = link;
    this.#prefix = prefix;
  }

  get(key: string): Promise<string | null> {
    return this.#run('repeatable', key, (redis) => redis.get(this.#prefix + key));
  }

  async set(key: string, value: string, ttlMs?: number): Promise<void> {
    checkTtl(ttlMs, Date.now());
    const name = this.#prefix + key;
    await this.#run('repeatable', key, (redis) =>
      ttlMs === undefined ? redis.set(name, value) : redis.set(name, value, 'PX', ttlMs),
    );
  }

  async setIfAbsent(key: string, value: string, ttlMs?: number): Promise<boolean> {
    checkTtl(ttlMs, Date.now());
    const name = this.#prefix + key;
    const reply = await this.#run('once', key, (redis) =>
      ttlMs === undefined ? redis.set(name, value, 'NX') : redis.set(name, value, 'PX', ttlMs, 'NX'),
    );
    return reply === 'OK';
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#run('once', key, (redis) => redis.del(this.#prefix + key))) === 1;
  }

  take(key: string): Promise<string | null> {
    return this.#run('once', key, (redis) => redis.getdel(this.#prefix + key));
  }

  async increment(key: string, by: number, ttlMs?: number): Promise<number> {
    checkIncrement(key, by);
    checkTtl(ttlMs, Date.now());
    const name = this.#prefix + key;
    const sum = await this.#run('once', key, (redis) =>
      ttlMs === undefined ? redis.incrby(name, by) : redis.vumiIncrement(name, by, ttlMs),
    );
    return sum;
  }

  async putField(key: string, field: string, value: string, ttlMs: number): Promise<Record<string, string>> {
    const name = this.#prefix + key;
    const flat = await this.#run('repeatable', key, (redis) => redis.vumiPutField(name, field, value, ttlMs));
    const record: Record<string, string> = {};
    for (let at = 0; at < flat.length; at += 2) record[flat[at] ?? ''] = flat[at + 1] ?? '';
    return record;
  }

  getFields(key: string): Promise<Record<string, string>> {
    return this.#run('repeatable', key, (redis) => redis.hgetall(this.#prefix + key));
  }

  async commit(commit: StateCommit): Promise<CommitResult> {
    checkCommit(commit, Date.now());
    const { marker, markerTtlMs, writes, outbox, quota } = commit;
    const index = quota === undefined ? [] : [INDEX + quota.prefix, NAMES + quota.prefix];
    const keys = [marker, ...writes.map(({ key }) => key), ...index].map((key) => this.#prefix + key);
    const counted = quota === undefined ? ['', ''] : [quota.maxKeys, this.#prefix + quota.prefix];
    const rest = [markerTtlMs, JSON.stringify(outbox), ...counted, ...writes.flatMap(argumentsOf)];
    const earlier = await this.#run('repeatable', marker, (redis) =>
      redis.vumiCommit(keys.length, ...keys, ...rest),
    ).catch((error: unknown) => {
      throw isTooMany(error) && quota !== undefined ? tooManyKeys(quota.maxKeys) : error;
    });
    return earlier === null
      ? { fresh: true, outbox }
      : { fresh: false, outbox: JSON.parse(earlier) as string[] };
  }

  async list({ place, prefix, after, limit }: StateListQuery): Promise<StatePage> {
    const first = after === undefined ? `[${this.#prefix}${prefix}` : `(${this.#prefix}${after}`;
    const end = Buffer.concat([Buffer.from(`(${this.#prefix}${prefix}`), LAST_BYTE]);
    const [last, ...flat] = await this.#run('repeatable', prefix, (redis) =>
      redis.vumiList(
        this.#prefix + INDEX + place,
        this.#prefix + NAMES + place,
        first,
        end,
        limit,
        LIST_BYTES,
      ),
    );
    const entries: [string, string][] = [];
    for (let at = 0; at < flat.length; at += 2)
      entries.push([(flat[at] ?? '').slice(this.#prefix.length), flat[at + 1] ?? '']);
    return { entries, next: last === undefined || last === '' ? null : last.slice(this.#prefix.length) };
  }

  async scan(after: string | null): Promise<StatePage> {
    const [next, names] = await this.#run('repeatable', 'scan', (redis) =>
      redis.scan(after ?? '0', 'MATCH', `${escapePattern(this.#prefix)}*`, 'COUNT', SCANNED),
    );
    const read = names.map(async (name): Promise<[string, string][]> => {
      const key = name.slice(this.#prefix.length);
      const type = await this.#run('repeatable', key, (redis) => redis.type(name));
      if (type === 'hash') return [[key, JSON.stringify(await this.getFields(key))]];
      const value = type === 'string' ? await this.get(key) : null;
      return value === null ? [] : [[key, value]];
    });
    return { entries: (await Promise.all(read)).flat(), next: next === '0' ? null : next };
  }

  async replace(key: string, value: string): Promise<void> {
    await this.#run('repeatable', key, (redis) => redis.set(this.#prefix + key, value, 'KEEPTTL', 'XX'));
  }

  async committed(marker: string): Promise<readonly string[] | null> {
    const outbox = await this.get(marker);
    return outbox === null ? null : (JSON.parse(outbox) as string[]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#link[Symbol.asyncDispose]();
  }

  async #run<T>(
    repeatable: Repeatable,
    key: string,
    command: (redis: ScriptedRedis) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#link.run(repeatable, command);
    } catch (error) {
      throw error instanceof VumiError ? error : this.#translate(key, error);
    }
  }

  #translate(key: string, error: unknown): VumiError {
    const text = errorText(error);
    const culprit = /NOT_A_NUMBER (.*)/.exec(text)?.[1];
    if (culprit !== undefined) return notANumber(culprit.slice(this.#prefix.length));
    if (/not an integer|would overflow/.test(text)) return notANumber(key);
    return new VumiError('state.unavailable', `Redis refused a command: ${text}`, { cause: error });
  }
}

function escapePattern(text: string): string {
  return text.replaceAll(/[*?[\]\\^-]/g, '\\$&');
}

function isTooMany(error: unknown): boolean {
  return error instanceof VumiError && errorText(error.cause).includes('TOO_MANY_KEYS');
}

function argumentsOf(write: StateWrite): (string | number)[] {
  if (write.op === 'set') return [write.op, write.value, write.ttlMs ?? ''];
  return [write.op, write.op === 'increment' ? write.by : '', ''];
}

/** Keyed state on a Redis 7. Rejects with `state.unavailable` when it is not there in time; later it may come and go. */
export async function connectRedisState(options: RedisStateOptions): Promise<KeyedState> {
  const { url, prefix = DEFAULT_PREFIX, deadlineMs = DEFAULT_DEADLINE_MS, logger } = options;
  const link = new RedisLink({ url, deadlineMs, logger });
  try {
    await link.start();
  } catch (error) {
    await link[Symbol.asyncDispose]();
    throw error;
  }
  return new RedisState(link, prefix);
}
