import type { DatabaseSync } from 'node:sqlite';
import { serveJournal, type Transact } from '@vumi/journal/thread';
import type { StateWrite } from '@vumi/core';
import { addToText } from '../integer-text.ts';
import { KeyCounts } from './key-counts.ts';
import { KEY_TABLE, KeyTable } from './key-table.ts';
import type { NotANumber, StateReplies, StateReply, StateRequest } from './state-format.ts';

/** Keys of one part of a scan. */
const SCANNED = 500;

type Actions = {
  readonly [Op in StateRequest[0]]: (
    request: Extract<StateRequest, readonly [Op, ...unknown[]]>,
  ) => StateReplies[Op];
};

serveJournal<StateRequest>(KEY_TABLE, prepare);

function prepare(database: DatabaseSync): Transact<StateRequest> {
  const table = new KeyTable(database);
  const counts = new KeyCounts(table);
  const actions: Actions = {
    get: ([, key, now]) => table.find(key, now)?.value ?? null,
    set: ([, key, value, expiresAt]) => {
      table.set(key, value, expiresAt);
      return null;
    },
    setIfAbsent: ([, key, value, expiresAt, now]) => {
      if (table.find(key, now) !== null) return false;
      table.set(key, value, expiresAt);
      return true;
    },
    delete: ([, key, now]) => table.delete(key, now),
    take: ([, key, now]) => {
      const value = table.find(key, now)?.value ?? null;
      if (value !== null) table.delete(key, now);
      return value;
    },
    increment: ([, key, by, expiresAt, now]) => increment(table, { key, by, expiresAt }, now),
    putField: ([, key, field, value, expiresAt, now]) => {
      const record = {
        ...(JSON.parse(table.find(key, now)?.value ?? '{}') as Record<string, string>),
        [field]: value,
      };
      table.set(key, JSON.stringify(record), expiresAt);
      return record;
    },
    commit: ([, commit, now]) => {
      const earlier = outboxUnder(table, commit.marker, now);
      if (earlier !== null) return earlier;
      const obstacle = findObstacle(table, commit.writes, now) ?? counts.grow(commit, now);
      if (obstacle !== null) return obstacle;
      for (const write of commit.writes) apply(table, write, now);
      table.set(commit.marker, JSON.stringify(commit.outbox), now + commit.markerTtlMs);
      return null;
    },
    list: ([, query, now]) => table.list(query, now),
    scan: ([, after, now]) => table.list({ place: '', prefix: '', after, limit: SCANNED }, now),
    replace: ([, key, value]) => {
      table.replace(key, value);
      return null;
    },
    committed: ([, marker, now]) => outboxUnder(table, marker, now),
    sweep: ([, now]) => table.sweep(now),
  };
  return (request) => (actions[request[0]] as (request: StateRequest) => StateReply)(request);
}

function outboxUnder(table: KeyTable, marker: string, now: number): readonly string[] | null {
  const entry = table.find(marker, now);
  return entry === null ? null : (JSON.parse(entry.value) as string[]);
}

interface Increment {
  readonly key: string;
  readonly by: number;
  /** For an entry that has no expiry yet. */
  readonly expiresAt: number | null;
}

function increment(table: KeyTable, { key, by, expiresAt }: Increment, now: number): number | NotANumber {
  const entry = table.find(key, now);
  const sum = addToText(entry?.value ?? null, by);
  if (sum === null) return { notANumber: key };
  table.set(key, String(sum), entry?.expires_at ?? expiresAt);
  return sum;
}

/** The first increment that would fail after the writes before it: found before anything is written. */
function findObstacle(table: KeyTable, writes: readonly StateWrite[], now: number): NotANumber | null {
  const values = new Map<string, string | null>();
  for (const write of writes) {
    if (write.op !== 'increment') {
      values.set(write.key, write.op === 'set' ? write.value : null);
      continue;
    }
    const { key, by } = write;
    const before = values.has(key) ? (values.get(key) ?? null) : (table.find(key, now)?.value ?? null);
    const sum = addToText(before, by);
    if (sum === null) return { notANumber: key };
    values.set(key, String(sum));
  }
  return null;
}

function apply(table: KeyTable, write: StateWrite, now: number): void {
  switch (write.op) {
    case 'set':
      table.set(write.key, write.value, write.ttlMs === undefined ? null : now + write.ttlMs);
      break;
    case 'delete':
      table.delete(write.key, now);
      break;
    case 'increment':
      increment(table, { ...write, expiresAt: null }, now);
      break;
  }
}
