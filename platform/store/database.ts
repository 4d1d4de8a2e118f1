import { Pool, types, type ClientConfig, type CustomTypesConfig, type QueryConfig } from 'pg';
import { VumiError, type Logger } from '@vumi/core';
import { storeMeasures } from '@vumi/measures';
import { databaseError, wasCancelled } from './database-error.ts';
import { SERVER_OPTIONS } from './postgres-only.ts';

export interface DatabaseOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Connections at once; they are opened as they are needed. */
  readonly connections: number;
}

/** Runs statements: a pool, or one connection of it within a transaction. */
export interface Statements {
  /** The rows. Parameters are `$1`, `$2`, … */
  query<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

/** The driver's limits are of the clock on the wall: long enough for a machine that has too much to do. */
const CONNECT_MS = 15_000;
/** Longer than any statement of ours; what takes longer has no server at its end any more. */
const STATEMENT_MS = 60_000;

/** The first message after a quiet minute should not wait for a connection to be made. */
const IDLE_MS = 600_000;

const TIMESTAMPTZ = 1184;

/** Instants come as ISO 8601 texts. */
const TYPES: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === TIMESTAMPTZ
      ? (text: string) => new Date(text).toISOString()
      : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/** How all of our connections are made. */
export function connectionConfig(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'vumi',
    options: SERVER_OPTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: TYPES,
  };
}

/** The pool. Its errors are `VumiError`s; connections that break are replaced. */
export class Database implements Statements, AsyncDisposable {
  readonly #pool: Pool;

  constructor({ url, logger, connections }: DatabaseOptions) {
    this.#pool = new Pool({
      ...connectionConfig(url),
      query_timeout: STATEMENT_MS,
      max: connections,
      idleTimeoutMillis: IDLE_MS,
    });
    // A connection that breaks while nobody uses it would end the process if nobody listened.
    this.#pool.on('error', (error) => logger.warn({ reason: error.message }, 'a database connection broke'));
  }

  async query<R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.#run({ text, values: [...values] });
  }

  /** Prepared once per connection, for statements that run often. */
  async prepared<R extends object>(name: string, text: string, values: readonly unknown[]): Promise<R[]> {
    return this.#run({ name, text, values: [...values] });
  }

  /** As `query`; one that takes longer is ended by the server. Throws `request.invalid` then. */
  async within<R extends object>(ms: number, text: string, values: readonly unknown[]): Promise<R[]> {
    try {
      return await this.transaction(async (statements) => {
        await statements.query(`set local statement_timeout = ${ms}`);
        return statements.query<R>(text, values);
      });
    } catch (error) {
      if (!wasCancelled(error)) throw error;
      throw new VumiError(
        'request.invalid',
        `this took longer than ${ms / 1000} s, so it was ended: ask for less`,
        { cause: error },
      );
    }
  }

  async #run<R extends object>(query: QueryConfig): Promise<R[]> {
    const startedAt = performance.now();
    try {
      const { rows } = await this.#pool.query<R>(query);
      storeMeasures.querySeconds.since(startedAt);
      return rows;
    } catch (error) {
      throw countedError(error);
    }
  }

  /** All of the statements or none. */
  async transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw countedError(error);
    });
    // As in the constructor; the statement that runs rejects by itself.
    const ignore = (): void => {};
    client.on('error', ignore);
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work({
        query: async (text, values = []) => (await client.query(text, [...values])).rows,
      });
      await client.query('commit');
      storeMeasures.querySeconds.since(startedAt);
      return result;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => (broken = failure));
      throw countedError(error);
    } finally {
      client.off('error', ignore);
      client.release(broken);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }
}

/** What the work of a transaction throws itself is no failure of the database: its code tells them apart. */
function countedError(error: unknown): unknown {
  const known = databaseError(error);
  storeMeasures.errors.add(1, known instanceof VumiError ? known.code : 'internal');
  return known;
}
