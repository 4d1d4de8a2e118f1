import { createStatus, errorText, type StatusFields } from '@vumi/core';
import type { TransportHealth, TransportPorts } from '../transport-type.ts';

const RANK = { ok: 0, degraded: 1, down: 2 } as const;

function rankOf({ component, status }: TransportHealth): number {
  return component === 'response' ? Math.min(RANK[status], RANK.degraded) : RANK[status];
}

/** What the parts of a transport last said of themselves; others are told when it changes (spec vumi-core §9.27). */
export class ComponentHealth {
  readonly #ports: Pick<TransportPorts, 'publishStatus' | 'logger'>;
  readonly #components = new Map<string, TransportHealth>();

  constructor(ports: Pick<TransportPorts, 'publishStatus' | 'logger'>) {
    this.#ports = ports;
  }

  /** The worst of all. Slow replies are the apps' and not the transport's, which takes requests as ever: it is `degraded`. */
  get worst(): TransportHealth {
    const [first, ...others] = this.#components.values();
    const starting = { component: 'request', status: 'ok', type: 'starting', message: 'starting' } as const;
    const worst = others.reduce(
      (worst, next) => (rankOf(next) > rankOf(worst) ? next : worst),
      first ?? starting,
    );
    const isOnlySlow = worst.component === 'response' && worst.status === 'down';
    return isOnlySlow ? { ...worst, status: 'degraded' } : worst;
  }

  /** Whether anything was said of a part so far. */
  knows(component: string): boolean {
    return this.#components.has(component);
  }

  /** The same status twice is said once. */
  report(report: Omit<StatusFields, 'details'>): void {
    const { component, status, type, message, reasons = [] } = report;
    const known = this.#components.get(component);
    if (known?.status === status && known.type === type) return;
    this.#components.set(component, { component, status, type, message });
    this.#ports
      .publishStatus(createStatus({ component, status, type, message, reasons }))
      .catch((error: unknown) =>
        this.#ports.logger.warn({ reason: errorText(error) }, 'status not published'),
      );
  }
}
