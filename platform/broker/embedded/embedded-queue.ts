import { Fifo } from '@vumi/core';
import { idRange, isVolatileId, type StoredMessage, type StoredQueue } from './journal-format.ts';

/** Beyond either limit, bodies stay on disk until their turn comes. */
const MESSAGES_IN_MEMORY = 10_000;
const CHARS_IN_MEMORY = 16_000_000;
const PAGE_SIZE = 1_000;

/** A message that waits or is with a consumer. */
export interface QueuedMessage extends StoredMessage {
  readonly redelivered: boolean;
  /** Kept in memory only: a trace that ends with the process is no message that is lost. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What a queue asks of a consumer. */
export interface QueueConsumer {
  readonly exclusive: boolean;
  readonly ready: boolean;
  readonly resting: boolean;
  take(message: QueuedMessage): void;
}

/** Reads messages of the journal whose ids are above the first and up to the last; null when that failed. */
export type ReadPage = (
  afterId: number,
  upToId: number,
  limit: number,
) => Promise<readonly StoredMessage[] | null>;

/** One queue: its head in memory, a long tail on disk, and the consumers that share it. */
export class EmbeddedQueue {
  readonly queueId: number;
  readonly name: string;
  readonly #readPage: ReadPage;
  readonly #lastOwnId: number;
  /** Up to here the messages were there when the broker opened: somebody may have had them before. */
  readonly #recoveredUpTo: number;
  readonly #loaded = new Fifo<QueuedMessage>();
  readonly #returned: QueuedMessage[] = [];
  readonly #consumers: QueueConsumer[] = [];
  #lastId: number;
  #lastLoadedId: number;
  #charsLoaded = 0;
  #onDisk: number;
  #reading = false;
  #turn = 0;

  constructor({ queueId, name, waiting, lastId }: StoredQueue, readPage: ReadPage) {
    const { first, last } = idRange(queueId);
    this.queueId = queueId;
    this.name = name;
    this.#readPage = readPage;
    this.#lastOwnId = last;
    this.#recoveredUpTo = lastId ?? first;
    this.#lastId = this.#recoveredUpTo;
    this.#lastLoadedId = first;
    this.#onDisk = waiting;
  }

  /** Messages that wait, without those at consumers. */
  get depth(): number {
    return this.#returned.length + this.#loaded.length + this.#onDisk;
  }

  /** Those that take messages. */
  get consumers(): number {
    return this.#consumers.filter(({ resting }) => !resting).length;
  }

  /** It is in no journal: what is in it goes with the process. */
  get isVolatile(): boolean {
    return isVolatileId(this.queueId);
  }

  /** Nobody consumes it, not even one who rests. */
  get isUnused(): boolean {
    return this.#consumers.length === 0;
  }

  /** The id of the next message, in the order of publishing. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** A message is in the journal now, where it belongs there. Called in the order of ids. */
  arrived(id: number, body: string, headers?: QueuedMessage['headers']): void {
    if (this.isVolatile && this.#isFull()) return;
    if (this.#onDisk > 0 || this.#isFull()) this.#onDisk += 1;
    else this.#load({ id, body, attempts: 0 }, headers);
    this.deliver();
  }

  /** Puts a message back into its place, before all that came later. */
  giveBack(message: QueuedMessage): void {
    const place = this.#returned.findIndex(({ id }) => id > message.id);
    this.#returned.splice(place === -1 ? this.#returned.length : place, 0, { ...message, redelivered: true });
    this.deliver();
  }

  add(consumer: QueueConsumer): void {
    this.#consumers.push(consumer);
    this.deliver();
  }

  remove(consumer: QueueConsumer): void {
    const place = this.#consumers.indexOf(consumer);
    if (place !== -1) this.#consumers.splice(place, 1);
    this.deliver();
  }

  /** Hands over what waits, as long as a consumer has room. */
  deliver(): void {
    while (this.#returned.length > 0 || this.#loaded.length > 0) {
      const consumer = this.#nextReady();
      if (consumer === undefined) return;
      const message = this.#takeFirst();
      if (message !== undefined) consumer.take(message);
    }
    if (this.#consumers.length > 0) this.#loadMore();
  }

  /** The oldest exclusive consumer alone, or else the next in turn that has room. */
  #nextReady(): QueueConsumer | undefined {
    const active = this.#consumers.find(({ exclusive }) => exclusive);
    if (active !== undefined) return active.ready ? active : undefined;
    for (let tried = 0; tried < this.#consumers.length; tried += 1) {
      this.#turn = (this.#turn + 1) % this.#consumers.length;
      const consumer = this.#consumers[this.#turn];
      if (consumer?.ready === true) return consumer;
    }
    return undefined;
  }

  #takeFirst(): QueuedMessage | undefined {
    const returned = this.#returned.shift();
    if (returned !== undefined) return returned;
    const message = this.#loaded.shift();
    this.#charsLoaded -= message?.body.length ?? 0;
    if (this.#loaded.length < PAGE_SIZE) this.#loadMore();
    return message;
  }

  #isFull(): boolean {
    return this.#loaded.length >= MESSAGES_IN_MEMORY || this.#charsLoaded >= CHARS_IN_MEMORY;
  }

  #load(message: StoredMessage, headers?: QueuedMessage['headers']): void {
    this.#lastLoadedId = message.id;
    this.#charsLoaded += message.body.length;
    this.#loaded.push({ ...message, redelivered: message.id <= this.#recoveredUpTo, headers });
  }

  #loadMore(): void {
    if (this.#onDisk === 0 || this.#reading || this.#isFull()) return;
    this.#reading = true;
    void this.#readPage(this.#lastLoadedId, this.#lastOwnId, PAGE_SIZE).then((page) => {
      this.#reading = false;
      if (page === null) return;
      this.#onDisk -= page.length;
      for (const message of page) this.#load(message);
      this.deliver();
    });
  }
}
