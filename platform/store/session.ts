import { Client } from 'pg';
import { backoffMs, errorText, settledWithin, sleep, VumiError, type Logger } from '@vumi/core';
import { withinGiven } from '@vumi/machine';
import { connectionConfig } from './database.ts';
import { databaseError } from './database-error.ts';

const HEARTBEAT_MS = 5_000;
/** An answer that takes longer does not come. What this process was not given is no time in which it could have come. */
const ANSWER = { limitMs: 10_000, ceilingMs: 20_000 } as const;
/**
 * The server ends the connection, and with it our locks, when our machine has been gone for so long: later than we give
 * up a server that we cannot reach (HEARTBEAT_MS, the ceiling of ANSWER, and the time to unbind), so that two never hold
 * one lease. Keepalives are answered by the system, also for a process that gets no processor.
 */
const SERVER_PATIENCE = [
  'tcp_keepalives_idle = 20',
  'tcp_keepalives_interval = 5',
  'tcp_keepalives_count = 3',
];
/** A server that is gone does not take leave. */
const FAREWELL_MS = 2_000;

/** One connection, from its making to its end. */
export interface Connection {
  query<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** Resolves when the connection is gone or no longer answers, and with it its locks and subscriptions. */
  readonly broken: Promise<void>;
}

export interface SessionOptions {
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
export class Session implements AsyncDisposable {
  readonly #options: SessionOptions;
  readonly #closing = new AbortController();
  #current: Kept | null = null;
  #keeping: Promise<void> = Promise.resolve();

  private constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Rejects when the first connection cannot be made. */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    session.#current = await connect(options);
    session.#keeping = session.#keep(session.#current);
    return session;
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
      this.#options.logger.warn({}, 'lost the database session, connecting again');
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
        this.#options.logger.debug({ attempt, reason: errorText(error) }, 'no database session yet');
        await sleep(backoffMs(attempt, 100, 3_000), signal).catch(() => {});
      }
    }
    return null;
  }
}

async function connect(options: SessionOptions): Promise<Kept> {
  const client = new Client(connectionConfig(options.url));
  const { promise: broken, resolve: declareBroken } = Promise.withResolvers<void>();
  client.once('end', declareBroken).on('error', () => declareBroken());
  client.on('notification', ({ payload }) => options.onNotification(payload ?? ''));
  const kept: Kept = {
    broken,
    query: async (text, values = []) => {
      try {
        return (await withinGiven(client.query(text, [...values]), ANSWER, noAnswer)).rows;
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
    const settings = SERVER_PATIENCE.map((setting) => `set ${setting}`).join('; ');
    await withinGiven(client.query(settings), ANSWER, noAnswer);
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
