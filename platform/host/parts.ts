import type { AppRef, Broker, Clock, KeyedState, Logger } from '@vumi/core';
import type { Billing, Catalog, MessageRecorder } from '@vumi/dispatch';
import type { EndPorts, WorkerPorts } from '@vumi/runtime';
import type { Store } from '@vumi/store';
import type { Traces } from './traces.ts';
import type { Config } from './config-schema.ts';

/** What the platform's own workers share in one process. */
export interface PlatformParts {
  readonly config: Config;
  readonly broker: Broker;
  readonly state: KeyedState;
  readonly store: Store;
  readonly recorder: MessageRecorder;
  readonly catalog: Catalog;
  readonly billing: Billing;
  /** Whether a transport sends at present, as far as is known. */
  readonly isUp: (transport: string) => boolean;
  readonly appConnectors: readonly string[];
  readonly connectorOf: (ref: AppRef) => string;
  readonly clock: Clock;
  /** What apps take for the time, and schedules go by: another one only where `vumi dev` moves it. */
  readonly appClock: Clock;
  readonly logger: Logger;
  /** Null where no traces are wanted. */
  readonly traces: Traces | null;
}

/** The same for one of them, with its own ends and log. */
export interface WorkerParts extends PlatformParts {
  readonly ends: EndPorts;
}

export function partsOf(parts: PlatformParts, { ends, logger }: WorkerPorts): WorkerParts {
  return { ...parts, ends, logger };
}
