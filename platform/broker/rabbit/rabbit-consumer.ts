import type { Channel, ChannelModel, ConsumeMessage, MessageProperties } from 'amqplib';
import { LRUCache } from 'lru-cache';
import { deriveId, errorText, EXCHANGES, type Delivery, type Logger, type Subscription } from '@vumi/core';
import { attemptDelivery, type Attempts } from '../attempts.ts';
import { InProgress } from '../in-progress.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { KeptChannel } from './kept-channel.ts';
import type { RabbitLink } from './rabbit-link.ts';
import type { RabbitTopology } from './rabbit-topology.ts';

/** A consumer that is paused for longer lets others have the messages that it holds. */
const HOLD_MS = 30_000;
/** How many messages back a delivery is recognised as one that was here before. */
const REMEMBERED = 1_000;

type Verdict = 'ack' | 'requeue';

export interface RabbitConsumerPorts {
  readonly link: RabbitLink;
  readonly topology: RabbitTopology;
  publish(routingKey: string, body: string): Promise<void>;
  readonly logger: Logger;
}

/** One consumer with a channel of its own, which survives both the channel and the connection. */
export class RabbitConsumer implements Subscription {
  readonly #ports: RabbitConsumerPorts;
  readonly #attempts: Attempts;
  readonly #stop: AbortController;
  readonly #channel: KeptChannel<Channel>;
  readonly #inProgress = new InProgress();
  /**
   * Verdicts by message id. When a channel breaks, RabbitMQ delivers again what we are still working on, or what we
   * have acknowledged in vain: that delivery gets the verdict of the first one.
   */
  readonly #verdicts: LRUCache<string, Promise<Verdict>>;
  /** For classic queues, which do not count them. */
  readonly #rejections = new Map<string, number>();
  #acknowledgements: Acknowledgements | null = null;
  #held: ConsumeMessage[] = [];
  #paused = false;
  #givenBack = false;
  #giveBackTimer: NodeJS.Timeout | undefined;

  constructor(attempts: Omit<Attempts, 'signal'>, ports: RabbitConsumerPorts) {
    this.#stop = new AbortController();
    this.#attempts = { ...attempts, signal: this.#stop.signal };
    this.#ports = ports;
    this.#verdicts = new LRUCache({ max: Math.max(REMEMBERED, 2 * attempts.options.prefetch) });
    const role = {
      open: (model: ChannelModel) => model.createChannel(),
      prepare: (channel: Channel, model: ChannelModel) => this.#prepare(channel, model),
      ready: (channel: Channel) => this.#listen(channel),
      lost: () => {
        this.#held = [];
        this.#acknowledgements = null;
      },
    };
    this.#channel = new KeptChannel(ports.link, role, ports.logger);
  }

  start(): Promise<void> {
    return this.#channel.start();
  }

