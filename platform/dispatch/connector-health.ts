import {
  routingKey,
  smppClientConnector,
  type Broker,
  type Clock,
  type KeyedState,
  type Logger,
} from '@vumi/core';
import { readProcesses } from '@vumi/runtime';
import type { RouteTable } from './route-table.ts';

const EVERY_MS = 2000;
/** One look without a consumer may fall between two lives of it. */
const LOOKS_WITHOUT = 2;

/** Whether somebody takes what is sent to a connector. */
export interface ConnectorHealth extends AsyncDisposable {
  /** True for what is not looked at: connectors of routes that share nothing. */
  isUp(connector: string): boolean;
}

export interface ConnectorHealthPorts {
  readonly table: () => RouteTable;
  readonly broker: Pick<Broker, 'consumers'>;
  readonly state: Pick<KeyedState, 'getFields'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Looks every two seconds at the connectors of routes that share their messages. One is down when its queue has had no
 * consumer twice in a row, or when the process that runs it says so of it (a transport that is not bound). What cannot
 * be seen, as in an outage of the broker, stays as it was.
 */
export function watchConnectors(ports: ConnectorHealthPorts): ConnectorHealth {
  const without = new Map<string, number>();
  let reported: ReadonlySet<string> = new Set();
  const look = async (): Promise<void> => {
    const queues = queuesOf(ports.table());
    for (const connector of without.keys()) if (!queues.has(connector)) without.delete(connector);
    if (queues.size === 0) return;
    const seen = [...queues].map(async ([connector, queue]) => {
      const consumers = await ports.broker.consumers(queue);
      if (consumers > 0) without.delete(connector);
      else without.set(connector, (without.get(connector) ?? 0) + 1);
    });
    const [down] = await Promise.all([reportedDown(ports), ...seen]);
    reported = down;
  };
  let looking: Promise<void> | null = null;
  const begin = (): void => {
    // A broker that does not answer is asked once.
    looking ??= look()
      .catch((error: unknown) => ports.logger.warn({ error }, 'cannot see which connectors are up'))
      .finally(() => {
        looking = null;
      });
  };
  begin();
  const timer = setInterval(begin, EVERY_MS).unref();
  return {
    isUp: (connector) => (without.get(connector) ?? 0) < LOOKS_WITHOUT && !reported.has(connector),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
    },
  };
}

/** The queues in front of what routes lead to, and of the transports that they lead from; not those of apps. */
function queuesOf(table: RouteTable): ReadonlyMap<string, string> {
  const queues = new Map<string, string>();
  for (const { app, smpp_client, connector, transport } of table.shares) {
    queues.set(transport, routingKey(transport, 'outbound'));
    const name = smpp_client == null ? connector : smppClientConnector(smpp_client);
    if (app === null && name != null) queues.set(name, routingKey(name, 'inbound'));
  }
  return queues;
}

/** Workers that run somewhere and say that they are down, and run nowhere else. */
async function reportedDown({ state, clock }: ConnectorHealthPorts): Promise<ReadonlySet<string>> {
  const workers = (await readProcesses(state, clock)).flatMap((process) => process.workers);
  const running = workers.filter(({ status }) => status === 'ok' || status === 'degraded');
  const up = new Set(running.map(({ name }) => name));
  return new Set(
    workers.filter(({ name, status }) => status === 'down' && !up.has(name)).map(({ name }) => name),
  );
}
