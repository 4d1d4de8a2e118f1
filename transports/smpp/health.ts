import { createStatus, errorText } from '@vumi/core';
import type { TransportHealth, TransportPorts } from '../transport-type.ts';

type Report = Omit<TransportHealth, 'component'>;

const COMPONENT = 'smpp';

/** What the transport last said of itself; says it to others when it changes (spec vumi-core §9.27). */
export class Health {
  readonly #ports: Pick<TransportPorts, 'publishStatus' | 'logger'>;
  #current: TransportHealth = { component: COMPONENT, status: 'down', type: 'starting', message: 'starting' };

  constructor(ports: Pick<TransportPorts, 'publishStatus' | 'logger'>) {
    this.#ports = ports;
  }

  get current(): TransportHealth {
    return this.#current;
  }

  report(report: Report): void {
    const { status, type, message } = this.#current;
    if (report.status === status && report.type === type && report.message === message) return;
    this.#current = { component: COMPONENT, ...report };
    this.#ports
      .publishStatus(createStatus(this.#current))
      .catch((error: unknown) =>
        this.#ports.logger.warn({ reason: errorText(error) }, 'status not published'),
      );
  }
}
