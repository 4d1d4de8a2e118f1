import type { Duration } from './talks/durations.ts';

/**
 * What the page behind a link may do of its user, beside what it may for everybody. The last four `vumi.json` asks for
 * (`frontend.links.scopes`), and the account grants.
 */
export type LinkScope =
  | 'user:read'
  | `user:read:${string}`
  | `user:write:${string}`
  | 'contacts:read'
  | 'contacts:number'
  | 'messages:read'
  | 'send:self';

export interface LinkOptions {
  /** How long it can be opened: 1 hour by default, 7 days at most. */
  readonly expires?: Duration;
  /**
   * 4 to 8 digits that are asked for before it opens: where phones are shared or lost. The user has to know them, from the
   * conversation or by choosing them.
   */
  readonly pin?: string;
  /** `user:read` reads what the app keeps of the user, `user:read:<key>` one key of it, `user:write:<key>` sets one;
   * `send:self` sends to the user's phone. */
  readonly scopes?: readonly LinkScope[];
}

/** Links that were given to the user in hand. */
export interface Links {
  /**
   * Ends all of them, and the pages that they have opened.
   *
   * @example
   * await app.send(message.from_addr, await app.link('/card'));
   * await app.links.revoke();
   */
  revoke(): Promise<void>;
}
