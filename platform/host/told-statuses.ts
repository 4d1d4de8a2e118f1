import type { Logger, TransportStatus } from '@vumi/core';
import type { EndPorts } from '@vumi/runtime';

/** Who listens may have begun later, or have lost what it knew. */
const AGAIN_MS = 15_000;

/** Publishes what a transport says of its parts, and says the last of each again now and then. */
export interface ToldStatuses extends Disposable {
  tell(status: TransportStatus): Promise<void>;
}

export function openToldStatuses(
  name: string,
  ends: Pick<EndPorts, 'publishStatus'>,
  logger: Logger,
): ToldStatuses {
  const last = new Map<string, TransportStatus>();
  const timer = setInterval(() => {
    // The next time will do.
    for (const status of last.values()) ends.publishStatus(name, status).catch(() => {});
  }, AGAIN_MS).unref();
  return {
    async tell(told) {
      const { component, status, type, message } = told;
      last.set(component, told);
      logger.info({ component, status, type, message }, 'transport status');
      await ends.publishStatus(name, told);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
