import type { ComponentViews } from '@vumi/blinkenlights';
import type { Broker, Clock } from '@vumi/core';
import type { Control, ProcessState, WorkerState } from '@vumi/runtime';
import type { Store } from '@vumi/store';
import type { SandboxVitals } from '../ports.ts';

/** How a transport is, for the status page. */
export interface TransportState {
  readonly name: string;
  readonly type: string;
  readonly status: 'ok' | 'degraded' | 'down';
  readonly message: string;
  /** What it measures of itself (Transport.gauges); empty while it does not run here. */
  readonly gauges: Readonly<Record<string, number>>;
}

/** A process with what the status of the platform is made of. */
export interface PlatformProcess extends ProcessState {
  readonly transports: readonly TransportState[];
  readonly sandbox: SandboxVitals | null;
  /** The id of the administrator's token that it was started with; null where it serves no API. */
  readonly admin_token: string | null;
}

/** What the status of the platform is read from. */
export interface StatusPorts {
  /** Those that were heard of lately. */
  readonly processes: () => Promise<readonly PlatformProcess[]>;
  readonly control: Control;
  readonly components: Pick<ComponentViews, 'summary' | 'issues'>;
  readonly store: Pick<Store, 'transports' | 'backlog'>;
  readonly clock: Clock;
  readonly broker: Pick<Broker, 'depth'>;
  /** Routes and clients as this process knows them. */
  readonly catalog: {
    table(): {
      readonly transports: ReadonlySet<string>;
      transportsOf(account: string): Iterable<string>;
    };
    transportType(name: string): string | null;
    smppClients(): Iterable<{ readonly account: string; readonly transport: string | null }>;
  };
  /** Connectors whose queues hosted apps share. */
  readonly appConnectors: readonly string[];
  /** All that a process can do. */
  readonly roles: readonly string[];
  readonly isTransport: (worker: Pick<WorkerState, 'type' | 'origin'>) => boolean;
}
