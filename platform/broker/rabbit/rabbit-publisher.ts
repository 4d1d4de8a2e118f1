import { randomUUID } from 'node:crypto';
import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import { Fifo, errorText, VumiError, type Logger } from '@vumi/core';
import { KeptChannel } from './kept-channel.ts';
import type { RabbitLink } from './rabbit-link.ts';
import type { RabbitTopology } from './rabbit-topology.ts';

/** Bytes that amqplib holds for us before it says "wait for drain". */
const WRITE_BUFFER = 256 * 1024;
/** How often a message may come back because its queue was deleted. */
const MOST_RETURNS = 3;

interface Entry {
  readonly id: string;
  readonly key: string;
  readonly body: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: VumiError) => void;
  /** RabbitMQ found no queue for it, and says so before it confirms. */
  returned: boolean;
  returns: number;
}

export interface RabbitPublisherOptions {
  readonly topology: RabbitTopology;
  /** Publishes that may wait for a connection; beyond, they are refused. */
  readonly maxWaiting: number;
  readonly logger: Logger;
}

/**
 * Publishes with confirms, many in flight. What was not confirmed when the channel broke is sent again, in the order
 * of publishing, under the same message id.
 */
export class RabbitPublisher implements AsyncDisposable {
  readonly #topology: RabbitTopology;
  readonly #maxWaiting: number;
  readonly #channel: KeptChannel<ConfirmChannel>;
  readonly #link: RabbitLink;
  /** All that is not confirmed, in the order of publishing. */
  readonly #entries = new Map<string, Entry>();
  /** What waits for the declaration of its queue; a key without a list here is declared, or not known at all. */
  readonly #undeclared = new Map<string, Entry[]>();
  readonly #declared = new Set<string>();
  readonly #idPrefix = `${randomUUID().replaceAll('-', '')}.`;
  #unsent = new Fifo<Entry>();
  #full = false;
  #lastId = 0;
  #stopping = false;
  #closed = false;
  #idle: (() => void) | null = null;

  constructor(link: RabbitLink, { topology, maxWaiting, logger }: RabbitPublisherOptions) {
    this.#link = link;
    this.#topology = topology;
    this.#maxWaiting = maxWaiting;
    const role = {
      open: (model: ChannelModel) => model.createConfirmChannel({ highWaterMark: WRITE_BUFFER }),
      prepare: (channel: ConfirmChannel) => this.#prepare(channel),
      ready: () => this.#sendAll(),
      lost: () => this.#forgetChannel(),
    };
    this.#channel = new KeptChannel(link, role, logger);
  }

  start(): Promise<void> {
    return this.#channel.start();
  }

