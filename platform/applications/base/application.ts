import {
  Lanes,
  stampOf,
  VumiError,
  type ApplicationEnd,
  type Handler,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { shareCatalog } from '@vumi/dispatch';
import {
  defineWorker,
  type Placement,
  type Worker,
  type WorkerHealth,
  type WorkerPorts,
  type WorkerType,
} from '@vumi/runtime';
import type { z } from 'zod';
import type { ApplicationConfig } from './options.ts';
import type { Turn } from './turn.ts';
import { Turns } from './turns.ts';

type EventOf<T extends TransportEvent['event_type']> = Extract<TransportEvent, { event_type: T }>;
type MessageHandler = (message: UserMessage, turn: Turn) => Promise<void>;
type EventHandler<T extends TransportEvent['event_type']> = (event: EventOf<T>, turn: Turn) => Promise<void>;

/**
 * What an application does. A handler that rejects leaves nothing behind, and its message is delivered again; after some
 * attempts it goes to `<transport_name>.failures`.
 */
export interface ApplicationHandlers extends Partial<AsyncDisposable> {
  /** Each message that has no handler of its own. */
  onMessage: MessageHandler;
  /** A message that begins a session. Default: as any other. */
  readonly onNewSession?: MessageHandler;
  /** A message that ends a session; there is nobody left to answer. Default: nothing. */
  readonly onCloseSession?: MessageHandler;
  readonly onAck?: EventHandler<'ack'>;
  readonly onNack?: EventHandler<'nack'>;
  readonly onDeliveryReport?: EventHandler<'delivery_report'>;
  /** Each event that has no handler of its own. Default: nothing. */
  readonly onEvent?: (event: TransportEvent, turn: Turn) => Promise<void>;
  /** Default: ok. */
  status?(): WorkerHealth;
  gauges?(): Readonly<Record<string, number>>;
}

/** What an application works with, beside the turn of each message. */
export interface ApplicationPorts extends Omit<WorkerPorts, 'ends'> {
  /** Does work that no message has caused, such as a request over HTTP; once for an id. Answers what was said. */
  turn(id: string, work: (turn: Turn) => Promise<void>): Promise<readonly UserMessage[]>;
  /**
   * Throws `account.inactive` when the account that it belongs to was switched off: to be asked by what tries for long.
   * What a handler rejects with it is discarded. Without a database there are no accounts.
   */
  checkAccount(of: UserMessage | TransportEvent): void;
}

interface ApplicationDefinition<S extends z.ZodType<ApplicationConfig>> {
  readonly type: string;
  /** Vumi's class names: with the module's path before it, and alone. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** Its own options beside `applicationOptions`. */
  readonly configSchema: S;
  /** `one` where the order of a user's messages counts even when several processes run it. Default: `shared`. */
  readonly placement?: Placement;
  /** Endpoints that it may send from; null: any. Default: only `default`. */
  readonly endpoints?: readonly string[] | null;
  /** After so many rejections a message goes to the failures. Default: 5. */
  readonly maxAttempts?: number;
  /** Throws `config.invalid`; never for somebody who does not answer. */
  start(config: z.infer<S>, ports: ApplicationPorts): Promise<ApplicationHandlers>;
}

/** Makes an application a kind of worker, for a registry or for a file of its own. */
export function defineApplication<S extends z.ZodType<ApplicationConfig>>(
  definition: ApplicationDefinition<S>,
): WorkerType {
  const { type, aliases = [], summary, configSchema, placement = 'shared' } = definition;
  return defineWorker({
    type,
    aliases,
    summary,
    configSchema,
    placement,
    needs: [],
    ends: ({ transport_name }) => ({ application: [transport_name] }),
    start: (config, ports) => startApplication(definition, config, ports),
  });
}

async function startApplication<S extends z.ZodType<ApplicationConfig>>(
  definition: ApplicationDefinition<S>,
  config: z.infer<S>,
  { ends, ...ports }: WorkerPorts,
): Promise<Worker> {
  const { endpoints = ['default'], maxAttempts } = definition;
  const stopping = new AbortController();
  const signal = AbortSignal.any([ports.signal, stopping.signal]);
  const end = ends.application(config.transport_name);
  const turns = new Turns(end, {
    worker: ports.name,
    endpoints,
    sendTo: config.send_to,
    state: ports.state,
  });
  await using stack = new AsyncDisposableStack();
  const turn: ApplicationPorts['turn'] = (id, work) => turns.run(id, work);
  const accounts = stack.use(await openAccounts(ports.store));
  const checkAccount = (of: UserMessage | TransportEvent): void => {
    const owner = stampOf(of);
    if (owner === null || accounts.isActive(owner.account)) return;
    throw new VumiError('account.inactive', `account "${owner.account}" is switched off`);
  };
  const handlers = await definition.start(config, { ...ports, signal, turn, checkAccount });
  stack.defer(() => handlers[Symbol.asyncDispose]?.());
  const options = {
    prefetch: config.amqp_prefetch_count,
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
  };
  await consume(end, { handlers, turns, options, stack, checkAccount, logger: ports.logger });
  stack.defer(() => stopping.abort(new Error('the worker stops')));
  const running = stack.move();
  return {
    status: () => handlers.status?.() ?? { status: 'ok', message: 'running' },
    gauges: () => handlers.gauges?.() ?? {},
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface Consumption {
  readonly handlers: ApplicationHandlers;
  readonly turns: Turns;
  readonly options: { readonly prefetch: number; readonly maxAttempts?: number };
  readonly stack: AsyncDisposableStack;
  readonly checkAccount: ApplicationPorts['checkAccount'];
  readonly logger: WorkerPorts['logger'];
}

interface Accounts extends Disposable {
  isActive(account: string): boolean;
}

async function openAccounts(store: WorkerPorts['store']): Promise<Accounts> {
  if (store === null) return { isActive: () => true, [Symbol.dispose]: () => {} };
  const catalog = await shareCatalog(store);
  return {
    isActive: (account) => catalog.table().isActive(account),
    [Symbol.dispose]: () => catalog[Symbol.dispose](),
  };
}

/** What belongs to an account that was switched off is discarded, whether it waited in the queue or is tried right now. */
async function unlessShut(
  { checkAccount, logger }: Pick<Consumption, 'checkAccount' | 'logger'>,
  of: UserMessage | TransportEvent,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    checkAccount(of);
    await work();
  } catch (error) {
    if (!(error instanceof VumiError) || error.code !== 'account.inactive') throw error;
    const id = 'event_id' in of ? of.event_id : of.message_id;
    logger.info({ message_id: id, reason: error.message }, 'discarded');
  }
}

/** What one user says, and what becomes of one message, is handled in order. */
async function consume(end: ApplicationEnd, consumption: Consumption): Promise<void> {
  const { handlers, turns, options, stack } = consumption;
  const lanes = new Lanes();
  const onInbound: Handler<UserMessage> = async (message) => {
    if (message.session_event === 'close' && handlers.onCloseSession === undefined) return;
    const user = message.from_addr ?? message.message_id;
    await lanes.run(`user/${user}`, 1, () =>
      unlessShut(consumption, message, () =>
        turns.run(message.message_id, (turn) => takeMessage(handlers, message, turn)),
      ),
    );
  };
  const onEvent: Handler<TransportEvent> = async (event) => {
    if (!isAwaited(handlers, event)) return;
    await lanes.run(`event/${event.user_message_id}`, 1, () =>
      unlessShut(consumption, event, () =>
        turns.run(event.event_id, (turn) => takeEvent(handlers, event, turn)),
      ),
    );
  };
  stack.use(await end.onInbound(onInbound, options));
  stack.use(await end.onEvent(onEvent, options));
}

async function takeMessage(handlers: ApplicationHandlers, message: UserMessage, turn: Turn): Promise<void> {
  if (message.session_event === 'close') return handlers.onCloseSession?.(message, turn);
  if (message.session_event === 'new' && handlers.onNewSession !== undefined)
    return handlers.onNewSession(message, turn);
  return handlers.onMessage(message, turn);
}

const EVENT_HANDLERS = { ack: 'onAck', nack: 'onNack', delivery_report: 'onDeliveryReport' } as const;

function isAwaited(handlers: ApplicationHandlers, { event_type }: TransportEvent): boolean {
  return (handlers[EVENT_HANDLERS[event_type]] ?? handlers.onEvent) !== undefined;
}

async function takeEvent(handlers: ApplicationHandlers, event: TransportEvent, turn: Turn): Promise<void> {
  switch (event.event_type) {
    case 'ack':
      if (handlers.onAck !== undefined) return handlers.onAck(event, turn);
      break;
    case 'nack':
      if (handlers.onNack !== undefined) return handlers.onNack(event, turn);
      break;
    case 'delivery_report':
      if (handlers.onDeliveryReport !== undefined) return handlers.onDeliveryReport(event, turn);
      break;
  }
  return handlers.onEvent?.(event, turn);
}
