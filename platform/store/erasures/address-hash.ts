import { createHmac } from 'node:crypto';
import type { Statements } from '../database.ts';

/** Begins the value of an opt-out whose address was erased. */
const HASHED = 'erased:';

/** Hides addresses: without the key nobody can try out which one it was. */
export class AddressHash {
  readonly #key: string;

  private constructor(key: string) {
    this.#key = key;
  }

  static async open(statements: Statements): Promise<AddressHash> {
    const [row] = await statements.query<{ key: string }>('select key from erasure_key');
    if (row === undefined) throw new TypeError('migration 35 makes the key');
    return new AddressHash(row.key);
  }

  hmac(...parts: readonly (string | null)[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('hex');
  }

  /** What stands in an opt-out in place of an erased address; in each account another. */
  ofOptout(account: string, type: string, value: string): string {
    return HASHED + this.hmac('optout', account, type, value);
  }
}

/** The same, read when it is first needed. */
export function hashOnce(statements: Statements): () => Promise<AddressHash> {
  let read: Promise<AddressHash> | null = null;
  return () => {
    read ??= AddressHash.open(statements).catch((error: unknown) => {
      read = null;
      throw error;
    });
    return read;
  };
}
