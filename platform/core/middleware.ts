import type { FailureMessage, TransportEvent, TransportStatus, UserMessage } from './wire.ts';

/** Which side of a connector, and which of its endpoints (absent in a message: `default`). */
export interface End {
  readonly connector: string;
  readonly endpoint: string;
}

interface Passage {
  /** Taken from the connector, or on the way into it. */
  readonly stage: 'consume' | 'publish';
  readonly connector: string;
}

/** One message on its way through a connector. Failures and statuses are only published. */
export type Transit =
  | (Passage & { readonly flow: 'inbound' | 'outbound'; readonly message: UserMessage })
  | (Passage & { readonly flow: 'event'; readonly message: TransportEvent })
  | (Passage & { readonly flow: 'failure'; readonly message: FailureMessage })
  | (Passage & { readonly flow: 'status'; readonly message: TransportStatus });

export type Next = (transit: Transit) => Promise<void>;

/**
 * Sees every message of a worker's connectors: in the listed order when it is consumed, in reverse when it is published
 * (spec vumi-core §4). Calls `next` with the same or a changed copy; without it the message ends here. `next` settles
 * when all that follows is safe, and rejects when it is not.
 */
export type Middleware = (transit: Transit, next: Next) => Promise<void>;

/** The middleware of one worker, each way in the order in which it is passed. */
export interface MiddlewareOrders {
  readonly consume: readonly Middleware[];
  readonly publish: readonly Middleware[];
}
