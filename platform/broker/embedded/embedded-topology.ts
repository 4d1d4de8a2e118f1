import type { Journal } from '@vumi/journal';
import { EmbeddedQueue, type ReadPage } from './embedded-queue.ts';
import type { BrokerReply, BrokerRequest } from './journal-format.ts';

const ignore = (): void => {};

/** Queues and bindings, in memory and in the journal. What could not be written is written with the next use. */
export class EmbeddedTopology {
  readonly #journal: Journal<BrokerRequest, BrokerReply>;
  readonly #queues = new Map<string, EmbeddedQueue>();
  readonly #bindings = new Map<string, EmbeddedQueue[]>();
  readonly #unwritten = new Set<BrokerRequest>();

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
    for (const { routingKey, queueId } of reply.bindings) {
      const queue = byId.get(queueId);
      if (queue !== undefined) this.#remember(routingKey, queue);
    }
  }

  find(name: string): EmbeddedQueue | undefined {
    return this.#queues.get(name);
  }

  /** The queue of that name, bound to the key of that name. */
  declare(name: string): EmbeddedQueue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queueId = this.#queues.size + 1;
    const queue = new EmbeddedQueue({ queueId, name, waiting: 0, lastId: null }, this.#readPage);
    this.#queues.set(name, queue);
    this.#write(['queue', queueId, name]);
    this.bind(queue, name);
    return queue;
  }

  bind(queue: EmbeddedQueue, routingKey: string): void {
    if (this.#bindings.get(routingKey)?.includes(queue) === true) return;
    this.#remember(routingKey, queue);
    this.#write(['bind', routingKey, queue.queueId]);
  }

  /** The queues that get what is published under the key; there is always one. */
  bound(routingKey: string): readonly EmbeddedQueue[] {
    if (!this.#queues.has(routingKey)) this.declare(routingKey);
    for (const request of this.#unwritten) this.#write(request);
    return this.#bindings.get(routingKey) ?? [];
  }

  #remember(routingKey: string, queue: EmbeddedQueue): void {
    const bound = this.#bindings.get(routingKey);
    if (bound === undefined) this.#bindings.set(routingKey, [queue]);
    else bound.push(queue);
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
