import { checkKey, type Exchange } from '@vumi/core';
import type { Journal } from '@vumi/journal';
import { Bindings } from './bindings.ts';
import { EmbeddedQueue, type ReadPage } from './embedded-queue.ts';
import type { BrokerReply, BrokerRequest } from './journal-format.ts';

const ignore = (): void => {};

/** Queues and bindings, in memory and in the journal. What could not be written is written with the next use. */
export class EmbeddedTopology {
  readonly #journal: Journal<BrokerRequest, BrokerReply>;
  readonly #queues = new Map<string, EmbeddedQueue>();
  readonly #exchanges = new Map<string, Bindings>();
  /** Keys of messages whose own queue is there and bound. */
  readonly #declared = new Set<string>();
  readonly #unwritten = new Set<BrokerRequest>();
  /** How many queues there were of either kind: their ids. */
  #kept = 0;
  #volatile = 0;

  constructor(journal: Journal<BrokerRequest, BrokerReply>) {
    this.#journal = journal;
  }

  /** Reads what an earlier process left. */
  async load(): Promise<void> {
    const reply = await this.#journal.call(['load']);
    if (reply === null || !('queues' in reply)) return;
    const byId = new Map(
      reply.queues.map((stored) => [stored.queueId, new EmbeddedQueue(stored, this.#readPage)] as const),
    );
    for (const queue of byId.values()) this.#queues.set(queue.name, queue);
    this.#kept = byId.size;
    for (const { exchange, routingKey, queueId } of reply.bindings) {
      const queue = byId.get(queueId);
      if (queue !== undefined) this.#bindingsOf(exchange).add(routingKey, queue);
    }
  }

  find(name: string): EmbeddedQueue | undefined {
    return this.#queues.get(name);
  }

  /** The queue of that name. */
  declare(name: string): EmbeddedQueue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    this.#kept += 1;
    const queueId = this.#kept;
    const queue = new EmbeddedQueue({ queueId, name, waiting: 0, lastId: null }, this.#readPage);
    this.#queues.set(name, queue);
    this.#write(['queue', queueId, name]);
    return queue;
  }

  /** A queue that is not kept; the same one for whoever asks for it by its name. */
  declareVolatile(name: string): EmbeddedQueue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    this.#volatile += 1;
    const queue = new EmbeddedQueue(
      { queueId: -this.#volatile, name, waiting: 0, lastId: null },
      this.#readPage,
    );
    this.#queues.set(name, queue);
    return queue;
  }

  /** Takes a queue that is not kept away, and what is in it. */
  drop(queue: EmbeddedQueue): void {
    this.#queues.delete(queue.name);
    for (const bindings of this.#exchanges.values()) bindings.remove(queue);
  }

  bind(queue: EmbeddedQueue, routingKey: string, exchange: Exchange): void {
    if (this.#bindingsOf(exchange.name).add(routingKey, queue) && !queue.isVolatile) {
      this.#write(['bind', exchange.name, routingKey, queue.queueId]);
    }
  }

  /** The queues that get what is published under the key; where publishers declare queues there is always one. */
  bound(routingKey: string, exchange: Exchange): readonly EmbeddedQueue[] {
    if (exchange.queue === 'declared') this.#declareOwn(routingKey, exchange);
    else checkKey(exchange, routingKey);
    for (const request of this.#unwritten) this.#write(request);
    const bindings = this.#bindingsOf(exchange.name);
    return exchange.type === 'topic' ? bindings.underPatterns(routingKey) : bindings.underKey(routingKey);
  }

  #declareOwn(routingKey: string, exchange: Exchange): void {
    if (this.#declared.has(routingKey)) return;
    checkKey(exchange, routingKey);
    this.bind(this.declare(routingKey), routingKey, exchange);
    this.#declared.add(routingKey);
  }

  #bindingsOf(exchange: string): Bindings {
    const known = this.#exchanges.get(exchange);
    if (known !== undefined) return known;
    const bindings = new Bindings();
    this.#exchanges.set(exchange, bindings);
    return bindings;
  }

  #write(request: BrokerRequest): void {
    this.#unwritten.delete(request);
    this.#journal.submit(request, ignore, () => this.#unwritten.add(request));
  }

  readonly #readPage: ReadPage = async (afterId, upToId, limit) => {
    try {
      const reply = await this.#journal.call(['page', afterId, upToId, limit]);
      return Array.isArray(reply) ? reply : null;
    } catch {
      return null;
    }
  };
}
