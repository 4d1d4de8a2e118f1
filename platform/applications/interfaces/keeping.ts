import { interfaceConnector, Lanes, type KeyedState } from '@vumi/core';
import type { ServedInterface } from '@vumi/store';
import { stateKey } from '../base/turn.ts';
import type { Keeping } from './dialect.ts';

/** One process serves the interfaces at a time. */
const changes = new Lanes();

/** What is kept for an interface, in the state. */
export function keepingOf(
  { account, name }: Pick<ServedInterface, 'account' | 'name'>,
  state: Pick<KeyedState, 'get' | 'set' | 'delete'>,
): Keeping {
  const keyOf = (key: string): string => stateKey(interfaceConnector(account, name), 'kept', key);
  return {
    get: (key) => state.get(keyOf(key)),
    change: (key, to, ttlMs) =>
      changes.run(keyOf(key), 1, async () => {
        const before = await state.get(keyOf(key));
        const after = to(before);
        if (after === before) return;
        if (after === null) await state.delete(keyOf(key));
        else await state.set(keyOf(key), after, ttlMs);
      }),
  };
}
