import { eventStatus, parseInput, type Logger, type TransportEnd, type UserMessage } from '@vumi/core';
import {
  decideCancellations,
  guardOutbound,
  isOptedOut,
  shareCatalog,
  standingRefusal,
  type Catalog,
} from '@vumi/dispatch';
import type { Worker, WorkerPorts, WorkerType } from '@vumi/runtime';
import type { Transport, TransportPorts, TransportType } from '@vumi/transports';
import { openToldStatuses, type ToldStatuses } from './told-statuses.ts';

/** A transport as a worker: its name is its connector's, and of all processes one runs it. */
export function transportWorker(type: TransportType): WorkerType {
  return {
    type: type.type,
    aliases: Object.keys(type.aliases),
    optionsOf: (alias) => type.aliases[alias] ?? {},
    summary: type.summary,
    configSchema: type.configSchema,
    placement: 'one',
    needs: [],
    ends: (config) => {
      parseInput(type.configSchema, config, 'config.invalid');
      return {};
    },
    start: async (config, ports) => {
      const name = connectorOf(config) ?? ports.name;
      const catalog = ports.store === null ? null : await shareCatalog(ports.store);
      const told = openToldStatuses(name, ports.ends, ports.logger);
      try {
        const transport = await type.start(config, transportPorts(name, ports, { catalog, told }));
        return asWorker(name, { transport, catalog, told }, ports);
      } catch (error) {
        catalog?.[Symbol.dispose]();
        told[Symbol.dispose]();
        throw error;
      }
    },
  };
}

/** Vumi names a transport in its options. */
function connectorOf(config: unknown): string | null {
  const name: unknown =
    typeof config === 'object' && config !== null ? Reflect.get(config, 'transport_name') : null;
  return typeof name === 'string' ? name : null;
}

interface Running {
  readonly transport: Transport;
  readonly catalog: Catalog | null;
  readonly told: ToldStatuses;
}

function asWorker(
  name: string,
  { transport, catalog, told }: Running,
  { store, logger, signal }: WorkerPorts,
): Worker {
  const deciding = store === null ? null : decideCancellations(name, transport, { store, logger });
  const end = async (): Promise<void> => {
    deciding?.[Symbol.dispose]();
    await transport[Symbol.asyncDispose]();
    told[Symbol.dispose]();
    catalog?.[Symbol.dispose]();
  };
  let ended: Promise<void> | null = null;
  const close = (): Promise<void> => (ended ??= end());
  // At once: messages that wait for its network are given back, so that its consumer can end.
  const onAbort = (): void => void close().catch(() => {});
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    status: () => {
      const { status, message } = transport.status();
      return { status, message };
    },
    gauges: () => transport.gauges(),
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}

/** Each message leaves a line where it comes in and where it goes out, for whoever looks for it by its id. */
function loggedEnd(end: TransportEnd, logger: Logger): TransportEnd {
  return {
    name: end.name,
    publishInbound: (message) => {
      logger.debug({ message_id: message.message_id }, 'message received');
      return end.publishInbound(message);
    },
    publishEvent: (event) => {
      logger.debug({ message_id: event.user_message_id, event: eventStatus(event) }, 'event');
      return end.publishEvent(event);
    },
    onOutbound: (handler, options) =>
      end.onOutbound((message, delivery) => {
        logger.debug({ message_id: message.message_id, attempt: delivery.attempt }, 'message to be sent');
        return handler(message, delivery);
      }, options),
  };
}

/** With a database, what the platform has promised of accounts holds for what waits in front of a transport, too. */
function transportPorts(
  name: string,
  ports: WorkerPorts,
  { catalog, told }: Omit<Running, 'transport'>,
): TransportPorts {
  const { ends, state, store, exchanges, clock, random, logger } = ports;
  const own = loggedEnd(ends.transport(name), logger);
  const listeners: ((message: UserMessage) => void)[] = [];
  const end: TransportPorts['end'] =
    catalog === null || store === null
      ? own
      : {
          ...own,
          onOutbound: (handler, options) =>
            own.onOutbound(
              guardOutbound(handler, {
                table: () => catalog.table(),
                isOptedOut: (owner, address) =>
                  isOptedOut({ catalog, store }, owner, { address, byApp: true }),
                publishEvent: (event) => own.publishEvent(event),
                onRefused: (message) => listeners.forEach((listener) => listener(message)),
                clock,
              }),
              options,
            ),
        };
  return {
    end,
    publishStatus: (status) => told.tell(status),
    publishFailure: (failure) => ends.publishFailure(name, failure),
    state,
    ledger: ports.ledger(),
    http: ports.http,
    logger,
    ...(exchanges === undefined ? {} : { exchanges }),
    ...(catalog === null
      ? {}
      : {
          refusalOf: (message: UserMessage) => standingRefusal(message, catalog.table()),
          onRefused: (listener: (message: UserMessage) => void) => void listeners.push(listener),
        }),
    clock,
    random,
  };
}
