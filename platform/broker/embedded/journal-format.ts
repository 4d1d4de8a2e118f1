/**
 * What the embedded broker asks of its journal. Tuples of primitives, because they cross to the thread by structured
 * clone. A message's id holds its queue's id, so that the table's own key keeps each queue's messages together and in
 * order without a second index.
 */
const SEQUENCES_PER_QUEUE = 2 ** 38;

export type BrokerRequest =
  | readonly [op: 'put', id: number, body: string]
  | readonly [op: 'delete', id: number]
  | readonly [op: 'attempts', id: number, attempts: number]
  | readonly [op: 'queue', queueId: number, name: string]
  | readonly [op: 'bind', exchange: string, routingKey: string, queueId: number]
  | readonly [op: 'page', afterId: number, upToId: number, limit: number]
  | readonly [op: 'load'];

/** `attempts`: how often the message was rejected so far. */
export interface StoredMessage {
  readonly id: number;
  readonly body: string;
  readonly attempts: number;
}

export interface StoredQueue {
  readonly queueId: number;
  readonly name: string;
  readonly waiting: number;
  /** Null when the queue is empty. */
  readonly lastId: number | null;
}

export interface StoredBinding {
  readonly exchange: string;
  readonly routingKey: string;
  readonly queueId: number;
}

/** The reply to `load` is the topology, to `page` messages, to the rest nothing. */
export type BrokerReply =
  | { readonly queues: readonly StoredQueue[]; readonly bindings: readonly StoredBinding[] }
  | readonly StoredMessage[]
  | null;

/** Queues that are not kept, and their messages, have ids below those of the journal. */
export function isVolatileId(id: number): boolean {
  return id < 0;
}

/** Ids of a queue's messages are above the first and up to the last. */
export function idRange(queueId: number): { readonly first: number; readonly last: number } {
  return { first: queueId * SEQUENCES_PER_QUEUE, last: (queueId + 1) * SEQUENCES_PER_QUEUE - 1 };
}
