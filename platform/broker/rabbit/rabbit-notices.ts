import type { Channel, ChannelModel } from 'amqplib';
import { checkKey, errorText, Fifo, VumiError, type Exchange, type Logger } from '@vumi/core';
import { KeptChannel } from './kept-channel.ts';
import type { RabbitLink } from './rabbit-link.ts';
import type { RabbitTopology } from './rabbit-topology.ts';

/** Bytes that amqplib holds for us before it says "wait for drain". */
const WRITE_BUFFER = 256 * 1024;
/** How many wait while RabbitMQ is away or busy; then the oldest are dropped, which are worth least. */
const MOST_WAITING = 1_000;

interface Notice {
  readonly exchange: Exchange;
  readonly key: string;
  readonly body: string;
}

/** Publishes to exchanges without confirms, such as metrics and heartbeats: nobody waits, and nothing piles up. */
export class RabbitNotices implements AsyncDisposable {
  readonly #link: RabbitLink;
  readonly #topology: RabbitTopology;
  readonly #logger: Logger;
  readonly #channel: KeptChannel<Channel>;
  readonly #waiting = new Fifo<Notice>();
  readonly #declared = new Set<string>();
  #started = false;
  #sending: Promise<void> | null = null;
  #full = false;
  #closed = false;
  #dropped = 0;

  constructor(link: RabbitLink, topology: RabbitTopology, logger: Logger) {
    this.#link = link;
    this.#topology = topology;
    this.#logger = logger;
    const role = {
      open: (model: ChannelModel) => model.createChannel({ highWaterMark: WRITE_BUFFER }),
      prepare: (channel: Channel) => this.#prepare(channel),
      ready: () => this.#send(),
      lost: () => this.#declared.clear(),
    };
    this.#channel = new KeptChannel(link, role, logger);
  }

  /** Settles at once. Rejects for a key that the exchange does not have, and once it is closed. */
  async publish(key: string, body: string, exchange: Exchange): Promise<void> {
    if (this.#closed) throw new VumiError('broker.closed', 'the broker is closed; this process is stopping');
    checkKey(exchange, key);
    this.#waiting.push({ exchange, key, body });
    if (this.#waiting.length > MOST_WAITING) this.#dropOldest();
    this.#start();
    void this.#send();
  }

  /** Sends what can be sent. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#send();
    await this.#channel.stop();
  }

  /** Few processes have any of this to say. */
  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#channel.start().catch(() => undefined);
  }

  #prepare(channel: Channel): Promise<void> {
    this.#full = false;
    channel.on('drain', () => {
      this.#full = false;
      void this.#send();
    });
    return Promise.resolve();
  }

  #send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    let more = true;
    while (more) more = await this.#sendFirst();
  }

  /** Whether there may be more to send. */
  async #sendFirst(): Promise<boolean> {
    const notice = this.#waiting.peek();
    const channel = this.#channel.current;
    if (notice === undefined || channel === null || this.#full) return false;
    const { exchange, key, body } = notice;
    if (!this.#declared.has(exchange.name)) return this.#declare(exchange);
    const name = this.#topology.exchangeName(exchange);
    try {
      this.#full = !channel.publish(name, key, Buffer.from(body), { persistent: true });
    } catch {
      // The channel closes in this moment; the next one sends it.
      return false;
    }
    this.#waiting.shift();
    this.#tellDropped();
    return true;
  }

  async #declare(exchange: Exchange): Promise<boolean> {
    const { model } = this.#link;
    if (model === null) return false;
    try {
      await this.#topology.declareExchange(model, exchange);
      this.#declared.add(exchange.name);
    } catch (error) {
      this.#logger.warn({ exchange: exchange.name, reason: errorText(error) }, 'cannot declare an exchange');
      this.#dropOldest();
    }
    return true;
  }

  #dropOldest(): void {
    this.#waiting.shift();
    this.#dropped += 1;
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    this.#logger.warn(
      { dropped: this.#dropped },
      'metrics or heartbeats were dropped while RabbitMQ was away',
    );
    this.#dropped = 0;
  }
}
