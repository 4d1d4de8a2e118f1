import { join } from 'node:path';
import type {
  Clock,
  CommitResult,
  KeyedState,
  Logger,
  StateCommit,
  StateListQuery,
  StatePage,
} from '@vumi/core';
import { openJournal, type Journal } from '@vumi/journal';
import { checkCommit, checkIncrement, checkTtl, notANumber } from '../checks.ts';
import { tooManyKeys } from '../too-many-keys.ts';
import type { NotANumber, StateReplies, StateReply, StateRequest, TooManyKeys } from './state-format.ts';

const SWEEP_EVERY_MS = 30_000;

export interface EmbeddedStateOptions {
  /** The folder of `state.sqlite`; one process at a time (`data.in_use`). */
  readonly dataDir: string;
  readonly logger: Logger;
  /** What expiry goes by. Default: the time of day. */
  readonly clock?: Clock;
}

class EmbeddedState implements KeyedState {
  readonly #journal: Journal<StateRequest, StateReply>;
  readonly #clock: Clock;
  readonly #sweeper: NodeJS.Timeout;

  constructor(journal: Journal<StateRequest, StateReply>, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
    this.#sweeper = setInterval(() => void this.#sweep(), SWEEP_EVERY_MS).unref();
  }

  get(key: string): Promise<string | null> {
    return this.#ask<'get'>(['get', key, this.#clock()]);
  }

  async set(key: string, value: string, ttlMs?: number): Promise<void> {
    await this.#ask<'set'>(['set', key, value, this.#expiry(ttlMs)]);
  }

  async setIfAbsent(key: string, value: string, ttlMs?: number): Promise<boolean> {
    return this.#ask<'setIfAbsent'>(['setIfAbsent', key, value, this.#expiry(ttlMs), this.#clock()]);
  }

  delete(key: string): Promise<boolean> {
    return this.#ask<'delete'>(['delete', key, this.#clock()]);
  }

  take(key: string): Promise<string | null> {
    return this.#ask<'take'>(['take', key, this.#clock()]);
  }

  async increment(key: string, by: number, ttlMs?: number): Promise<number> {
    checkIncrement(key, by);
    return orThrow(await this.#ask<'increment'>(['increment', key, by, this.#expiry(ttlMs), this.#clock()]));
  }

  putField(key: string, field: string, value: string, ttlMs: number): Promise<Record<string, string>> {
    const now = this.#clock();
    return this.#ask<'putField'>(['putField', key, field, value, now + ttlMs, now]);
  }

  async getFields(key: string): Promise<Record<string, string>> {
    return JSON.parse((await this.get(key)) ?? '{}') as Record<string, string>;
  }

  async commit(commit: StateCommit): Promise<CommitResult> {
    checkCommit(commit, this.#clock());
    const earlier = orThrow(await this.#ask<'commit'>(['commit', commit, this.#clock()]));
    return earlier === null ? { fresh: true, outbox: commit.outbox } : { fresh: false, outbox: earlier };
  }

  list(query: StateListQuery): Promise<StatePage> {
    return this.#ask<'list'>(['list', query, this.#clock()]);
  }

  scan(after: string | null): Promise<StatePage> {
    return this.#ask<'scan'>(['scan', after ?? '', this.#clock()]);
  }

  async replace(key: string, value: string): Promise<void> {
    await this.#ask<'replace'>(['replace', key, value]);
  }

  committed(marker: string): Promise<readonly string[] | null> {
    return this.#ask<'committed'>(['committed', marker, this.#clock()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sweeper);
    await this.#journal[Symbol.asyncDispose]();
  }

  #ask<Op extends StateRequest[0]>(
    request: Extract<StateRequest, readonly [Op, ...unknown[]]>,
  ): Promise<StateReplies[Op]> {
    return this.#journal.call(request) as Promise<StateReplies[Op]>;
  }

  #expiry(ttlMs: number | undefined): number | null {
    const now = this.#clock();
    checkTtl(ttlMs, now);
    return ttlMs === undefined ? null : now + ttlMs;
  }

  /** What fails here is logged by the journal and tried again at the next turn. */
  async #sweep(): Promise<void> {
    try {
      while (await this.#ask<'sweep'>(['sweep', this.#clock()]));
    } catch {
      // See above.
    }
  }
}

function orThrow<T extends number | readonly string[] | null>(reply: T | NotANumber | TooManyKeys): T {
  if (typeof reply === 'object' && reply !== null) {
    if ('notANumber' in reply) throw notANumber(reply.notANumber);
    if ('maxKeys' in reply) throw tooManyKeys(reply.maxKeys);
  }
  return reply;
}

/** Keyed state in one file, for one process. What a promise has confirmed survives kill -9 and power loss. */
export async function openEmbeddedState(options: EmbeddedStateOptions): Promise<KeyedState> {
  const journal = await openJournal<StateRequest, StateReply>({
    file: join(options.dataDir, 'state.sqlite'),
    thread: new URL('./state-thread.ts', import.meta.url),
    unavailable: 'state.unavailable',
    logger: options.logger,
  });
  return new EmbeddedState(journal, options.clock ?? Date.now);
}
