import { Redis } from 'ioredis';
import { backoffMs, errorText, sleep, VumiError, type Logger } from '@vumi/core';
import { SCRIPTS } from './scripts.ts';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;
/**
 * A Redis that answers nothing for so long is given up, and with it what was asked of it. The client's limit is of the
 * clock on the wall: long enough for a process that waits for a processor.
 */
const SILENCE_MS = 15_000;

/** The client with our scripts as methods. */
export interface ScriptedRedis extends Redis {
  vumiIncrement(key: string, by: number, ttlMs: number): Promise<number>;
  vumiPutField(key: string, field: string, value: string, ttlMs: number): Promise<string[]>;
  vumiList(
    index: string,
    names: string,
    ...range: [first: string, end: Buffer, limit: number, bytes: number]
  ): Promise<string[]>;
  vumiCommit(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<string | null>;
}

export interface RedisLinkOptions {
  readonly url: string;
  /** How long a command waits for a Redis that is away before it rejects with `state.unavailable`. */
  readonly deadlineMs: number;
  readonly logger: Logger;
}

/**
 * Whether a command that may have been carried out before its answer was lost can be sent again. ioredis would send
 * every command again, and increment twice; so reconnecting and sending again are ours.
 */
export type Repeatable = 'repeatable' | 'once';

/** One connection to Redis that is made again whenever it breaks. */
export class RedisLink implements AsyncDisposable {
  readonly #redis: ScriptedRedis;
  readonly #options: RedisLinkOptions;
  readonly #stop = new AbortController();
  #ready = Promise.withResolvers<void>();
  #isReady = false;
  #lastError: unknown = 'no answer';
  #running: Promise<void> = Promise.resolve();

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#redis = new Redis(options.url, {
      lazyConnect: true,
      enableAutoPipelining: true,
      enableOfflineQueue: false,
      // Without a strategy of its own, ioredis rejects what was in flight when the connection ends.
      retryStrategy: () => null,
      maxRetriesPerRequest: null,
      noDelay: true,
      socketTimeout: SILENCE_MS,
      connectionName: 'vumi',
      scripts: SCRIPTS,
    }) as ScriptedRedis;
    this.#redis.on('error', (error: Error) => this.#onError(error));
  }

  /** Resolves with the first connection; rejects with `state.unavailable` when there is none in time. */
  async start(): Promise<void> {
    this.#running = this.#keep();
    await this.#waitUntilReady(Date.now() + this.#options.deadlineMs);
    await this.#warnOfForgetfulness();
  }

  /** Carries out a command; rejects with `state.unavailable` when Redis does not in time. */
  async run<T>(repeatable: Repeatable, command: (redis: ScriptedRedis) => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.#options.deadlineMs;
    for (;;) {
      if (!this.#isReady) await this.#waitUntilReady(deadline);
      try {
        return await command(this.#redis);
      } catch (error) {
        if (isReply(error)) throw error;
        if (repeatable === 'once' && !wasNeverSent(error)) throw unavailable('lost the answer', error);
        if (Date.now() > deadline) throw unavailable('gave no answer in time', error);
        await sleep(FIRST_WAIT_MS);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    if (this.#isReady) await this.#redis.quit().catch(() => undefined);
    this.#redis.disconnect();
    await this.#running;
  }

  async #keep(): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      const ended = new Promise<void>((resolve) => this.#redis.once('end', resolve));
      try {
        await this.#redis.connect();
        attempt = 0;
        this.#isReady = true;
        this.#ready.resolve();
      } catch {
        // Reported by `onError`, with its reason.
        this.#redis.disconnect();
      }
      await ended;
      if (this.#isReady) this.#ready = Promise.withResolvers();
      this.#isReady = false;
      await sleep(backoffMs(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS), this.#stop.signal).catch(
        () => undefined,
      );
    }
  }

  #onError(error: Error): void {
    this.#lastError = error;
    this.#options.logger.warn({ reason: error.message }, 'Redis connection lost');
  }

  async #waitUntilReady(deadline: number): Promise<void> {
    const late = new AbortController();
    const timeout = sleep(Math.max(0, deadline - Date.now()), late.signal).then(() => {
      throw unavailable(`is away (${errorText(this.#lastError)})`, this.#lastError);
    });
    try {
      await Promise.race([this.#ready.promise, timeout]);
    } finally {
      late.abort();
      timeout.catch(() => undefined);
    }
  }

  /** The guarantee of exactly-once effects is as good as Redis's memory. */
  async #warnOfForgetfulness(): Promise<void> {
    try {
      const info = await this.#redis.info('persistence');
      if (/aof_enabled:0/.test(info)) {
        this.#options.logger.warn(
          {},
          'this Redis forgets what it confirmed when it dies; set "appendonly yes"',
        );
      }
    } catch {
      // An operator may forbid INFO.
    }
  }
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** ioredis refused it because there was no connection at that moment. */
function wasNeverSent(error: unknown): boolean {
  return /enableOfflineQueue|writeable/i.test(errorText(error));
}

/** What to do about what Redis says of itself. */
export function adviceFor(said: string): string {
  if (/NOAUTH|WRONGPASS|invalid password|without any password/i.test(said)) {
    return 'put its password into VUMI_REDIS_URL: redis://:PASSWORD@host:6379';
  }
  if (/NOPERM/i.test(said)) return 'give its user all commands and keys: "ACL SETUSER NAME on ~* &* +@all"';
  if (/DB index|SELECT/i.test(said))
    return 'the number behind the port in VUMI_REDIS_URL is no database of it';
  if (/READONLY|MISCONF|OOM/i.test(said))
    return 'let it write: it is a replica, or its disk or memory is full';
  return 'look whether it runs and answers';
}

function unavailable(what: string, cause: unknown): VumiError {
  return new VumiError('state.unavailable', `Redis ${what}; ${adviceFor(errorText(cause))}`, { cause });
}
