import {
  parseInput,
  type ApplicationEnd,
  type Broker,
  type Clock,
  type ExchangeBook,
  type FailureMessage,
  type KeyedState,
  type Ledger,
  type Logger,
  type MiddlewareOrders,
  type TransportEnd,
  type TransportStatus,
} from '@vumi/core';
import type { HttpPort } from '@vumi/http';
import type { Store } from '@vumi/store';
import type { z } from 'zod';

/**
 * Where a worker runs when several processes may run it: in one of them, by a lease; in each; or in as many as run it,
 * which share its queues.
 */
export type Placement = 'one' | 'each' | 'shared';

/** Connectors that a worker holds, by the side that it is on. */
export interface WorkerEnds {
  readonly transport?: readonly string[];
  readonly application?: readonly string[];
  /** A dispatcher takes inbound messages and events from these, and sends outbound messages to them. */
  readonly receiveInbound?: readonly string[];
  /** A dispatcher takes outbound messages from these, and sends inbound messages and events to them. */
  readonly receiveOutbound?: readonly string[];
}

/** How a worker reaches its connectors. Which flow is a queue and which a call is the wiring's affair. */
export interface EndPorts {
  /** The worker is the connector's transport. */
  transport(connector: string): TransportEnd;
  /** The worker is the connector's application. */
  application(connector: string): ApplicationEnd;
  /** A dispatcher's end towards a transport. */
  receiveInbound(connector: string): ApplicationEnd;
  /** A dispatcher's end towards an application. */
  receiveOutbound(connector: string): TransportEnd;
  /** Puts a failure where operators look for it: `<connector>.failures`. */
  publishFailure(connector: string, failure: FailureMessage): Promise<void>;
  /** Under Vumi's key, to whoever listens: it has no queue of its own. */
  publishStatus(connector: string, status: TransportStatus): Promise<void>;
}

/** What a worker works with. */
export interface WorkerPorts {
  readonly name: string;
  readonly ends: EndPorts;
  /** What the options list, for a type that `takesMiddleware`. Otherwise absent: it is around the ends. */
  readonly middleware?: MiddlewareOrders;
  /** Exchanges and queues beside the connectors'. */
  readonly broker: Broker;
  /** Shared with the worker's next life, on whatever machine. */
  readonly state: KeyedState;
  /** Opened when asked for; shared with the worker's next life on this machine (decision 0003). */
  ledger(): Ledger;
  readonly http: HttpPort;
  /** Null in a process without a database; a type that `needs` it is not started there. */
  readonly store: Store | null;
  /** Where transports tell what their networks say. Absent: nobody looks at it. */
  readonly exchanges?: ExchangeBook;
  readonly clock: Clock;
  /** 0 to 1, as Math.random. */
  readonly random: () => number;
  readonly logger: Logger;
  /** Aborts when the worker is to stop. */
  readonly signal: AbortSignal;
}

export interface WorkerHealth {
  readonly status: 'ok' | 'degraded' | 'down';
  readonly message: string;
}

/** A running worker. Disposal ends its work in good order within seconds. */
export interface Worker extends AsyncDisposable {
  status(): WorkerHealth;
  /** What it measures of itself now; each name ends in its unit, or in `_total` (see TransportType). */
  gauges(): Readonly<Record<string, number>>;
  /** Rejects when the worker has died of itself: its supervisor starts another. Absent: it does not. */
  readonly died?: Promise<never>;
  /** More about itself, as JSON, for who knows its type. */
  details?(): unknown;
}

/** A kind of worker, as the registry holds it (DESIGN §10). */
export interface WorkerType {
  readonly type: string;
  /** Vumi's class names: with the module's path before it, and alone. */
  readonly aliases: readonly string[];
  /** Options that one of those names stands for; absent: none. */
  readonly optionsOf?: (alias: string) => Readonly<Record<string, unknown>>;
  /** One line for whoever looks for a type. */
  readonly summary: string;
  /** Vumi's option names; help, reference and errors are made of it. */
  readonly configSchema: z.ZodType;
  readonly placement: Placement;
  /** `store`: it cannot run without a database. */
  readonly needs: readonly 'store'[];
  /** Passes messages through its middleware itself: that sees what becomes of a message between two of its ends. */
  readonly takesMiddleware?: boolean;
  ends(config: unknown): WorkerEnds;
  /** Throws `config.invalid`; never for a peer that does not answer, which the worker waits for. */
  start(config: unknown, ports: WorkerPorts): Promise<Worker>;
}

interface WorkerDefinition<S extends z.ZodType> extends Omit<
  WorkerType,
  'aliases' | 'configSchema' | 'ends' | 'start'
> {
  readonly aliases?: readonly string[];
  readonly configSchema: S;
  ends(config: z.infer<S>): WorkerEnds;
  start(config: z.infer<S>, ports: WorkerPorts): Promise<Worker>;
}

/** Erases the type of the configuration by parsing inside, so that one record holds all workers. */
export function defineWorker<S extends z.ZodType>(definition: WorkerDefinition<S>): WorkerType {
  const parse = (config: unknown): z.infer<S> =>
    parseInput(definition.configSchema, config, 'config.invalid');
  return {
    aliases: [],
    ...definition,
    ends: (config) => definition.ends(parse(config)),
    start: async (config, ports) => definition.start(parse(config), ports),
  };
}
