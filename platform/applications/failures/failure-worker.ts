import {
  backoffMs,
  errorText,
  sleep,
  interfaceConnector,
  smppClientConnector,
  stampOf,
  type Broker,
  type Subscription,
} from '@vumi/core';
import { defineWorker, type Worker, type WorkerPorts } from '@vumi/runtime';
import type { ChangedThing, DueFailure, Store } from '@vumi/store';
import { openStateBook, type FailureBook } from './failure-book.ts';
import { failureOptionsSchema, keyFor, type FailureOptions } from './options.ts';
import { readFailure } from './read-failure.ts';
import { messageAgain } from './replay.ts';

const PREFETCH = 50;
const BATCH = 100;
const TRIM_MS = 60_000;
const RETRY_BASE_MS = 200;
const RETRY_CAP_MS = 5000;

/** What no connector comes or goes with. */
const NO_CONNECTORS: ReadonlySet<ChangedThing> = new Set(['schedules', 'webhooks', 'components']);

type FailurePorts = Pick<WorkerPorts, 'name' | 'broker' | 'state' | 'store' | 'clock' | 'logger' | 'signal'>;

/**
 * Vumi's FailureWorker, with an end: what is temporary is tried again with growing delays, so many times; the rest is
 * kept for people to look at, to replay and to drop (docs/failures.md). A failure is acknowledged when it is kept.
 */
export const failureWorker = defineWorker({
  type: 'failure_worker',
  aliases: ['vumi.transports.failures.FailureWorker', 'FailureWorker'],
  summary: 'Tries again what failed for a while, and keeps the rest to be looked at, replayed and dropped',
  configSchema: failureOptionsSchema,
  placement: 'one',
  needs: [],
  ends: () => ({}),
  start: async (options, ports) => {
    const failures = new FailureKeeper(options, ports);
    await failures.follow();
    return failures;
  },
});

class FailureKeeper implements Worker {
  readonly #options: FailureOptions;
  readonly #ports: FailurePorts;
  readonly #book: FailureBook;
  readonly #stop = new AbortController();
  readonly #consumed = new Map<string, Promise<Subscription>>();
  readonly #transports = new Set<string>();
  readonly #listening: Disposable | null;
  readonly #running: Promise<void>;
  #keeping: Promise<unknown> = Promise.resolve();
  #wake: (() => void) | null = null;
  #trimmedAt = 0;
  #trouble: string | null = null;
  #kept = 0;
  #again = 0;

  constructor(options: FailureOptions, ports: FailurePorts) {
    this.#options = options;
    this.#ports = ports;
    const { store } = ports;
    this.#book = store === null ? openStateBook(ports.name, ports) : store.failureQueue;
    this.#listening =
      store?.onChange(({ what }) => {
        if (what === 'failures') this.#wake?.();
        else if (!NO_CONNECTORS.has(what)) void this.follow().catch(() => {});
      }) ?? null;
    this.#running = options.retry_delivery_period > 0 || store !== null ? this.#serve() : Promise.resolve();
  }

