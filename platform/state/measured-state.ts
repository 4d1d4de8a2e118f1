import { VumiError, type KeyedState } from '@vumi/core';
import { stateMeasures } from '@vumi/measures';

const { seconds, errors } = stateMeasures;

/** The same state; what is asked of it is measured. */
export function measuredState(state: KeyedState): KeyedState {
  return {
    get: (key) => measured('get', state.get(key)),
    set: (key, value, ttlMs) => measured('set', state.set(key, value, ttlMs)),
    setIfAbsent: (key, value, ttlMs) => measured('set', state.setIfAbsent(key, value, ttlMs)),
    delete: (key) => measured('delete', state.delete(key)),
    take: (key) => measured('take', state.take(key)),
    increment: (key, by, ttlMs) => measured('increment', state.increment(key, by, ttlMs)),
    putField: (key, field, value, ttlMs) => measured('put_field', state.putField(key, field, value, ttlMs)),
    getFields: (key) => measured('get_fields', state.getFields(key)),
    commit: (commit) => measured('commit', state.commit(commit)),
    list: (query) => measured('list', state.list(query)),
    scan: (after) => measured('scan', state.scan(after)),
    replace: (key, value) => measured('replace', state.replace(key, value)),
    committed: (marker) => measured('committed', state.committed(marker)),
    [Symbol.asyncDispose]: () => state[Symbol.asyncDispose](),
  };
}

function measured<T>(operation: string, answer: Promise<T>): Promise<T> {
  const startedAt = performance.now();
  answer.then(
    () => seconds.since(startedAt, operation),
    (error: unknown) => errors.add(1, operation, error instanceof VumiError ? error.code : 'internal'),
  );
  return answer;
}
