import type { Channel, ChannelModel } from 'amqplib';
import { EXCHANGES, VumiError, type BrokerConsumeOptions, type Exchange } from '@vumi/core';

export type QueueType = 'quorum' | 'classic';

const PRECONDITION_FAILED = 406;

export interface RabbitTopologyOptions {
  /** Prefix of the exchanges and of the queues, so that several platforms share one RabbitMQ. */
  readonly namespace: string;
  readonly queueType: QueueType;
  /** Queues that have one consumer at a time. Publishers declare them too and must know it as well. */
  readonly exclusiveQueues: RegExp;
  /** A durable queue that exists with another type is used as it is. */
  readonly acceptsOtherTypes: boolean;
}

/** Where a queue gets its messages from. */
export interface Binding {
  readonly exchange: Exchange;
  readonly key: string;
}

/** What a consumer wants of its queue (BrokerConsumeOptions). */
type QueueTraits = Pick<BrokerConsumeOptions, 'exclusive' | 'expiresMs'>;

const ignore = (): void => {};

/** Names and declarations. */
export class RabbitTopology {
  readonly queueType: QueueType;
  readonly #prefix: string;
  readonly #exclusiveQueues: RegExp;
  readonly #acceptsOtherTypes: boolean;

  constructor({ namespace, queueType, exclusiveQueues, acceptsOtherTypes }: RabbitTopologyOptions) {
    this.#prefix = namespace === '' ? '' : `${namespace}.`;
    this.queueType = queueType;
    this.#exclusiveQueues = exclusiveQueues;
    this.#acceptsOtherTypes = acceptsOtherTypes;
  }

  /** The queue's name in RabbitMQ. */
  queueName(queue: string): string {
    return this.#prefix + queue;
  }

  /** The exchange's name in RabbitMQ. */
  exchangeName({ name }: Exchange): string {
    return this.#prefix + name;
  }

  async declareExchange(model: ChannelModel, exchange: Exchange): Promise<void> {
    const { type, durable } = exchange;
    await onChannel(model, (channel) =>
      channel.assertExchange(this.exchangeName(exchange), type, { durable }),
    );
  }

  /**
   * Declares a queue and binds it, by default to its own name. `exclusive` absent comes from those who do not care,
   * such as publishers. Rejects with `broker.queue_mismatch` when the queue exists and does not serve.
   */
  async declare(
    model: ChannelModel,
    queue: string,
    { exchange, key }: Binding = { exchange: EXCHANGES.messages, key: queue },
    { exclusive, expiresMs }: QueueTraits = {},
  ): Promise<void> {
    const name = this.queueName(queue);
    await this.declareExchange(model, exchange);
    try {
      const options = {
        durable: true,
        arguments:
          expiresMs === undefined
            ? this.#arguments(model, exclusive ?? this.#exclusiveQueues.test(queue))
            : // What may be lost needs no replicas.
              { 'x-queue-type': 'classic', 'x-expires': expiresMs },
      };
      await onChannel(model, (channel) => channel.assertQueue(name, options));
    } catch (error) {
      this.#acceptExisting(name, exclusive === true, error);
    }
    await onChannel(model, (channel) => channel.bindQueue(name, this.exchangeName(exchange), key));
  }

  /** Messages that wait, and consumers; none of a queue that nobody has declared yet. */
  async counts(
    model: ChannelModel,
    queue: string,
  ): Promise<{ readonly messages: number; readonly consumers: number }> {
    try {
      const found = await onChannel(model, (channel) => channel.checkQueue(this.queueName(queue)));
      return { messages: found.messageCount, consumers: found.consumerCount };
    } catch (error) {
      if (codeOf(error) === 404) return { messages: 0, consumers: 0 };
      throw error;
    }
  }

  #arguments(model: ChannelModel, exclusive: boolean): Record<string, unknown> {
    const { version } = model.connection.serverProperties;
    return {
      ...(this.queueType === 'quorum' ? { 'x-queue-type': 'quorum' } : {}),
      // From version 4 on, RabbitMQ drops what was put back 20 times; we count the attempts ourselves.
      ...(this.queueType === 'quorum' && Number.parseInt(version, 10) >= 4 ? { 'x-delivery-limit': -1 } : {}),
      ...(exclusive ? { 'x-single-active-consumer': true } : {}),
    };
  }

  /** An operator's own limits on a queue are his business; what would break our guarantees is refused. */
  #acceptExisting(name: string, exclusive: boolean, error: unknown): void {
    const argument = /inequivalent arg '([^']+)'/.exec(String(error))?.[1];
    if (codeOf(error) !== PRECONDITION_FAILED || argument === undefined) throw error;
    const remedy = `drain it and delete it ("rabbitmqctl delete_queue ${name}"); it is made anew at the next start`;
    if (argument === 'x-queue-type' && this.#acceptsOtherTypes) return;
    if (argument === 'x-queue-type' || argument === 'durable') {
      throw new VumiError(
        'broker.queue_mismatch',
        `queue "${name}" exists with another ${argument} than ${this.queueType}, durable: set the broker's queue type to the queue's, or ${remedy}`,
        { cause: error },
      );
    }
    if (argument === 'x-single-active-consumer' && exclusive) {
      throw new VumiError(
        'broker.queue_mismatch',
        `queue "${name}" exists without a single active consumer: name it in exclusiveQueues, then ${remedy}`,
        { cause: error },
      );
    }
  }
}

/** RabbitMQ answers a refusal by closing the channel, hence one for each question. */
async function onChannel<T>(model: ChannelModel, ask: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await model.createChannel();
  channel.on('error', ignore);
  const answer = await ask(channel);
  await channel.close().catch(ignore);
  return answer;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
