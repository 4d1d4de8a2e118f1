import type { UserMessage } from '@vumi/core';
import type { CalledRequest } from '../called-http.ts';
import type { Said } from '../ussd-play.ts';
import type { ussdTransports } from '../../ussd/index.ts';

/** A request, what is published for it, what the app says, and what the network is answered. */
interface Exchange {
  readonly ask: CalledRequest;
  /** Null: nothing is published. */
  readonly in: Partial<UserMessage> | null;
  readonly out?: Said;
  /** A text, or the value of a JSON. */
  readonly answer: unknown;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A session, or several, over a transport of one type. */
export interface Golden {
  readonly type: keyof typeof ussdTransports;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly exchanges: readonly Exchange[];
}

export const get = (query: Readonly<Record<string, string>>, path = '/'): CalledRequest => ({
  method: 'GET',
  path: `${path}?${new URLSearchParams(query).toString()}`,
});
export const NEW = { session_event: 'new' } as const;
export const RESUME = { session_event: 'resume' } as const;
export const CLOSE = { session_event: 'close', content: null } as const;
export const U = '27761234567';
