import { errorText, type Logger } from '@vumi/core';
import type { Store } from '@vumi/store';
import type { Caller } from './access.ts';

/** The longest time that a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1;

interface Watched {
  readonly token: NonNullable<Caller['token']>;
  readonly end: () => void;
}

/**
 * Ends answers that are still open when the token that asked for them is revoked, in whichever process, or expires. A
 * new request needs no watching: each asks the store for its token.
 */
export class TokenWatch {
  readonly #watched = new Set<Watched>();
  readonly #store: Pick<Store, 'tokens'>;
  readonly #logger: Logger;

  constructor(store: Pick<Store, 'tokens' | 'onChange'>, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
    store.onChange(({ what }) => (what === 'tokens' ? this.#look() : undefined));
  }

  /** Calls `end` when the caller's token is no longer valid, until it is disposed. */
  add({ token }: Caller, end: () => void): Disposable {
    if (token === undefined) return { [Symbol.dispose]: () => {} };
    const entry = { token, end };
    this.#watched.add(entry);
    const left = token.expires_at === null ? LONGEST_MS : Date.parse(token.expires_at) - Date.now();
    const timer = setTimeout(() => void this.#look(), Math.min(Math.max(left, 0) + 1, LONGEST_MS)).unref();
    // It may have ended between the look at the request and now.
    void this.#look();
    return {
      [Symbol.dispose]: () => {
        clearTimeout(timer);
        this.#watched.delete(entry);
      },
    };
  }

  /** While the store does not answer nothing ends; it tells of a change when it is back. */
  async #look(): Promise<void> {
    if (this.#watched.size === 0) return;
    const asked = [...this.#watched];
    try {
      const alive = new Set(await this.#store.tokens.alive(new Set(asked.map(({ token }) => token.id))));
      for (const { token, end } of asked) if (!alive.has(token.id)) end();
    } catch (error) {
      this.#logger.warn({ reason: errorText(error) }, 'cannot look whether tokens of open answers are valid');
    }
  }
}
