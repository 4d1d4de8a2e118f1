/**
 * What boxes ask of their surroundings, where there is more than one way to give it. The implementations are in
 * platform/broker and platform/state; only platform/host puts them together.
 */
import type { ConsumeOptions, Delivery, Subscription } from './connector.ts';
import type { Exchange } from './exchanges.ts';

/** Milliseconds since the epoch. */
export type Clock = () => number;

/** Bodies in queues. Exchanges and keys are Vumi's (exchanges.ts); a body is the JSON of one message. */
export interface Broker extends AsyncDisposable {
  /**
   * Resolves when the body is durable in every queue bound to the key, or as the exchange's `confirms` says.
   * Default: `EXCHANGES.messages`. Headers, such as a trace's, come with the delivery as long as the broker runs.
   */
  publish(
    routingKey: string,
    body: string,
    exchange?: Exchange,
    headers?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Delivers bodies in order of arrival, `prefetch` at a time. The promise of `handle` is the acknowledgement. */
  consume(queue: string, handle: BodyHandler, options: BrokerConsumeOptions): Promise<Subscription>;
  /** Delivers what is published under the key, or under those of a topic's pattern, to one more queue. */
  bind(queue: string, routingKey: string, exchange?: Exchange): Promise<void>;
  /** Messages that wait in a queue, without those at consumers. */
  depth(queue: string): Promise<number>;
  /** Consumers that take messages of a queue, in whatever process; one that rests may count for half a minute more. */
  consumers(queue: string): Promise<number>;
}

/** Throwing a VumiError whose `retry` is false sends the body to the failures queue at once. */
export type BodyHandler = (body: string, delivery: Delivery) => Promise<void>;

export interface BrokerConsumeOptions extends ConsumeOptions {
  /** Where a body goes after its last attempt, wrapped in a FailureMessage: `<name>.failures`. */
  readonly failuresKey: string;
  /** The exchange that the queue is bound to. Default: `EXCHANGES.messages`. */
  readonly exchange?: Exchange;
  /** The key, or a topic's pattern, that the queue is bound under. Default: the queue's name. */
  readonly bindingKey?: string;
  /**
   * The queue is for this consumer and its next life only: it goes, with what is in it, when nobody has consumed it for so
   * many milliseconds, or with the process where the broker is embedded. Absent: it stays.
   */
  readonly expiresMs?: number;
}

/** One change of state in a commit. Values are JSON texts; `ttlMs` absent means no expiry. */
export type StateWrite =
  | { readonly op: 'set'; readonly key: string; readonly value: string; readonly ttlMs?: number }
  | { readonly op: 'delete'; readonly key: string }
  | { readonly op: 'increment'; readonly key: string; readonly by: number };

/** How many keys may live under one beginning, which can be listed. Keys that have expired do not count. */
export interface StateQuota {
  /** Keys that begin with it are counted together: `app/<account>/<app>/`. */
  readonly prefix: string;
  readonly maxKeys: number;
}

/** The effects of one handler (DESIGN §4.3). */
export interface StateCommit {
  /** Names the inbound message, unique per app. */
  readonly marker: string;
  readonly markerTtlMs: number;
  readonly writes: readonly StateWrite[];
  /** Bodies that the handler sends, in order. */
  readonly outbox: readonly string[];
  /** Counts the keys that commits write. One that would add a key beyond it writes nothing: `app.limit`. */
  readonly quota?: StateQuota;
}

/** `fresh` false: a commit under this marker was there already, nothing was written, and `outbox` is what it left. */
export interface CommitResult {
  readonly fresh: boolean;
  readonly outbox: readonly string[];
}

/** Which keys of a place are asked for. */
export interface StateListQuery {
  /** The prefix of the quota under which commits write the place's keys: only those are listed. */
  readonly place: string;
  /** Begins with `place`. */
  readonly prefix: string;
  /** The `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** By the bytes of their keys. Pages end early where values are large: `next` is null when nothing follows. */
export interface StatePage {
  readonly entries: readonly (readonly [key: string, value: string])[];
  readonly next: string | null;
}

/** Keyed state with expiry. Keys are opaque; the callers' scopes build them (`app/<account>/<app>/…`). */
export interface KeyedState extends AsyncDisposable {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs?: number): Promise<void>;
  /** False, and nothing written, when the key exists. */
  setIfAbsent(key: string, value: string, ttlMs?: number): Promise<boolean>;
  /** Whether the key existed. Also removes a key written by `putField`. */
  delete(key: string): Promise<boolean>;
  /** Reads and deletes in one step: of two callers one gets the value. */
  take(key: string): Promise<string | null>;
  /** Atomic. A value that is no integer is the error `state.not_a_number`. Absent counts as 0; keeps an existing expiry. */
  increment(key: string, by: number, ttlMs?: number): Promise<number>;
  /** Sets one field of a record, renews its expiry and answers the whole record in one step. */
  putField(key: string, field: string, value: string, ttlMs: number): Promise<Record<string, string>>;
  /** The record that `putField` has written, empty when there is none. */
  getFields(key: string): Promise<Record<string, string>>;
  /** Writes, marker and outbox in one atomic step, or nothing. */
  commit(commit: StateCommit): Promise<CommitResult>;
  /** Keys that begin with a prefix, with their values, a page at a time. */
  list(query: StateListQuery): Promise<StatePage>;
  /**
   * Everything that is kept, a part at a time and in no order; records of `putField` as JSON, outboxes under their markers.
   * What is there all the time comes at least once. Null `next`: that was all.
   */
  scan(after: string | null): Promise<StatePage>;
  /** Another value in place of one that is there, which ends when that was to. Not for records of `putField`. */
  replace(key: string, value: string): Promise<void>;
  /** The outbox under a marker, or null when nothing was committed under it. */
  committed(marker: string): Promise<readonly string[] | null>;
}

/**
 * A transport's own record of what it has handed to the network and taken from it, on its own disk: it must be
 * written in the same tick as the socket, which no server can do (decision 0003). Writes are in the operating system's
 * hands at the end of the tick or at `flush`; they survive kill -9.
 */
export interface Ledger extends AsyncDisposable {
  get(key: string): string | null;
  put(key: string, value: string): void;
  /** As `put`, of what people write: when it is deleted it does not stay in the file either. */
  putText(key: string, value: string): void;
  delete(key: string): void;
  /** Keys that start with the prefix and their values, oldest first. */
  entries(prefix: string): [string, string][];
  /** Makes the writes so far safe from a kill of the process, now. */
  flush(): void;
}
