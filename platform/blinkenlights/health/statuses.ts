import {
  errorText,
  nameSchema,
  oneAtATime,
  parseStatus,
  routingKey,
  EXCHANGES,
  timestampToIso,
  VumiError,
  type Subscription,
  type TransportStatus,
} from '@vumi/core';
import { defineWorker, type Worker, type WorkerPorts } from '@vumi/runtime';
import type { ComponentReport, Store } from '@vumi/store';
import { z } from 'zod';
import { DEFAULT_SYSTEM, workerId } from './beat.ts';

/** One after the other: the last that was said counts. */
const PREFETCH = 1;
/** A status that nobody reads for so long says nothing any more. */
const EXPIRES_MS = 24 * 3_600_000;
const MOST_DETAILS = 8000;

const optionsSchema = z.strictObject({
  connectors: z
    .array(nameSchema)
    .default([])
    .describe('Connectors whose statuses are kept beside those of the transports that the store lists'),
  system_id: z
    .string()
    .min(1)
    .max(200)
    .default(DEFAULT_SYSTEM)
    .describe(`The system that they are listed under. Default: ${DEFAULT_SYSTEM}`),
});

type StatusPorts = Pick<WorkerPorts, 'broker' | 'logger' | 'clock'> & { readonly store: Store };

/** Keeps what transports say of their parts, which Vumi publishes and nobody there keeps (spec vumi-core appendix B). */
export const componentStatuses = defineWorker({
  type: 'component_statuses',
  aliases: [],
  summary:
    'Keeps what transports say of themselves: the last status of each of their parts, and those before',
  configSchema: optionsSchema,
  placement: 'one',
  needs: ['store'],
  ends: () => ({}),
  start: async (options, { store, ...ports }) => {
    if (store === null) throw new TypeError('started without a database');
    const keeper = new StatusKeeper(options, { ...ports, store });
    await keeper.start();
    return keeper;
  },
});

class StatusKeeper implements Worker {
  readonly #options: z.infer<typeof optionsSchema>;
  readonly #ports: StatusPorts;
  readonly #consumed = new Map<string, Subscription>();
  #listening: Disposable | null = null;
  #closed = false;
  #trouble: string | null = null;
  #kept = 0;

  constructor(options: z.infer<typeof optionsSchema>, ports: StatusPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  async start(): Promise<void> {
    const follow = oneAtATime(() => this.#follow());
    this.#listening = this.#ports.store.onChange(({ what }) =>
      what === 'transports' ? follow() : undefined,
    );
    await follow();
  }

  status(): ReturnType<Worker['status']> {
    if (this.#trouble !== null) return { status: 'degraded', message: this.#trouble };
    return { status: 'ok', message: `keeps the statuses of ${this.#consumed.size} connectors` };
  }

  gauges(): Readonly<Record<string, number>> {
    return { connectors: this.#consumed.size, statuses_total: this.#kept };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#listening?.[Symbol.dispose]();
    await Promise.all([...this.#consumed.values()].map((one) => one[Symbol.asyncDispose]()));
  }

  /** Listens to those that are there, and forgets those that are gone. */
  async #follow(): Promise<void> {
    const { store, logger } = this.#ports;
    const { connectors, system_id } = this.#options;
    try {
      const rows = await store.transports.list();
      const wanted = new Set([...rows.map(({ name }) => name), ...connectors]);
      for (const [name, subscription] of this.#consumed) {
        if (wanted.has(name)) continue;
        this.#consumed.delete(name);
        await subscription[Symbol.asyncDispose]();
      }
      for (const name of wanted) {
        if (!this.#consumed.has(name) && !this.#closed) this.#consumed.set(name, await this.#consume(name));
      }
      await store.components.retainPartsOf(system_id, [...wanted]);
      this.#trouble = null;
    } catch (error) {
      this.#trouble = `does not follow the transports: ${errorText(error)}`;
      logger.warn({ reason: errorText(error) }, 'cannot listen to the statuses of all transports');
    }
  }

  #consume(connector: string): Promise<Subscription> {
    const queue = routingKey(connector, 'status');
    return this.#ports.broker.consume(queue, (body) => this.#keep(connector, body), {
      prefetch: PREFETCH,
      exchange: EXCHANGES.statuses,
      expiresMs: EXPIRES_MS,
      failuresKey: `${queue}.failures`,
    });
  }

  /** What cannot be read is somebody's mistake; trying it again would not help. */
  async #keep(connector: string, body: string): Promise<void> {
    const { store, logger } = this.#ports;
    const report = readReport(this.#options.system_id, connector, body);
    if (report === null) {
      logger.warn({ connector }, 'a status cannot be read');
      return;
    }
    await store.components.put([report]);
    this.#kept += 1;
  }
}

/** Null for what is no status. */
function readReport(systemId: string, connector: string, body: string): ComponentReport | null {
  try {
    return toReport(systemId, connector, parseStatus(body));
  } catch (error) {
    if (error instanceof VumiError) return null;
    throw error;
  }
}

function toReport(systemId: string, connector: string, told: TransportStatus): ComponentReport {
  const { component, status, type, message, reasons, details, timestamp } = told;
  const said = { ...details, ...(reasons.length === 0 ? {} : { reasons }) };
  return {
    name: `${workerId(systemId, connector)}.${component}`,
    kind: 'part',
    system_id: systemId,
    worker: connector,
    part: component,
    level: status,
    type,
    message,
    details: JSON.stringify(said).length > MOST_DETAILS ? {} : said,
    at: Date.parse(timestampToIso(timestamp)),
  };
}
