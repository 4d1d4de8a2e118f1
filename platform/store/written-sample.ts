import { addressSpellings } from '@vumi/core';
import type { Database } from './database.ts';
import { wasCancelled } from './database-error.ts';
import { indexedText } from './indexed-text.ts';
import type { WrittenQuery, WrittenSample } from './message-ports.ts';

/** Who waits for an answer reads no more. */
const MOST = 100_000;
/** Where those take too long. */
const FEWER = 10_000;
/** Of more, some of each of so many parts of the time. */
const PARTS = 120;
/** What is wanted is an estimate. */
const WITHIN_MS = 700;
const DAY_MS = 86_400_000;
/** A row's week begins at most so many days before its time. */
const WEEK_BEFORE = 8;
/** Keywords stand at the beginning. */
const READ_CHARACTERS = 200;

/** All numbers where none is named. */
const WANTED = `direction = 'inbound' and transport = $1 and week >= $3::date
  and (cardinality($4::text[]) = 0 or to_addr = any($4))`;

/** What was written to a number of late; null: it could not be read in time. */
export async function readWritten(database: Database, query: WrittenQuery): Promise<WrittenSample | null> {
  const accounts = await accountsAt(database, query.transport);
  for (const most of [MOST, FEWER]) {
    try {
      return await read(database, query, { accounts, most });
    } catch (error) {
      // It took too long.
      if (!wasCancelled(error)) throw error;
    }
  }
  return null;
}

async function read(
  database: Database,
  { transport, to_addr, since, withinMs = WITHIN_MS }: WrittenQuery,
  { accounts, most }: { readonly accounts: readonly (string | null)[]; readonly most: number },
): Promise<WrittenSample> {
  const from = new Date(since).toISOString();
  const week = new Date(since - WEEK_BEFORE * DAY_MS).toISOString().slice(0, 10);
  const spellings = to_addr === null ? [] : addressSpellings(to_addr).map(indexedText);
  const values: unknown[] = [transport, from, week, spellings];
  const owners = to_addr === null ? ['true'] : accounts.map((account) => ownerIs(account, values));
  const all = union(owners, `at >= $2 and ${WANTED}`, most + 1);
  return database.transaction(async (statements) => {
    await statements.query(`set local statement_timeout = ${withinMs}`);
    const [counted] = await statements.query<{ count: number }>(
      `select count(*)::int as count from (${all}) as found`,
      values,
    );
    const sampled = (counted?.count ?? 0) > most;
    const messages = await statements.query<WrittenSample['messages'][number]>(
      `select transport as transport_name, to_addr, from_addr, left(body ->> 'content', ${READ_CHARACTERS}) as content
       from (${sampled ? parts(owners, since, most) : all}) as found limit ${most}`,
      values,
    );
    return { messages, sampled, since: from };
  });
}

/** Whose messages may be there; null: nobody's. */
async function accountsAt(database: Database, transport: string): Promise<(string | null)[]> {
  const rows = await database.query<{ account: string }>(
    'select account from routes where transport = $1 union select account from numbers where transport = $1',
    [transport],
  );
  return [null, ...rows.map(({ account }) => account)];
}

/** As its index is asked. */
function ownerIs(account: string | null, values: unknown[]): string {
  return account === null ? 'account is null' : `account = $${values.push(account)}`;
}

function union(conditions: readonly string[], where: string, most: number): string {
  return conditions
    .map(
      (condition) =>
        `(select * from messages where ${condition} and ${where} order by at desc limit ${most})`,
    )
    .join(' union all ');
}

function parts(conditions: readonly string[], since: number, whole: number): string {
  const partMs = Math.ceil((Date.now() - since) / PARTS);
  const most = Math.ceil(whole / PARTS / conditions.length);
  const part = `interval '${partMs} ms'`;
  const where = `at >= $2::timestamptz + n * ${part} and at < $2::timestamptz + (n + 1) * ${part}
    and ${WANTED}`;
  return `select found.* from generate_series(0, ${PARTS - 1}) as n, lateral (${union(conditions, where, most)}) as found`;
}
