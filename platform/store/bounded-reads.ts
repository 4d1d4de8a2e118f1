import { Lanes } from '@vumi/core';
import type { Database } from './database.ts';

/** Such statements of one account at once; the others wait for their turn. */
const AT_ONCE = 2;
const LONGEST_MS = 5000;

/**
 * Statements whose cost somebody chooses who does not pay for it: searches, and counts of all that an account has. The
 * database ends them when they take long, and an account has a few connections and never all.
 */
export class BoundedReads {
  readonly #database: Pick<Database, 'within'>;
  readonly #lanes = new Lanes();

  constructor(database: Pick<Database, 'within'>) {
    this.#database = database;
  }

  /** Throws `request.invalid` for what takes too long. */
  query<R extends object>(account: string, text: string, values: readonly unknown[]): Promise<R[]> {
    return this.#lanes.run(account, AT_ONCE, () => this.#database.within<R>(LONGEST_MS, text, values));
  }
}
