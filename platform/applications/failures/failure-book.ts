import { createFailure, routingKey, type Broker, type Clock, type KeyedState } from '@vumi/core';
import type { DueFailure, FailureQueue } from '@vumi/store';

/** Where failures are until something comes of them. What the store's queue does is the contract. */
export type FailureBook = FailureQueue;

const KEPT_MS = 30 * 86_400_000;
const MOST = 1_000_000;
const DIGITS = 15;

/**
 * Without a database: what is tried again is in the keyed state, by time; what is given up goes to
 * `<connector>.failures.dead`, where somebody with a tool for queues finds it.
 */
export function openStateBook(
  name: string,
  { state, broker, clock }: { state: KeyedState; broker: Broker; clock: Clock },
): FailureBook {
  const place = `failures/${name}/due/`;
  let arrived = 0;
  /** Of those that are due at one moment the first that came is the first. */
  const keyOf = (dueAt: number, arrivedAt: number, id: string): string =>
    `${place}${digits(dueAt)}/${digits(arrivedAt)}.${digits(arrived++)}/${id}`;
  const keys = new Map<string, string>();
  return {
    async add({ dueAt, ...failure }) {
      const { id, connector, queue, message, reason, failure_code: code } = failure;
      if (dueAt === null) {
        const dead = createFailure(message, reason, code, { queue });
        return broker.publish(`${routingKey(connector, 'failures')}.dead`, JSON.stringify(dead));
      }
      const due: DueFailure = { id, connector, queue, message, replay: false };
      await state.commit({
        marker: `failures/${name}/seen/${id}`,
        markerTtlMs: KEPT_MS,
        writes: [{ op: 'set', key: keyOf(dueAt, clock(), id), value: JSON.stringify(due), ttlMs: KEPT_MS }],
        outbox: [],
        quota: { prefix: place, maxKeys: MOST },
      });
    },
    async due(at, limit) {
      const { entries } = await state.list({ place, prefix: place, limit });
      const until = place + digits(at + 1);
      const due = entries.filter(([key]) => key < until);
      keys.clear();
      return due.map(([key, value]) => {
        const failure = JSON.parse(value) as DueFailure;
        keys.set(failure.id, key);
        return failure;
      });
    },
    async published(ids) {
      for (const id of ids) await state.delete(keys.get(id) ?? '');
    },
    trim: () => Promise.resolve(),
  };
}

/** As texts in the order of numbers. */
function digits(value: number): string {
  return String(value).padStart(DIGITS, '0');
}
