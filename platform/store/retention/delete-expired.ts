import { sleep } from '@vumi/core';
import type { Statements } from '../database.ts';
import { EVENTS_BEFORE } from '../message-status.ts';
import { deleteBatchMembers } from './delete-batch-members.ts';
import { longestOf, readKeptDays, type KeptDays } from './kept-days.ts';
import type { RetentionPlan } from './retention-ports.ts';

const DAY_MS = 86_400_000;
/** Rows of one statement: few enough that nobody who writes waits for it. */
const AT_ONCE = 1000;
/** Between two statements, so that the disk has time for others. */
const PAUSE_MS = 20;

/** What is written about messages beside their rows, and is kept as long: the table, its key, its time, and which rows. */
const TRACES = [
  { table: 'runs', key: 'seq', time: 'at', which: 'true' },
  { table: 'app_logs', key: 'id', time: 'at', which: 'true' },
  // Those that are still tried again wait for that.
  { table: 'failures', key: 'seq', time: 'failed_at', which: 'due_at is null' },
] as const;

export async function deleteExpired(
  statements: Statements,
  { now, retentionDays }: RetentionPlan,
  signal: AbortSignal,
): Promise<number> {
  const kept = await readKeptDays(statements, retentionDays);
  const longest = longestOf(kept);
  let deleted = 0;
  for (const { account, days } of kept) {
    if (days === null) continue;
    const before = new Date(now - days * DAY_MS).toISOString();
    // What is kept longest goes with its partition; only what is in none is left over.
    const table = days === longest ? 'messages_default' : 'messages';
    deleted += await deleteMessages(statements, { account, table, before }, signal);
    for (const trace of TRACES) await deleteTraces(statements, { account, ...trace, before }, signal);
    if (account !== null) await deleteMembers(statements, { scope: account, before }, signal);
  }
  if (longest !== null) {
    const before = new Date(now - longest * DAY_MS).toISOString();
    await deleteMembers(statements, { scope: PLATFORM, before }, signal);
  }
  return deleted;
}

/** The scope of batches that take messages of all accounts. */
const PLATFORM = '';

async function deleteMembers(
  statements: Statements,
  { scope, before }: { readonly scope: string; readonly before: string },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && (await deleteBatchMembers(statements, scope, before))) await pause(signal);
}

interface Expired {
  readonly account: KeptDays['account'];
  readonly table: string;
  readonly before: string;
}

async function deleteMessages(
  statements: Statements,
  { account, table, before }: Expired,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  // Each goes on where the one before ended: what was deleted is in the indexes for a while.
  for (let from = '-infinity'; !signal.aborted; await pause(signal)) {
    const [gone] = await statements.query<{ count: number; last: string | null }>(
      `with old as (
         select message_id, week, at from ${table}
         where ${isOf(account)} and at >= $2 and at < $3 and week <= $3::timestamptz::date + 2
         order by at, seq limit ${AT_ONCE}
       ), gone as (
         delete from ${table} as message using old
         where message.message_id = old.message_id and message.week = old.week
       ), told as (
         delete from events using old
         where user_message_id = old.message_id and events.week >= old.week - ${EVENTS_BEFORE}
       ), of_batches as (
         delete from batch_messages using old where batch_messages.message_id = old.message_id
       ) select count(*)::integer as count, max(at)::text as last from old`,
      [account, from, before],
    );
    deleted += gone?.count ?? 0;
    if (gone === undefined || gone.last === null || gone.count < AT_ONCE) break;
    from = gone.last;
  }
  return deleted;
}

async function deleteTraces(
  statements: Statements,
  { account, table, key, time, which, before }: Expired & (typeof TRACES)[number],
  signal: AbortSignal,
): Promise<void> {
  for (; !signal.aborted; await pause(signal)) {
    const gone = await statements.query(
      `delete from ${table} where ${key} in (
         select ${key} from ${table} where ${isOf(account)} and ${time} < $2 and ${which} limit ${AT_ONCE})
       returning ${key}`,
      [account, before],
    );
    if (gone.length < AT_ONCE) break;
  }
}

/** With `$1` for the account in both, so that the parameters are the same. */
function isOf(account: string | null): string {
  return account === null ? '(account is null and $1::text is null)' : 'account = $1';
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(PAUSE_MS, signal).catch(() => {});
}