  pause(): Promise<void> {
    this.#paused = true;
    clearTimeout(this.#giveBackTimer);
    this.#giveBackTimer = setTimeout(() => void this.#giveBack(), HOLD_MS).unref();
    return this.#inProgress.settledSoFar();
  }

  async resume(): Promise<void> {
    clearTimeout(this.#giveBackTimer);
    this.#paused = false;
    if (this.#givenBack) {
      this.#givenBack = false;
      await this.#channel.restart();
    }
    for (const message of this.#held.splice(0)) this.#take(message);
  }

  /** Acknowledges what is in progress, then leaves the rest to others. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#paused = true;
    clearTimeout(this.#giveBackTimer);
    this.#stop.abort();
    await this.#inProgress.settled();
    this.#acknowledgements?.flush();
    await this.#channel.stop();
  }

  async #prepare(channel: Channel, model: ChannelModel): Promise<void> {
    const { queue, options } = this.#attempts;
    const { exchange = EXCHANGES.messages, bindingKey = queue } = options;
    await this.#ports.topology.declare(model, queue, { exchange, key: bindingKey }, options);
    await channel.prefetch(options.prefetch);
  }

  async #listen(channel: Channel): Promise<void> {
    if (this.#givenBack) return;
    const queue = this.#ports.topology.queueName(this.#attempts.queue);
    this.#acknowledgements = new Acknowledgements(channel);
    await channel.consume(queue, (message) => this.#onDelivery(message));
  }

  /** Must not throw: amqplib would close the connection. */
  #onDelivery(message: ConsumeMessage | null): void {
    if (message === null) {
      void this.#channel.restart();
      return;
    }
    this.#acknowledgements?.delivered(message);
    if (this.#paused) this.#held.push(message);
    else this.#take(message);
  }

  #take(message: ConsumeMessage): void {
    this.#inProgress.add(this.#run(message));
  }

  async #run(message: ConsumeMessage): Promise<void> {
    const acknowledgements = this.#acknowledgements;
    const id = idOf(message);
    const verdict = await (this.#earlier(id, message) ?? this.#judge(id, message));
    if (verdict === 'requeue') this.#verdicts.delete(id);
    if (this.#acknowledgements !== acknowledgements) return;
    if (verdict === 'ack') acknowledgements?.ack(message);
    else acknowledgements?.requeue(message);
  }

  /** Two messages without an id may say the same, as datapoints do: only RabbitMQ knows whether one comes again. */
  #earlier(id: string, { fields, properties }: ConsumeMessage): Promise<Verdict> | undefined {
    return hasId(properties) || fields.redelivered ? this.#verdicts.get(id) : undefined;
  }

  #judge(id: string, message: ConsumeMessage): Promise<Verdict> {
    const verdict = this.#decide(id, message);
    this.#verdicts.set(id, verdict);
    return verdict;
  }

  async #decide(id: string, message: ConsumeMessage): Promise<Verdict> {
    const outcome = await attemptDelivery(
      message.content.toString(),
      this.#deliveryOf(id, message),
      this.#attempts,
    );
    if (outcome.kind === 'requeue') {
      if (outcome.tried) this.#countRejection(id);
      return 'requeue';
    }
    this.#rejections.delete(id);
    if (outcome.kind === 'done') return 'ack';
    try {
      await this.#ports.publish(this.#attempts.options.failuresKey, JSON.stringify(outcome.failure));
      return 'ack';
    } catch (error) {
      this.#ports.logger.error(
        { queue: this.#attempts.queue, reason: errorText(error) },
        'failure not published',
      );
      return 'requeue';
    }
  }

  #deliveryOf(id: string, { fields, properties }: ConsumeMessage): Delivery {
    const { headers } = properties;
    const counted = Number(headers?.['x-delivery-count'] ?? this.#rejections.get(id) ?? 0);
    const earlier = Math.max(counted, fields.redelivered ? 1 : 0);
    return { redelivered: earlier > 0, attempt: earlier + 1, headers: textsOf(headers) };
  }

  #countRejection(id: string): void {
    this.#rejections.set(id, (this.#rejections.get(id) ?? 0) + 1);
    const [oldest] = this.#rejections.keys();
    if (this.#rejections.size > REMEMBERED && oldest !== undefined) this.#rejections.delete(oldest);
  }

  async #giveBack(): Promise<void> {
    await this.#inProgress.settled();
    if (!this.#paused || this.#stop.signal.aborted) return;
    this.#givenBack = true;
    await this.#channel.restart();
  }
}

/** Messages of other programs may have no id. */
function idOf({ properties, content }: ConsumeMessage): string {
  return hasId(properties) ? properties.messageId : deriveId(content.toString());
}

function hasId(
  properties: MessageProperties,
): properties is MessageProperties & { readonly messageId: string } {
  return typeof properties.messageId === 'string';
}

/** Headers that are texts; whoever else publishes may have others. */
function textsOf(headers: MessageProperties['headers']): Delivery['headers'] {
  if (headers === undefined) return undefined;
  const texts = Object.entries(headers).filter(([, value]) => typeof value === 'string');
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}