  publish(key: string, body: string): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const id = this.#idPrefix + this.#lastId.toString(36);
      const entry: Entry = { id, key, body: Buffer.from(body), resolve, reject, returned: false, returns: 0 };
      this.#entries.set(id, entry);
      this.#dispatch(entry);
    });
  }

  /** From here on nothing waits for a connection any more, so that handlers in progress come to an end. */
  stopWaiting(): void {
    this.#stopping = true;
    if (this.#channel.current === null) this.#rejectAll();
  }

  /** Waits for the confirms that are under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.stopWaiting();
    if (this.#entries.size > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    await this.#channel.stop();
  }

  #refusal(): VumiError | null {
    const away = this.#channel.current === null;
    if (this.#closed || (this.#stopping && away)) return closedError();
    if (!away || this.#entries.size < this.#maxWaiting) return null;
    return new VumiError(
      'broker.unavailable',
      `RabbitMQ is away and ${this.#entries.size} messages wait for it; try again later`,
    );
  }

  #rejectAll(): void {
    for (const entry of this.#entries.values()) this.#finish(entry, closedError());
  }

  #prepare(channel: ConfirmChannel): Promise<void> {
    channel.on('return', (message: Message) => {
      const entry = this.#entries.get(String(message.properties.messageId));
      if (entry !== undefined) entry.returned = true;
    });
    channel.on('drain', () => this.#sendUnsent());
    return Promise.resolve();
  }

  #sendAll(): Promise<void> {
    for (const entry of this.#entries.values()) this.#dispatch(entry);
    return Promise.resolve();
  }

  #forgetChannel(): void {
    this.#unsent = new Fifo();
    this.#undeclared.clear();
    this.#declared.clear();
    this.#full = false;
    if (this.#stopping) this.#rejectAll();
  }

  #dispatch(entry: Entry): void {
    const channel = this.#channel.current;
    if (channel === null) return;
    if (!this.#declared.has(entry.key)) this.#awaitQueue(entry);
    else if (this.#full) this.#unsent.push(entry);
    else this.#send(channel, entry);
  }

  #awaitQueue(entry: Entry): void {
    const waiting = this.#undeclared.get(entry.key);
    if (waiting !== undefined) {
      waiting.push(entry);
      return;
    }
    const list = [entry];
    this.#undeclared.set(entry.key, list);
    void this.#declare(entry.key, list);
  }

  async #declare(key: string, list: readonly Entry[]): Promise<void> {
    try {
      const { model } = this.#link;
      if (model === null) return;
      await this.#topology.declare(model, key);
      if (this.#undeclared.get(key) !== list) return;
      this.#undeclared.delete(key);
      this.#declared.add(key);
      for (const entry of list) this.#dispatch(entry);
    } catch (error) {
      this.#refuse(key, list, error);
    }
  }

  /** A channel lost meanwhile has dropped the list: its entries go out again over the next one. */
  #refuse(key: string, list: readonly Entry[], error: unknown): void {
    if (this.#undeclared.get(key) !== list) return;
    this.#undeclared.delete(key);
    const reason =
      error instanceof VumiError
        ? error
        : new VumiError('broker.unavailable', `cannot declare "${key}": ${errorText(error)}`, {
            cause: error,
          });
    for (const entry of list) this.#finish(entry, reason);
  }

  #send(channel: ConfirmChannel, entry: Entry): void {
    const properties = { persistent: true, mandatory: true, messageId: entry.id };
    const written = channel.publish(
      this.#topology.exchange,
      entry.key,
      entry.body,
      properties,
      (error: unknown) => this.#onConfirm(channel, entry, error),
    );
    this.#full = !written;
  }

  #sendUnsent(): void {
    const channel = this.#channel.current;
    if (channel === null) return;
    let entry: Entry | undefined;
    do {
      this.#full = false;
      entry = this.#unsent.shift();
      if (entry !== undefined) this.#send(channel, entry);
    } while (entry !== undefined && !this.#full);
  }

  #onConfirm(channel: ConfirmChannel, entry: Entry, error: unknown): void {
    if (error !== null && error !== undefined) {
      // A closing channel answers like a refusal, and is not yet known to be gone.
      setImmediate(() => {
        if (this.#channel.current === channel) this.#finish(entry, refusedError(entry.key));
      });
    } else if (entry.returned) {
      this.#sendAgain(entry);
    } else {
      this.#finish(entry, null);
    }
  }

  #sendAgain(entry: Entry): void {
    entry.returned = false;
    entry.returns += 1;
    if (entry.returns > MOST_RETURNS) {
      this.#finish(entry, refusedError(entry.key));
      return;
    }
    this.#declared.delete(entry.key);
    this.#dispatch(entry);
  }

  #finish(entry: Entry, error: VumiError | null): void {
    this.#entries.delete(entry.id);
    if (error === null) entry.resolve();
    else entry.reject(error);
    if (this.#entries.size === 0) this.#idle?.();
  }
}

function refusedError(key: string): VumiError {
  return new VumiError('broker.unavailable', `RabbitMQ did not take a message for "${key}"; look at its log`);
}

function closedError(): VumiError {
  return new VumiError('broker.closed', 'the broker is closed; this process is stopping');
}
