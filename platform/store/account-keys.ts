import { randomBytes } from 'node:crypto';
import type { AccountKeys } from '@vumi/core';
import { requireAccount } from './accounts.ts';
import type { Database } from './database.ts';

const KEY_BYTES = 32;
/** Keys that a process remembers: the oldest is read again. */
const MOST_REMEMBERED = 1000;

/** A key is made by whoever asks first, and never changes. */
export function openAccountKeys(database: Database): AccountKeys {
  const remembered = new Map<string, Promise<Uint8Array>>();
  return {
    keyOf(account) {
      const known = remembered.get(account);
      if (known !== undefined) return known;
      const asked = readKey(database, account);
      remembered.set(account, asked);
      asked.catch(() => remembered.delete(account));
      const [oldest] = remembered.keys();
      if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
      return asked;
    },
  };
}

async function readKey(database: Database, account: string): Promise<Uint8Array> {
  const select = 'select key from account_keys where account = $1';
  const [found] = await database.query<{ key: Uint8Array }>(select, [account]);
  if (found !== undefined) return found.key;
  await requireAccount(database, account);
  await database.query('insert into account_keys (account, key) values ($1, $2) on conflict do nothing', [
    account,
    randomBytes(KEY_BYTES),
  ]);
  const [made] = await database.query<{ key: Uint8Array }>(select, [account]);
  if (made === undefined) throw new TypeError(`the key of account ${account} is gone as soon as it is made`);
  return made.key;
}
