import { addressPattern, newId, type AddressPattern, type KeyedState } from '@vumi/core';
import type { Store } from '@vumi/store';

/** What happens to a key that has to do with an address. */
type Fate = 'delete' | 'clean' | 'empty' | 'leave';

interface StateErasure {
  readonly account: string;
  readonly pattern: AddressPattern;
  readonly dryRun: boolean;
}

/**
 * One part of the state. What apps of the account keep under the address goes; what they keep under other keys loses the
 * address; sent messages are taken out of what a redelivery would repeat; sessions of the account end. What transports
 * remember for a while, without saying whose it is, is left to its expiry, and counted.
 */
async function eraseStatePart(
  state: KeyedState,
  erasure: StateErasure,
  after: string | null,
): Promise<{ counts: Record<string, number>; next: string | null }> {
  const { entries, next } = await state.scan(after);
  const counts = { state_keys: 0, state_values: 0, state_left: 0 };
  for (const [key, value] of entries) {
    const fate = fateOf(erasure, key, value);
    if (fate === null) continue;
    if (fate === 'leave') counts.state_left += 1;
    else if (fate === 'delete') counts.state_keys += 1;
    else counts.state_values += 1;
    if (!erasure.dryRun) await carryOut(state, erasure, { key, value, fate });
  }
  return { counts, next };
}

/** Null for what has nothing to do with the address. */
function fateOf({ account, pattern }: StateErasure, key: string, value: string): Fate | null {
  const inKey = pattern.isIn(decodeKey(key));
  if (!inKey && !pattern.isIn(value)) return null;
  if (key.startsWith(`done/${account}/`)) return 'empty';
  const isOwn = key.startsWith(`app/${account}/`) || key.startsWith(`kv/${account}/`);
  if (isOwn) return inKey ? 'delete' : 'clean';
  const isOther = /^(?:app|kv|done)\//.test(key);
  if (isOther) return null;
  return value.includes(JSON.stringify(account)) ? 'delete' : 'leave';
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // An author's own key may have a percent sign anywhere.
    return key;
  }
}

async function carryOut(
  state: KeyedState,
  { pattern }: StateErasure,
  { key, value, fate }: { key: string; value: string; fate: Fate },
): Promise<void> {
  if (fate === 'delete') return deleteKey(state, key);
  if (fate === 'empty') return state.replace(key, '[]');
  if (fate === 'clean') await state.replace(key, cleanText(pattern, value));
}

/** With the quota's own note of its keys, where there is one. */
async function deleteKey(state: KeyedState, key: string): Promise<void> {
  const place = /^(?:app\/[^/]+\/[^/]+\/|kv\/[^/]+\/)/.exec(key)?.[0];
  if (place === undefined) return void (await state.delete(key));
  await state.commit({
    marker: `erasure/${newId()}`,
    markerTtlMs: 1000,
    writes: [{ op: 'delete', key }],
    outbox: [],
    quota: { prefix: place, maxKeys: Number.MAX_SAFE_INTEGER },
  });
}

function cleanText(pattern: AddressPattern, value: string): string {
  try {
    return JSON.stringify(pattern.cleanJson(JSON.parse(value)));
  } catch {
    return pattern.clean(value);
  }
}

/** One step of the first erasure that is asked for. True when there is none. */
export async function eraseStep(store: Store, state: KeyedState): Promise<boolean> {
  const open = await store.erasures.next();
  if (open === null) return true;
  if (!open.isAtState) {
    await store.erasures.eraseRows(open.id);
    return false;
  }
  const { account, address, dryRun } = open;
  const erasure = { account, pattern: addressPattern(address), dryRun };
  const { counts, next } = await eraseStatePart(state, erasure, open.statePosition);
  await store.erasures.noteState(open.id, counts, next);
  return false;
}
