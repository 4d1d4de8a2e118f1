import {
  appOf,
  bodyOf,
  FLOW_PARSERS,
  guardInbound,
  routingKey,
  scheduleOf,
  stampOf,
  type ApplicationEnd,
  type Broker,
  type Delivery,
  type Flow,
  type Handler,
  type Stamp,
  type Subscription,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { systemMachine } from '@vumi/machine';
import type { Sandbox } from '../start-sandbox.ts';
import { AppShares } from './app-shares.ts';

/** Messages of one queue that wait for their handler, their effects or their row. */
const PREFETCH = 400;
/** The same for what was moved aside, of apps whose handlers take long. */
const SIDE_PREFETCH = 200;
const PATIENCE_MS = 1000;

export interface AppConsumerPorts {
  /** Connectors whose queues apps share. */
  readonly connectors: readonly string[];
  readonly endOf: (connector: string) => ApplicationEnd;
  /** For the side queues. */
  readonly broker: Pick<Broker, 'consume' | 'publish'>;
  readonly isActive: (account: string) => boolean;
  readonly recorder: {
    inbound(
      message: UserMessage,
      owner: Stamp | null,
      status: 'received' | 'unrouted' | 'discarded',
    ): Promise<void>;
  };
}

type AppHandlers = Pick<Sandbox, 'handleInbound' | 'handleEvent'>;

/** Hands the messages and events of apps to them, as far as the queues come to this process. */
export async function consumeForApps(apps: AppHandlers, ports: AppConsumerPorts): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  for (const name of ports.connectors) {
    for (const subscription of await consume(name, apps, ports)) stack.use(subscription);
  }
  return stack.move();
}

/** A row must be written before its message is acknowledged, but nothing waits for it. */
async function consume(name: string, apps: AppHandlers, ports: AppConsumerPorts): Promise<Subscription[]> {
  const handleInbound: Handler<UserMessage> = async (message, delivery) => {
    const ref = appOf(message);
    // A schedule is no message of anybody.
    const recorded =
      scheduleOf(message) === null
        ? ports.recorder.inbound(message, stampOf(message), ref === null ? 'unrouted' : 'received')
        : null;
    await Promise.all([recorded, ref === null ? null : apps.handleInbound(ref, message, delivery)]);
  };
  const handleEvent: Handler<TransportEvent> = async (event, delivery) => {
    const ref = appOf(event);
    if (ref !== null && ports.isActive(ref.account)) await apps.handleEvent(ref, event, delivery);
  };
  const end = ports.endOf(name);
  const inbound: Queue<'inbound'> = {
    name,
    kind: 'inbound',
    handle: guardInbound(handleInbound, ports),
    consume: (handler, options) => end.onInbound(handler, options),
  };
  const event: Queue<'event'> = {
    name,
    kind: 'event',
    handle: handleEvent,
    consume: (handler, options) => end.onEvent(handler, options),
  };
  const subscriptions = await Promise.all([
    consumeFairly(inbound, ports.broker),
    consumeFairly(event, ports.broker),
  ]);
  return subscriptions.flat();
}

/** What an app hears, by the kind of its flow. */
interface Heard {
  readonly inbound: UserMessage;
  readonly event: TransportEvent;
}

interface Queue<K extends keyof Heard> {
  readonly name: string;
  readonly kind: K;
  readonly handle: Handler<Heard[K]>;
  readonly consume: Flow<Heard[K]>['consume'];
}

/**
 * Consumes a queue of apps so that none of them gets in the way of the others (app-shares.ts). The side queue is taken
 * in the same order by each process, so that it goes with the queue when one dies.
 */
async function consumeFairly<K extends keyof Heard>(
  { name, kind, handle, consume: consumeQueue }: Queue<K>,
  broker: AppConsumerPorts['broker'],
): Promise<Subscription[]> {
  const parse = FLOW_PARSERS[kind] as (body: string) => Heard[K];
  const side = `${routingKey(name, kind)}.slow`;
  const shares = new AppShares<Heard[K]>({
    window: PREFETCH,
    patienceMs: PATIENCE_MS,
    now: () => systemMachine().given(),
    handle,
    park: (message) => broker.publish(side, bodyOf(message)),
  });
  const take: Handler<Heard[K]> = async (message, delivery) => {
    const ref = appOf(message);
    await (ref === null ? handle(message, delivery) : shares.take(ref, message, delivery));
  };
  const takeParked = async (body: string, delivery: Delivery): Promise<void> => {
    const message = parse(body);
    const ref = appOf(message);
    await (ref === null ? handle(message, delivery) : shares.takeParked(ref, message, delivery));
  };
  const sideOptions = {
    prefetch: SIDE_PREFETCH,
    exclusive: true,
    failuresKey: routingKey(name, 'failures'),
  };
  return [
    await consumeQueue(take, { prefetch: PREFETCH, exclusive: true }),
    await broker.consume(side, takeParked, sideOptions),
  ];
}
