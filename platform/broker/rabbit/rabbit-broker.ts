import {
  EXCHANGES,
  VumiError,
  type BodyHandler,
  type Broker,
  type BrokerConsumeOptions,
  type Exchange,
  type Logger,
  type Subscription,
} from '@vumi/core';
import { DEFAULT_RETRY_DELAY_MS } from '../attempts.ts';
import { RabbitConsumer } from './rabbit-consumer.ts';
import { openRabbitLink, type RabbitLink } from './rabbit-link.ts';
import { RabbitNotices } from './rabbit-notices.ts';
import { RabbitPublisher } from './rabbit-publisher.ts';
import { RabbitTopology, type QueueType } from './rabbit-topology.ts';

const DEFAULT_CONNECT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_WAITING = 10_000;
/** The platform's own queues that several processes may consume and one at a time must (DESIGN §4.7). */
const DEFAULT_EXCLUSIVE_QUEUES = /^sandbox_\d+\.(inbound|event)$/;

export interface RabbitBrokerOptions {
  /** `amqp://user:password@host:port/vhost`. */
  readonly url: string;
  /** Prefix of all exchanges and queues. Default: Vumi's own names. */
  readonly namespace?: string;
  /** How new queues are made. Default `quorum`. */
  readonly queueType?: QueueType;
  /** A durable queue that exists with another type is used as it is, rather than refused. Default false. */
  readonly acceptsOtherTypes?: boolean;
  /** Queues whose consumers are exclusive; publishers declare them as such too. Default: the sandbox's. */
  readonly exclusiveQueues?: RegExp;
  /** How long the first connection is tried. Default 30,000. */
  readonly connectTimeoutMs?: number;
  /** Publishes that may wait for RabbitMQ's return before further ones are refused. Default 10,000. */
  readonly maxWaiting?: number;
  /** Milliseconds before a rejected body is tried again; doubles with each attempt. Default 250. */
  readonly retryDelayMs?: number;
  readonly logger: Logger;
}

class RabbitBroker implements Broker {
  readonly #options: RabbitBrokerOptions;
  readonly #topology: RabbitTopology;
  /** RabbitMQ stops reading from connections that publish when it is short of memory: acks need another one. */
  readonly #links: { readonly publishing: RabbitLink; readonly consuming: RabbitLink };
  readonly #publisher: RabbitPublisher;
  readonly #notices: RabbitNotices;
  readonly #consumers = new Set<RabbitConsumer>();
  #closing = false;

  constructor(
    options: RabbitBrokerOptions,
    topology: RabbitTopology,
    links: { readonly publishing: RabbitLink; readonly consuming: RabbitLink },
  ) {
    const { logger, maxWaiting = DEFAULT_MAX_WAITING } = options;
    this.#options = options;
    this.#topology = topology;
    this.#links = links;
    this.#publisher = new RabbitPublisher(links.publishing, { topology, maxWaiting, logger });
    this.#notices = new RabbitNotices(links.publishing, topology, logger);
  }

  start(): Promise<void> {
    return this.#publisher.start();
  }

  publish(
    routingKey: string,
    body: string,
    exchange: Exchange = EXCHANGES.messages,
    headers?: Readonly<Record<string, string>>,
  ): Promise<void> {
    return exchange.confirms
      ? this.#publisher.publish(routingKey, body, { exchange, headers })
      : this.#notices.publish(routingKey, body, exchange);
  }

  async consume(queue: string, handle: BodyHandler, options: BrokerConsumeOptions): Promise<Subscription> {
    if (this.#closing) throw new VumiError('broker.closed', 'the broker is closed; this process is stopping');
    const { logger, retryDelayMs = DEFAULT_RETRY_DELAY_MS } = this.#options;
    const consumer = new RabbitConsumer(
      { queue, handle, options, retryDelayMs, logger },
      {
        link: this.#links.consuming,
        topology: this.#topology,
        publish: (key, body) => this.publish(key, body),
        logger: logger.child({ queue }),
      },
    );
    this.#consumers.add(consumer);
    try {
      await consumer.start();
    } catch (error) {
      await this.#stopConsumer(consumer);
      throw error;
    }
    return {
      pause: () => consumer.pause(),
      resume: () => consumer.resume(),
      [Symbol.asyncDispose]: () => this.#stopConsumer(consumer),
    };
  }

  async bind(queue: string, key: string, exchange: Exchange = EXCHANGES.messages): Promise<void> {
    await this.#topology.declare(this.#model(), queue, { exchange, key });
  }

  async depth(queue: string): Promise<number> {
    return (await this.#topology.counts(this.#model(), queue)).messages;
  }

  async consumers(queue: string): Promise<number> {
    return (await this.#topology.counts(this.#model(), queue)).consumers;
  }

  /** Consumers first: their handlers may publish until the last of them is through. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#publisher.stopWaiting();
    await Promise.all([...this.#consumers].map((consumer) => this.#stopConsumer(consumer)));
    await this.#publisher[Symbol.asyncDispose]();
    await this.#notices[Symbol.asyncDispose]();
    await Promise.all(Object.values(this.#links).map((link) => link[Symbol.asyncDispose]()));
  }

  async #stopConsumer(consumer: RabbitConsumer): Promise<void> {
    await consumer[Symbol.asyncDispose]();
    this.#consumers.delete(consumer);
  }

  #model() {
    const { model } = this.#links.consuming;
    if (model === null) throw new VumiError('broker.unavailable', 'RabbitMQ is away; try again later');
    return model;
  }
}

/**
 * A broker on RabbitMQ with Vumi's exchanges and routing keys. Rejects with `broker.unavailable` when RabbitMQ is not
 * there in time; later it may come and go.
 */
export async function connectRabbitBroker(options: RabbitBrokerOptions): Promise<Broker> {
  const {
    url,
    logger,
    namespace = '',
    queueType = 'quorum',
    acceptsOtherTypes = false,
    exclusiveQueues = DEFAULT_EXCLUSIVE_QUEUES,
    connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS,
  } = options;
  const topology = new RabbitTopology({ namespace, queueType, exclusiveQueues, acceptsOtherTypes });
  const publishing = await openRabbitLink({ url, logger, connectTimeoutMs, purpose: 'publishing' });
  const consuming = await openRabbitLink({ url, logger, connectTimeoutMs, purpose: 'consuming' });
  const broker = new RabbitBroker(options, topology, { publishing, consuming });
  await broker.start();
  return broker;
}
