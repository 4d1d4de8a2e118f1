import { createHash } from 'node:crypto';
import { errorText, sleep, type Logger } from '@vumi/core';
import type { Connection, KeptConnection } from './kept-connection.ts';
import { TRY_LOCK, UNLOCK } from './postgres-only.ts';
import type { Lease } from './store.ts';

const RETRY_MS = 400;
/** So that processes which wait for the same lease do not ask in step. */
const RETRY_JITTER_MS = 200;

/** Leases are advisory locks of a connection: Postgres frees them when the connection ends, however that happens. */
export class Leases {
  /** A connection that has a lock gets it again, so two holders in this process are kept apart here. */
  readonly #held = new Set<string>();
  readonly #kept: KeptConnection;
  readonly #logger: Logger;

  constructor(kept: KeptConnection, logger: Logger) {
    this.#kept = kept;
    this.#logger = logger;
  }

  async acquire(name: string, signal: AbortSignal): Promise<Lease> {
    for (;;) {
      signal.throwIfAborted();
      const lease = await this.#tryAcquire(name);
      if (lease !== null && !signal.aborted) return lease;
      await lease?.[Symbol.asyncDispose]();
      await sleep(RETRY_MS + Math.random() * RETRY_JITTER_MS, signal);
    }
  }

  async #tryAcquire(name: string): Promise<Lease | null> {
    const { connection } = this.#kept;
    if (connection === null || this.#held.has(name)) return null;
    this.#held.add(name);
    try {
      const [row] = await connection.query<{ got: boolean }>(TRY_LOCK, [lockKey(name)]);
      if (row?.got === true) return this.#lease(name, connection);
    } catch (error) {
      this.#logger.debug({ name, reason: errorText(error) }, 'could not ask for a lease');
    }
    this.#held.delete(name);
    return null;
  }

  #lease(name: string, connection: Connection): Lease {
    const free = (): void => void this.#held.delete(name);
    void connection.broken.then(free);
    let disposed = false;
    return {
      lost: connection.broken,
      [Symbol.asyncDispose]: async () => {
        if (disposed) return;
        disposed = true;
        // A connection that is gone has no lock any more.
        await connection.query(UNLOCK, [lockKey(name)]).catch(() => {});
        free();
      },
    };
  }
}

/** Advisory locks are numbers of 64 bits. */
function lockKey(name: string): string {
  return createHash('sha256').update(`vumi lease ${name}`).digest().readBigInt64BE().toString();
}
