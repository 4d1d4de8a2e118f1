import type { Channel, ChannelModel } from 'amqplib';
import { VumiError } from '@vumi/core';

export type QueueType = 'quorum' | 'classic';

/** Vumi's exchange for messages, events and failures (spec vumi-core §2). */
const EXCHANGE = 'vumi';
const PRECONDITION_FAILED = 406;

export interface RabbitTopologyOptions {
  /** Prefix of the exchange and of the queues, so that several platforms share one RabbitMQ. */
  readonly namespace: string;
  readonly queueType: QueueType;
  /** Queues that have one consumer at a time. Publishers declare them too and must know it as well. */
  readonly exclusiveQueues: RegExp;
}

const ignore = (): void => {};

/** Names and declarations: the routing key of a queue is its name, on a durable direct exchange. */
export class RabbitTopology {
  readonly exchange: string;
  readonly queueType: QueueType;
  readonly #prefix: string;
  readonly #exclusiveQueues: RegExp;

  constructor({ namespace, queueType, exclusiveQueues }: RabbitTopologyOptions) {
    this.#prefix = namespace === '' ? '' : `${namespace}.`;
    this.exchange = this.#prefix + EXCHANGE;
    this.queueType = queueType;
    this.#exclusiveQueues = exclusiveQueues;
  }

  /** The queue's name in RabbitMQ. */
  queueName(queue: string): string {
    return this.#prefix + queue;
  }

  /**
   * Declares the exchange and the queue and binds them. `exclusive` undefined comes from those who do not care, such
   * as publishers. Rejects with `broker.queue_mismatch` when the queue exists and does not serve.
   */
  async declare(model: ChannelModel, queue: string, exclusive?: boolean): Promise<void> {
    const name = this.queueName(queue);
    await onChannel(model, (channel) => channel.assertExchange(this.exchange, 'direct', { durable: true }));
    try {
      const options = {
        durable: true,
        arguments: this.#arguments(model, exclusive ?? this.#exclusiveQueues.test(queue)),
      };
      await onChannel(model, (channel) => channel.assertQueue(name, options));
    } catch (error) {
      this.#acceptExisting(name, exclusive === true, error);
    }
    await this.bind(model, queue, queue);
  }

  async bind(model: ChannelModel, queue: string, routingKey: string): Promise<void> {
    await onChannel(model, (channel) => channel.bindQueue(this.queueName(queue), this.exchange, routingKey));
  }

  /** Messages that wait; 0 for a queue that nobody has declared yet. */
  async depth(model: ChannelModel, queue: string): Promise<number> {
    try {
      const { messageCount } = await onChannel(model, (channel) => channel.checkQueue(this.queueName(queue)));
      return messageCount;
    } catch (error) {
      if (codeOf(error) === 404) return 0;
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
