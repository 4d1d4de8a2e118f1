import { join } from 'node:path';
import {
  EXCHANGES,
  VumiError,
  type BodyHandler,
  type Broker,
  type BrokerConsumeOptions,
  type Exchange,
  type FailureMessage,
  type Logger,
  type Subscription,
} from '@vumi/core';
import { openJournal, type Journal } from '@vumi/journal';
import { DEFAULT_RETRY_DELAY_MS } from '../attempts.ts';
import { EmbeddedConsumer, type Settlements } from './embedded-consumer.ts';
import { EmbeddedTopology } from './embedded-topology.ts';
import { isVolatileId, type BrokerReply, type BrokerRequest } from './journal-format.ts';

export interface EmbeddedBrokerOptions {
  /** The folder of `broker.sqlite`; one process at a time (`data.in_use`). */
  readonly dataDir: string;
  readonly logger: Logger;
  /** Milliseconds before a rejected body is tried again; doubles with each attempt. Default 250. */
  readonly retryDelayMs?: number;
}

/**
 * Of exchanges without confirms, what a queue holds at most: metrics for a collector that has been taken out of the
 * configuration must not fill the disk. RabbitMQ has policies for that.
 */
const MOST_UNCONFIRMED = 10_000;

const ignore = (): void => {};

class EmbeddedBroker implements Broker, Settlements {
  readonly #journal: Journal<BrokerRequest, BrokerReply>;
  readonly #topology: EmbeddedTopology;
  readonly #options: EmbeddedBrokerOptions;
  readonly #consumers = new Set<EmbeddedConsumer>();
  #closing = false;
  #closed = false;

  constructor(
    journal: Journal<BrokerRequest, BrokerReply>,
    topology: EmbeddedTopology,
    options: EmbeddedBrokerOptions,
  ) {
    this.#journal = journal;
    this.#topology = topology;
    this.#options = options;
  }

  publish(
    routingKey: string,
    body: string,
    exchange: Exchange = EXCHANGES.messages,
    headers?: Readonly<Record<string, string>>,
  ): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      const bound = this.#topology.bound(routingKey, exchange);
      const queues = exchange.confirms ? bound : bound.filter(({ depth }) => depth < MOST_UNCONFIRMED);
      let left = queues.length;
      if (left === 0 || !exchange.confirms) resolve();
      for (const queue of queues) {
        const id = queue.nextId();
        const arrived = (): void => {
          queue.arrived(id, body, headers);
          left -= 1;
          if (left === 0) resolve();
        };
        if (queue.isVolatile) queueMicrotask(arrived);
        else this.#journal.submit(['put', id, body], arrived, reject);
      }
    });
  }

  consume(name: string, handle: BodyHandler, options: BrokerConsumeOptions): Promise<Subscription> {
    if (this.#closing) return Promise.reject(closedError());
    const { retryDelayMs = DEFAULT_RETRY_DELAY_MS, logger } = this.#options;
    const { exchange = EXCHANGES.messages, bindingKey = name, expiresMs } = options;
    const queue =
      expiresMs === undefined ? this.#topology.declare(name) : this.#topology.declareVolatile(name);
    this.#topology.bind(queue, bindingKey, exchange);
    const consumer = new EmbeddedConsumer(
      queue,
      { queue: name, handle, options, retryDelayMs, logger },
      this,
    );
    this.#consumers.add(consumer);
    queue.add(consumer);
    return Promise.resolve({
      pause: () => consumer.pause(),
      resume: () => consumer.resume(),
      [Symbol.asyncDispose]: async () => {
        await consumer[Symbol.asyncDispose]();
        this.#consumers.delete(consumer);
        if (queue.isVolatile && queue.isUnused) this.#topology.drop(queue);
      },
    });
  }

  bind(queue: string, routingKey: string, exchange: Exchange = EXCHANGES.messages): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    this.#topology.bind(this.#topology.declare(queue), routingKey, exchange);
    return Promise.resolve();
  }

  depth(queue: string): Promise<number> {
    return Promise.resolve(this.#topology.find(queue)?.depth ?? 0);
  }

  consumers(queue: string): Promise<number> {
    return Promise.resolve(this.#topology.find(queue)?.consumers ?? 0);
  }

  remove(id: number): void {
    if (!isVolatileId(id)) this.#journal.submit(['delete', id], ignore, ignore);
  }

  recordAttempts(id: number, attempts: number): void {
    if (!isVolatileId(id)) this.#journal.submit(['attempts', id, attempts], ignore, ignore);
  }

  fail(id: number, failuresKey: string, failure: FailureMessage): Promise<void> {
    // One tick, hence one transaction of the journal.
    const published = this.publish(failuresKey, JSON.stringify(failure));
    this.remove(id);
    return published;
  }

  /** Handlers may publish until the last of them is through. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#consumers].map((consumer) => consumer[Symbol.asyncDispose]()));
    this.#closed = true;
    await this.#journal[Symbol.asyncDispose]();
  }
}

function closedError(): VumiError {
  return new VumiError('broker.closed', 'the broker is closed; this process is stopping');
}

/**
 * Queues in memory with a journal on disk, for one process. A published message survives kill -9 and power loss once
 * its promise has resolved; after a start, what was not acknowledged comes again, flagged as redelivered.
 */
export async function openEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<Broker> {
  const journal = await openJournal<BrokerRequest, BrokerReply>({
    file: join(options.dataDir, 'broker.sqlite'),
    thread: new URL('./journal-thread.ts', import.meta.url),
    unavailable: 'broker.unavailable',
    logger: options.logger,
  });
  const topology = new EmbeddedTopology(journal);
  await topology.load();
  return new EmbeddedBroker(journal, topology, options);
}
