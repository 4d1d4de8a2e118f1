import type { Broker } from '@vumi/core';

/** How often is looked. */
const EVERY_MS = 1000;

/** Which connectors take messages. Disposal ends the looking. */
export interface ConnectorWatch extends Disposable {
  isUp(connector: string): boolean;
  /** Resolves when those that were asked about have been looked at. */
  looked(): Promise<void>;
}

/**
 * A connector is down while its queue has no consumer: its worker is gone, or rests because its network is. That is seen
 * within a second in one process; over RabbitMQ a worker that rests lets go of its consumer after half a minute. It works
 * with a Python Vumi at the other end, too. Only connectors that somebody asked about are looked at; until then, and
 * while RabbitMQ does not answer, what was known last is kept, at first that all are up.
 */
export function watchConnectors(
  broker: Pick<Broker, 'consumers'>,
  queueOf: (connector: string) => string,
): ConnectorWatch {
  const up = new Map<string, boolean>();
  const looking = new Map<string, Promise<void>>();
  const ask = async (connector: string): Promise<void> => {
    const consumers = await broker.consumers(queueOf(connector)).catch(() => null);
    if (consumers !== null) up.set(connector, consumers > 0);
    looking.delete(connector);
  };
  /** A broker that does not answer is asked once. */
  const look = (connector: string): Promise<void> => {
    const running = looking.get(connector) ?? ask(connector);
    looking.set(connector, running);
    return running;
  };
  const timer = setInterval(() => {
    for (const connector of up.keys()) void look(connector);
  }, EVERY_MS).unref();
  return {
    isUp(connector) {
      const known = up.get(connector);
      if (known !== undefined) return known;
      up.set(connector, true);
      void look(connector);
      return true;
    },
    async looked() {
      await Promise.all([...up.keys()].map(look));
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
