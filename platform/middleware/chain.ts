import type {
  ApplicationEnd,
  FailureMessage,
  Logger,
  Middleware,
  MiddlewareOrders,
  TransportEnd,
  TransportStatus,
} from '@vumi/core';
import { compose } from './compose.ts';
import type { MiddlewareEntry } from './configuration.ts';
import { aroundApplication, aroundFailures, aroundStatuses, aroundTransport } from './ends.ts';
import type { MiddlewarePorts, RunningMiddleware } from './middleware-type.ts';
import { saidOf } from './said-of.ts';

/** The ends of a worker, as its wiring makes them. */
interface Ends {
  transport(connector: string): TransportEnd;
  application(connector: string): ApplicationEnd;
  receiveInbound(connector: string): ApplicationEnd;
  receiveOutbound(connector: string): TransportEnd;
}

type Publish<M> = (message: M) => Promise<void>;

/** The middleware of one worker, running. Disposal ends it in reverse, once. */
export interface MiddlewareChain extends AsyncDisposable {
  /** For a worker that passes messages through it itself. */
  readonly orders: MiddlewareOrders;
  around(ends: Ends): Ends;
  aroundFailures(connector: string, publish: Publish<FailureMessage>): Publish<FailureMessage>;
  aroundStatuses(connector: string, publish: Publish<TransportStatus>): Publish<TransportStatus>;
}

export type ChainPorts = Omit<MiddlewarePorts, 'name'>;

/**
 * Starts what a worker's configuration lists, one after the other; what has started is ended again when one fails.
 * Consumed messages pass by `consume_priority` and, where that is equal, in the listed order; published ones by
 * `publish_priority` and in reverse (spec vumi-core §4). Without any the ends are those that were given.
 */
export async function startMiddleware(
  entries: readonly MiddlewareEntry[],
  ports: ChainPorts,
): Promise<MiddlewareChain> {
  const running: (RunningMiddleware & { readonly entry: MiddlewareEntry })[] = [];
  const dispose = once(async () => {
    for (const one of running.toReversed()) await endedQuietly(one, ports.logger);
  });
  try {
    for (const entry of entries) {
      const { name, options } = entry;
      const type = await entry.load();
      const logger = ports.logger.child({ middleware: name });
      const started = await saidOf(name, () => type.start(options, { ...ports, name, logger }));
      running.push({
        handle: started.handle,
        entry,
        [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
      });
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  const orders = {
    consume: byPriority(running, 'consumePriority'),
    publish: byPriority(running.toReversed(), 'publishPriority'),
  };
  if (running.length === 0) return emptyChain(orders, dispose);
  return chainOf(orders, { dispose, logger: ports.logger });
}

function chainOf(
  orders: MiddlewareOrders,
  { dispose, logger }: { dispose: () => Promise<void>; logger: Logger },
): MiddlewareChain {
  const passages = { consume: compose(orders.consume), publish: compose(orders.publish), logger };
  return {
    orders,
    around: (ends) => ({
      transport: (name) => aroundTransport(ends.transport(name), passages),
      application: (name) => aroundApplication(ends.application(name), passages),
      receiveInbound: (name) => aroundApplication(ends.receiveInbound(name), passages),
      receiveOutbound: (name) => aroundTransport(ends.receiveOutbound(name), passages),
    }),
    aroundFailures: (connector, publish) => aroundFailures(connector, passages, publish),
    aroundStatuses: (connector, publish) => aroundStatuses(connector, passages, publish),
    [Symbol.asyncDispose]: dispose,
  };
}

function emptyChain(orders: MiddlewareOrders, dispose: () => Promise<void>): MiddlewareChain {
  return {
    orders,
    around: (ends) => ends,
    aroundFailures: (_, publish) => publish,
    aroundStatuses: (_, publish) => publish,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Lower first; the sort is stable. */
function byPriority(
  running: readonly (RunningMiddleware & { readonly entry: MiddlewareEntry })[],
  priority: 'consumePriority' | 'publishPriority',
): Middleware[] {
  return [...running].sort((a, b) => a.entry[priority] - b.entry[priority]).map(({ handle }) => handle);
}

/** One that does not end well keeps no other from ending. */
async function endedQuietly(one: AsyncDisposable, logger: Logger): Promise<void> {
  try {
    await one[Symbol.asyncDispose]();
  } catch (error) {
    logger.error({ err: error }, 'middleware did not end well');
  }
}

function once(task: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= task());
}
