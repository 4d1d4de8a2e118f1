import type { DatabaseSync } from 'node:sqlite';
import type { StateListQuery, StatePage } from '@vumi/core';
import { LIST_BYTES } from '../list-bytes.ts';

export const KEY_TABLE = `
  CREATE TABLE IF NOT EXISTS entry (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entry_by_expiry ON entry (expires_at) WHERE expires_at IS NOT NULL`;

const SWEEP_LIMIT = 1_000;

/** A value and when it ends: milliseconds since the epoch, null = never. */
export interface Entry {
  readonly value: string;
  readonly expires_at: number | null;
}

/** The one table of the embedded state: keys, values and expiry. An expired entry is as good as none. */
export class KeyTable {
  readonly #get;
  readonly #set;
  readonly #delete;
  readonly #sweep;
  readonly #replace;
  readonly #count;
  readonly #list;

  constructor(database: DatabaseSync) {
    this.#get = database.prepare('SELECT value, expires_at FROM entry WHERE key = ?');
    this.#set = database.prepare(
      'INSERT INTO entry (key, value, expires_at) VALUES (?, ?, ?) ' +
        'ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at',
    );
    this.#count = database.prepare(
      'SELECT count(*) AS count FROM entry WHERE key >= ? AND key < ? AND (expires_at IS NULL OR expires_at > ?)',
    );
    this.#list = database.prepare(
      'SELECT key, value FROM entry WHERE key >= ? AND key > ? AND key < ? ' +
        'AND (expires_at IS NULL OR expires_at > ?) ORDER BY key',
    );
    this.#replace = database.prepare('UPDATE entry SET value = ? WHERE key = ?');
    this.#delete = database.prepare('DELETE FROM entry WHERE key = ?');
    this.#sweep = database.prepare(
      `DELETE FROM entry WHERE key IN (SELECT key FROM entry WHERE expires_at <= ? LIMIT ${SWEEP_LIMIT})`,
    );
  }

  /** Keys that begin with the prefix, which ends in a character before U+10FFFF. */
  count(prefix: string, now: number): number {
    const { count } = this.#count.get(prefix, `${prefix}\u{10ffff}`, now) as { count: number };
    return count;
  }

  list({ prefix, after = '', limit }: StateListQuery, now: number): StatePage {
    const entries: [string, string][] = [];
    let bytes = 0;
    for (const row of this.#list.iterate(prefix, after, `${prefix}\u{10ffff}`, now)) {
      const last = entries.at(-1);
      if (last !== undefined && (entries.length >= limit || bytes >= LIST_BYTES))
        return { entries, next: last[0] };
      const { key, value } = row as { key: string; value: string };
      entries.push([key, value]);
      bytes += value.length;
    }
    return { entries, next: null };
  }

  find(key: string, now: number): Entry | null {
    const entry = this.#get.get(key) as Entry | undefined;
    return entry === undefined || isExpired(entry, now) ? null : entry;
  }

  set(key: string, value: string, expiresAt: number | null): void {
    this.#set.run(key, value, expiresAt);
  }

  /** It ends when the value before was to. */
  replace(key: string, value: string): void {
    this.#replace.run(value, key);
  }

  /** Whether there was something. */
  delete(key: string, now: number): boolean {
    const existed = this.find(key, now) !== null;
    this.#delete.run(key);
    return existed;
  }

  /** Removes expired entries, a limited number; whether there may be more. */
  sweep(now: number): boolean {
    return this.#sweep.run(now).changes === SWEEP_LIMIT;
  }
}

function isExpired(entry: Entry, now: number): boolean {
  return entry.expires_at !== null && entry.expires_at <= now;
}
