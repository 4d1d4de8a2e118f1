import type { Channel, ConsumeMessage } from 'amqplib';

/**
 * The deliveries of one channel with one consumer. Acknowledgements of one turn of the event loop leave as few frames
 * as possible: RabbitMQ spends more on each of them than on the message.
 */
export class Acknowledgements {
  readonly #channel: Channel;
  /** In the order of their tags. */
  readonly #outstanding = new Set<number>();
  #acked: ConsumeMessage[] = [];
  #scheduled: NodeJS.Immediate | null = null;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  delivered(message: ConsumeMessage): void {
    this.#outstanding.add(message.fields.deliveryTag);
  }

  ack(message: ConsumeMessage): void {
    this.#outstanding.delete(message.fields.deliveryTag);
    this.#acked.push(message);
    this.#scheduled ??= setImmediate(() => this.flush());
  }

  requeue(message: ConsumeMessage): void {
    this.#outstanding.delete(message.fields.deliveryTag);
    this.#try(() => this.#channel.nack(message, false, true));
  }

  /** Sends what was acknowledged so far. */
  flush(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    const acked = this.#acked.sort((a, b) => a.fields.deliveryTag - b.fields.deliveryTag);
    this.#acked = [];
    const [oldest = Infinity] = this.#outstanding;
    const together = acked.findLastIndex(({ fields }) => fields.deliveryTag < oldest);
    this.#try(() => {
      for (const [index, message] of acked.entries()) {
        if (index >= together) this.#channel.ack(message, index === together);
      }
    });
  }

  /** A channel that closes in this moment throws; RabbitMQ then delivers again. */
  #try(send: () => void): void {
    try {
      send();
    } catch {
      this.#acked = [];
    }
  }
}