  status(): ReturnType<Worker['status']> {
    if (this.#trouble !== null) return { status: 'down', message: this.#trouble };
    return { status: 'ok', message: `looks after the failures of ${this.#consumed.size} connectors` };
  }

  gauges(): Readonly<Record<string, number>> {
    return {
      connectors: this.#consumed.size,
      failures_total: this.#kept,
      published_again_total: this.#again,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listening?.[Symbol.dispose]();
    this.#stop.abort(new Error('the failure worker is stopping'));
    const open = await Promise.allSettled(this.#consumed.values());
    for (const one of open) if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]();
    await this.#running;
  }

  /** Consumes from connectors that it does not yet. */
  async follow(): Promise<void> {
    const { transport_name: own, connectors } = this.#options;
    const wanted = new Set([...(own === undefined ? [] : [own]), ...connectors]);
    const { store } = this.#ports;
    if (store !== null && own === undefined)
      for (const name of await this.#connectorsOf(store)) wanted.add(name);
    for (const name of wanted) {
      if (this.#consumed.has(name) || this.#stop.signal.aborted) continue;
      const consuming = this.#consume(name, this.#ports.broker);
      this.#consumed.set(name, consuming);
      // The next change of the store tries again.
      consuming.catch(() => this.#consumed.delete(name));
    }
    await Promise.all(this.#consumed.values());
  }

  async #connectorsOf(store: Store): Promise<string[]> {
    const { transports, smpp_clients: clients, routes } = await store.snapshot();
    const interfaces = await store.interfaces.all();
    for (const { name } of transports) this.#transports.add(name);
    return [
      ...transports.map(({ name }) => name),
      ...clients.map(({ system_id }) => smppClientConnector(system_id)),
      ...interfaces.map(({ account, name }) => interfaceConnector(account, name)),
      ...routes.flatMap(({ app, smpp_client, connector }) =>
        app === null && smpp_client === null ? [connector] : [],
      ),
    ];
  }

  #consume(connector: string, broker: Broker): Promise<Subscription> {
    const queue = keyFor(this.#options.failures_routing_key, connector);
    return broker.consume(
      queue,
      async (body) => {
        await this.#keep(readFailure(body, connector, this.#ports.clock(), this.#options));
        this.#kept += 1;
      },
      // Nothing is wrong with a body that cannot be kept now: it waits here.
      { prefetch: PREFETCH, maxAttempts: Number.MAX_SAFE_INTEGER, failuresKey: `${queue}.unreadable` },
    );
  }

  /** Those that are tried again one after the other: of what is due at one moment the first that came is the first. */
  #keep(failure: Parameters<FailureBook['add']>[0]): Promise<void> {
    if (failure.dueAt === null) return this.#book.add(failure);
    const kept = this.#keeping.then(() => this.#book.add(failure));
    this.#keeping = kept.catch(() => {});
    return kept;
  }

  async #serve(): Promise<void> {
    const { signal } = this.#stop;
    // With a database replays are told of, and found in time where they are not.
    const everyMs = (this.#options.retry_delivery_period || 3) * 1000;
    for (let failures = 0; !signal.aborted;) {
      try {
        const full = await this.#publishDue();
        failures = 0;
        this.#trouble = null;
        if (!full) await this.#pause(everyMs);
      } catch (error) {
        this.#trouble = errorText(error);
        if (failures === 0) this.#ports.logger.warn({ reason: this.#trouble }, 'retries wait, trying again');
        await sleep(backoffMs(failures++, RETRY_BASE_MS, RETRY_CAP_MS), signal).catch(() => {});
      }
    }
  }

  /** One after the other, so that they go in order. A kill before they are noted publishes them again under their ids. */
  async #publishDue(): Promise<boolean> {
    const now = this.#ports.clock();
    const due = await this.#book.due(now, BATCH);
    for (const failure of due) {
      if (this.#stop.signal.aborted) return false;
      await this.#publish(failure);
      await this.#book.published([failure.id]);
      this.#again += 1;
    }
    if (now - this.#trimmedAt > TRIM_MS) {
      this.#trimmedAt = now;
      await this.#book.trim();
    }
    return due.length === BATCH;
  }

  async #publish(failure: DueFailure): Promise<void> {
    const { broker, store } = this.#ports;
    const { body, sent } = messageAgain(failure);
    // Towards a transport nobody else writes it down.
    if (sent !== null && store !== null && this.#transports.has(failure.connector)) {
      await store.recorder.outbound(sent, stampOf(sent), 'queued');
    }
    await broker.publish(failure.queue, body);
  }

  async #pause(ms: number): Promise<void> {
    const early = new AbortController();
    this.#wake = () => early.abort();
    await sleep(ms, AbortSignal.any([early.signal, this.#stop.signal])).catch(() => {});
    this.#wake = null;
  }
}
