import { VumiError } from './errors.ts';
import type { FlowKind } from './names.ts';

/** Where messages are published, and what becomes of one under a key that nobody has bound (spec vumi-core §2, §7). */
export interface Exchange {
  readonly name: string;
  /** `direct`: queues get what is published under their key. `topic`: a key of theirs is a pattern (`matchesTopic`). */
  readonly type: 'direct' | 'topic';
  readonly durable: boolean;
  /**
   * `declared`: who publishes declares the queue that has the key's name, so that nothing early is lost. `none`: only
   * who wants the messages has a queue for them, and without one they go nowhere, which is no error.
   */
  readonly queue: 'declared' | 'none';
  /**
   * A publish settles when the message is safe, and rejects when it is not. Without confirms it never waits: what
   * cannot be sent soon is dropped.
   */
  readonly confirms: boolean;
  /** Vumi refuses keys that are not lower case, but for those that are names of metrics. */
  readonly anyCase: boolean;
}

const durable = { type: 'direct', durable: true, anyCase: false } as const;
const unconfirmed = { ...durable, queue: 'none', confirms: false } as const;

/** All exchanges, by what travels on them. Each is durable; persistent messages, no other properties are needed. */
export const EXCHANGES = {
  /** Messages, events and failures of connectors: `routingKey`. */
  messages: { ...durable, name: 'vumi', queue: 'declared', confirms: true },
  /** Statuses of transports: on the same exchange, but few set-ups have somebody who listens. */
  statuses: { ...durable, name: 'vumi', queue: 'none', confirms: true },
  /** Datapoints of workers, under `METRICS_KEY`. */
  metrics: { ...unconfirmed, name: 'vumi.metrics' },
  /** Datapoints by time and name, under `bucketKey`. */
  buckets: { ...unconfirmed, name: 'vumi.metrics.buckets' },
  /** Aggregated datapoints, under `AGGREGATES_KEY`. */
  aggregates: { ...unconfirmed, name: 'vumi.metrics.aggregates' },
  /** What Carbon listens to; the key is the metric's name. */
  graphite: { ...unconfirmed, name: 'graphite', type: 'topic', anyCase: true },
  /** Heartbeats of workers, under `HEARTBEAT_KEY`. */
  health: { ...unconfirmed, name: 'vumi.health' },
} as const satisfies Record<string, Exchange>;

export const METRICS_KEY = 'vumi.metrics';
export const AGGREGATES_KEY = 'vumi.metrics.aggregates';
export const HEARTBEAT_KEY = 'heartbeat.inbound';

/** The key, and the queue, of one of the aggregators that share the metrics. */
export function bucketKey(bucket: number): string {
  return `bucket.${bucket}`;
}

/** Vumi's routing key, and by convention its queue's name (spec vumi-core §2). */
export function routingKey(connector: string, kind: FlowKind | 'failures' | 'status'): string {
  // Vumi adds the suffix of a status twice; Python peers listen on exactly that key.
  const key = kind === 'status' ? `${connector}.status.status` : `${connector}.${kind}`;
  if (key !== key.toLowerCase()) {
    throw new VumiError(
      'name.not_lower_case',
      `routing key "${key}" must be lower case; rename the connector "${connector}"`,
    );
  }
  return key;
}

/** Throws `name.not_lower_case` for a key that a Vumi would not publish under. */
export function checkKey({ name, anyCase }: Exchange, key: string): void {
  if (anyCase || key === key.toLowerCase()) return;
  throw new VumiError(
    'name.not_lower_case',
    `routing key "${key}" must be lower case on the exchange "${name}"; rename what it is made of`,
  );
}

/** Whether a topic exchange hands a key to a pattern: words between dots, `*` is one of them, `#` any number. */
export function matchesTopic(pattern: string, key: string): boolean {
  return matchesWords(pattern.split('.'), key.split('.'));
}

function matchesWords(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#') {
    return matchesWords(rest, words) || (words.length > 0 && matchesWords(pattern, words.slice(1)));
  }
  return words.length > 0 && (first === '*' || first === words[0]) && matchesWords(rest, words.slice(1));
}
