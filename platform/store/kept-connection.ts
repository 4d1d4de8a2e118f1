import { Client } from 'pg';
import { backoffMs, errorText, settledWithin, sleep, VumiError, type Logger } from '@vumi/core';
import { withinGiven } from '@vumi/machine';
import { connectionConfig } from './database.ts';
import { databaseError } from './database-error.ts';
import { SERVER_PATIENCE } from './postgres-only.ts';

const HEARTBEAT_MS = 5_000;
/** An answer that takes longer does not come. What this process was not given is no time in which it could have come. */
const ANSWER = { limitMs: 10_000, ceilingMs: 20_000 } as const;
/** A server that is gone does not take leave. */
const FAREWELL_MS = 2_000;

/** One connection, from its making to its end. */
export interface Connection {
  query<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** Resolves when the connection is gone or no longer answers, and with it its locks and subscriptions. */
  readonly broken: Promise<void>;
}

export interface KeptConnectionOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Runs on each new connection before anybody gets it. */
  prepare(connection: Connection): Promise<void>;
  onNotification(payload: string): void;
  /** After a break: something may have been missed. */
  onRestored(): void;
}

interface Kept extends Connection {
  /** Declares it broken and closes it. */
  end(): Promise<void>;
}

/** A connection that is kept for what lives as long as a connection: subscriptions and advisory locks. */
export class KeptConnection implements AsyncDisposable {
  readonly #options: KeptConnectionOptions;
  readonly #closing = new AbortController();
  #current: Kept | null = null;
  #keeping: Promise<void> = Promise.resolve();

  private constructor(options: KeptConnectionOptions) {
    this.#options = options;
  }

  /** Rejects when the first connection cannot be made. */
  static async open(options: KeptConnectionOptions): Promise<KeptConnection> {
    const owner = new KeptConnection(options);
    owner.#current = await connect(options);
    owner.#keeping = owner.#keep(owner.#current);
    return owner;
  }

  /** Null while there is none. */
  get connection(): Connection | null {
    return this.#current;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#current?.end();
    await this.#keeping;
  }

  async #keep(first: Kept): Promise<void> {
    let kept: Kept | null = first;
    while (kept !== null) {
      await watch(kept);
      this.#current = null;
      const ended = kept.end();
      if (this.#closing.signal.aborted) {
        await ended;
        return;
      }
      this.#options.logger.warn({}, 'lost the database connection, connecting again');
      kept = await this.#reconnect();
    }
  }

  async #reconnect(): Promise<Kept | null> {
    const { signal } = this.#closing;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        const kept = await connect(this.#options);
        if (signal.aborted) {
          await kept.end();
          return null;
        }
        this.#current = kept;
        this.#options.onRestored();
        return kept;
      } catch (error) {
        this.#options.logger.debug({ attempt, reason: errorText(error) }, 'no database connection yet');
        await sleep(backoffMs(attempt, 100, 3_000), signal).catch(() => {});
      }
    }
    return null;
  }
}

async function connect(options: KeptConnectionOptions): Promise<Kept> {
  const client = new Client(connectionConfig(options.url));
  const { promise: broken, resolve: declareBroken } = Promise.withResolvers<void>();
  client.once('end', declareBroken).on('error', () => declareBroken());
  client.on('notification', ({ payload }) => options.onNotification(payload ?? ''));
  // The driver wants the next statement only when the one before has ended.
  let before: Promise<unknown> = Promise.resolve();
  const kept: Kept = {
    broken,
    query: async <R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> => {
      const own = before.then(() => withinGiven(client.query<R>(text, [...values]), ANSWER, noAnswer));
      before = own.catch(() => {});
      try {
        return (await own).rows;
      } catch (error) {
        throw databaseError(error);
      }
    },
    end: async () => {
      declareBroken();
      await settledWithin(client.end(), FAREWELL_MS);
    },
  };
  try {
    await client.connect();
    await withinGiven(client.query(SERVER_PATIENCE), ANSWER, noAnswer);
    await options.prepare(kept);
  } catch (error) {
    void kept.end();
    throw databaseError(error);
  }
  return kept;
}

function noAnswer(): Error {
  return new VumiError('store.unavailable', 'Postgres gives no answer: look whether it runs and answers');
}

/** Resolves when the connection breaks; also notices a server that went without a word. */
async function watch(connection: Connection): Promise<void> {
  const stop = new AbortController();
  const heartbeat = async (): Promise<void> => {
    try {
      for (;;) {
        await sleep(HEARTBEAT_MS, stop.signal);
        await connection.query('select 1');
      }
    } catch {
      // Stopped, or no answer: both end the wait.
    }
  };
  await Promise.race([connection.broken, heartbeat()]);
  stop.abort();
}
