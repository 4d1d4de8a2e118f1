import type { KeyedState } from '@vumi/core';
import type { Tracing } from './tracing.ts';

/** State whose commits are spans: what a handler did takes effect then. */
export function tracedState(state: KeyedState, tracing: Tracing): KeyedState {
  return {
    get: (key) => state.get(key),
    set: (key, value, ttlMs) => state.set(key, value, ttlMs),
    setIfAbsent: (key, value, ttlMs) => state.setIfAbsent(key, value, ttlMs),
    delete: (key) => state.delete(key),
    take: (key) => state.take(key),
    increment: (key, by, ttlMs) => state.increment(key, by, ttlMs),
    putField: (key, field, value, ttlMs) => state.putField(key, field, value, ttlMs),
    getFields: (key) => state.getFields(key),
    commit: (commit) =>
      tracing.current() === null
        ? state.commit(commit)
        : tracing.within(
            'commit',
            {
              kind: 'client',
              attributes: { 'vumi.writes': commit.writes.length, 'vumi.outbox': commit.outbox.length },
            },
            () => state.commit(commit),
          ),
    list: (query) => state.list(query),
    scan: (after) => state.scan(after),
    replace: (key, value) => state.replace(key, value),
    committed: (marker) => state.committed(marker),
    [Symbol.asyncDispose]: () => state[Symbol.asyncDispose](),
  };
}
