import type { LinkOptions, Links } from '../links.ts';
import type { Json } from '../state.ts';

/** What a link of a conversation ends with, and what its page is asked. */
export interface LinkPlace {
  /** The conversation. */
  readonly talk?: { readonly to: string; readonly id: string };
  /** The open question, as its timers have it: the page may answer it. */
  readonly question?: Readonly<Record<string, Json>>;
}

/** What the platform's half of a guest gives conversations beside `app.links`. */
export interface HostLinks extends Links {
  make(path: string, options: LinkOptions & LinkPlace): Promise<string>;
  /** Links of this turn do not end with their conversation. */
  keep(): Promise<void>;
}
