import {
  openValue,
  sealValue,
  VumiError,
  type AccountKeys,
  type KeyedState,
  type Logger,
  type StateWrite,
} from '@vumi/core';
import { SEALED_MARK, SECRET_MARK } from '@vumi/core/talks';
import { parseGuestJson } from './guest-json.ts';

/** Keys of state that are an app's: `app/<account>/<app>/…` (apps/keys.ts). */
const ACCOUNT_OF_KEY = /^app\/([^/]+)\//;

/**
 * The same state, in which secret answers are sealed under a key of their account (spec authoring §3.1): who reads the state
 * without the database reads none. Bound to its key of state, so that nothing sealed can be put in another user's place.
 * A value that cannot be opened counts as absent: its conversation begins again.
 */
export function sealAnswers(state: KeyedState, keys: AccountKeys, logger: Logger): KeyedState {
  const open = async (key: string, text: string): Promise<string | null> => {
    if (!text.includes(SEALED_MARK)) return text;
    const account = ACCOUNT_OF_KEY.exec(key)?.[1];
    if (account === undefined) return text;
    try {
      return openText(text, key, await keys.keyOf(account));
    } catch (error) {
      if (error instanceof VumiError) throw error;
      logger.error({ error, key }, 'a secret answer cannot be opened: its conversation begins again');
      return null;
    }
  };
  const seal = async (key: string, text: string): Promise<string> => {
    const account = text.includes(SECRET_MARK) ? ACCOUNT_OF_KEY.exec(key)?.[1] : undefined;
    return account === undefined ? text : sealText(text, key, await keys.keyOf(account));
  };
  const sealWrite = async (write: StateWrite): Promise<StateWrite> =>
    write.op === 'set' ? { ...write, value: await seal(write.key, write.value) } : write;

  return {
    get: async (key) => {
      const text = await state.get(key);
      return text === null ? null : open(key, text);
    },
    take: async (key) => {
      const text = await state.take(key);
      return text === null ? null : open(key, text);
    },
    set: async (key, value, ttlMs) => state.set(key, await seal(key, value), ttlMs),
    setIfAbsent: async (key, value, ttlMs) => state.setIfAbsent(key, await seal(key, value), ttlMs),
    commit: async (commit) =>
      state.commit(
        commit.writes.some((write) => write.op === 'set' && write.value.includes(SECRET_MARK))
          ? { ...commit, writes: await Promise.all(commit.writes.map(sealWrite)) }
          : commit,
      ),
    list: async (query) => {
      const page = await state.list(query);
      const opened = page.entries.map(async ([key, text]) => [key, await open(key, text)] as const);
      const entries = (await Promise.all(opened)).flatMap(([key, text]) =>
        text === null ? [] : [[key, text] as const],
      );
      return { ...page, entries };
    },
    delete: (key) => state.delete(key),
    increment: (key, by, ttlMs) => state.increment(key, by, ttlMs),
    putField: (key, field, value, ttlMs) => state.putField(key, field, value, ttlMs),
    getFields: (key) => state.getFields(key),
    scan: (after) => state.scan(after),
    replace: (key, value) => state.replace(key, value),
    committed: (marker) => state.committed(marker),
    [Symbol.asyncDispose]: () => state[Symbol.asyncDispose](),
  };
}

function sealText(text: string, place: string, key: Uint8Array): string {
  const seal = (value: unknown): string => sealValue(value, place, key);
  return JSON.stringify(
    exchanged(parseGuestJson(text), { from: SECRET_MARK, to: SEALED_MARK, change: seal }),
  );
}

function openText(text: string, place: string, key: Uint8Array): string {
  const open = (value: unknown): unknown => openValue(String(value), place, key);
  return JSON.stringify(
    exchanged(parseGuestJson(text), { from: SEALED_MARK, to: SECRET_MARK, change: open }),
  );
}

interface Exchange {
  readonly from: string;
  readonly to: string;
  change(value: unknown): unknown;
}

/** With each member named `from` changed and under its other name. */
function exchanged(value: unknown, exchange: Exchange): unknown {
  if (Array.isArray(value)) return value.map((item) => exchanged(item, exchange));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) =>
      name === exchange.from ? [exchange.to, exchange.change(member)] : [name, exchanged(member, exchange)],
    ),
  );
}
