import {
  VumiError,
  type FailureMessage,
  type Middleware,
  type Next,
  type Transit,
  type TransportEvent,
  type TransportStatus,
  type UserMessage,
} from '@vumi/core';

/** What a handler returns for a message that is to end here, without anybody being told. */
export const DROP: Dropped = Object.freeze({ dropped: true });

interface Dropped {
  readonly dropped: true;
}

/** Where the message is on its way. */
export type Passage = Pick<Transit, 'stage' | 'connector'>;

/**
 * Returns the message, or a changed copy, or DROP; the one that came is never changed. Nothing at all is an error, as in
 * Vumi: it is a forgotten `return` more often than a wish.
 */
export type Handle<M> = (message: M, passage: Passage) => M | Dropped | Promise<M | Dropped>;

/**
 * Vumi's asymmetric handlers (spec vumi-core §4). The one of a stage comes before the one for both; what has none passes
 * as it is. Failures and statuses are only published.
 */
export interface MiddlewareHandlers {
  readonly consumeInbound?: Handle<UserMessage>;
  readonly publishInbound?: Handle<UserMessage>;
  readonly inbound?: Handle<UserMessage>;
  readonly consumeOutbound?: Handle<UserMessage>;
  readonly publishOutbound?: Handle<UserMessage>;
  readonly outbound?: Handle<UserMessage>;
  readonly consumeEvent?: Handle<TransportEvent>;
  readonly publishEvent?: Handle<TransportEvent>;
  readonly event?: Handle<TransportEvent>;
  readonly failure?: Handle<FailureMessage>;
  readonly status?: Handle<TransportStatus>;
}

/** Makes the onion of handlers. `name` is the middleware's in its configuration. */
export function fromHandlers(name: string, handlers: MiddlewareHandlers): Middleware {
  return (transit, next) => {
    const handle = handleOf(handlers, transit);
    return handle === undefined ? next(transit) : handled(name, handle, { transit, next });
  };
}

const OWN = {
  consume: { inbound: 'consumeInbound', outbound: 'consumeOutbound', event: 'consumeEvent' },
  publish: { inbound: 'publishInbound', outbound: 'publishOutbound', event: 'publishEvent' },
} as const;

/** The types say of each flow what its handlers take. */
function handleOf(
  handlers: MiddlewareHandlers,
  { flow, stage }: Transit,
): Handle<Transit['message']> | undefined {
  const own = flow === 'failure' || flow === 'status' ? undefined : handlers[OWN[stage][flow]];
  return (own ?? handlers[flow]) as Handle<Transit['message']> | undefined;
}

async function handled(
  name: string,
  handle: Handle<Transit['message']>,
  { transit, next }: { transit: Transit; next: Next },
): Promise<void> {
  const result: unknown = await handle(transit.message, transit);
  if (result === DROP) return;
  if (typeof result !== 'object' || result === null) {
    throw new VumiError(
      'middleware.no_message',
      `middleware "${name}" returned no message for one ${transit.flow}: return it, or DROP to end it there`,
    );
  }
  await next(result === transit.message ? transit : ({ ...transit, message: result } as Transit));
}
