import type { BillingSettings } from '@vumi/core';
import { encodeTextArray } from '../array-parameter.ts';
import { noAccount } from '../checks.ts';
import type { Statements } from '../database.ts';
import type { Decision, Holding } from './decide.ts';

interface BalanceRow {
  readonly account: string;
  readonly balance: number;
  readonly topped_up: number;
  readonly warned: number | null;
  readonly billing: BillingSettings;
  readonly at: string;
}

/** Rows that are held until the transaction ends; who holds them writes into the ledgers of their accounts. */
export interface Held {
  readonly holdings: ReadonlyMap<string, Holding>;
  /** The instant of entries of an account: not before its last one. */
  readonly at: ReadonlyMap<string, string>;
}

/**
 * Holds the balances of accounts, in one order, so that no two wait for each other. Accounts that do not exist are left
 * out.
 */
export async function holdBalances(statements: Statements, accounts: Iterable<string>): Promise<Held> {
  const names = [...new Set(accounts)].toSorted();
  let rows = await hold(statements, names);
  if (rows.length < names.length) {
    await statements.query(
      `insert into credit_balances (account) select name from accounts where name = any($1::text[])
       order by name on conflict do nothing`,
      [encodeTextArray('text', names)],
    );
    rows = await hold(statements, names);
  }
  return {
    holdings: new Map(
      rows.map(({ account, balance, topped_up, warned, billing }) => [
        account,
        { account, billing, balance, toppedUp: topped_up, warned },
      ]),
    ),
    at: new Map(rows.map(({ account, at }) => [account, at])),
  };
}

function hold(statements: Statements, names: readonly string[]): Promise<BalanceRow[]> {
  return statements.query<BalanceRow>(
    `select account, balance::float8 as balance, topped_up::float8 as topped_up, warned::float8 as warned,
       billing, greatest(clock_timestamp(), last_at) as at
     from credit_balances join accounts on name = account
     where account = any($1::text[]) order by account for update of credit_balances`,
    [encodeTextArray('text', names)],
  );
}

/** Holds one. Throws `not_found` when there is no such account. */
export async function holdBalance(
  statements: Statements,
  account: string,
): Promise<{ readonly held: Held; readonly holding: Holding }> {
  const held = await holdBalances(statements, [account]);
  const holding = held.holdings.get(account);
  if (holding === undefined) throw noAccount(account);
  return { held, holding };
}

/** Writes what was decided, and what the accounts have then. */
export async function writeLedger(
  statements: Statements,
  { holdings, at }: Held,
  { entries, warnings }: Decision,
): Promise<void> {
  if (entries.length === 0) return;
  const dated = entries.map((entry) => ({ ...entry, at: at.get(entry.account) }));
  await statements.query(
    `insert into credit_entries (account, at, kind, amount, balance, message_id, round, direction, transport,
       route, app, segments, price, per_segment, per_message, per_session, refund, source, reference, reason, actor)
     select account, at, kind, amount, balance, message_id, round, direction, transport,
       route, app, segments, price, per_segment, per_message, per_session, refund, source, reference, reason, actor
     from json_to_recordset($1) as given (account text, at timestamptz, kind text, amount bigint, balance bigint,
       message_id text, round integer, direction text, transport text, route text, app text, segments integer, price bigint,
       per_segment bigint, per_message bigint, per_session bigint, refund text, source text, reference text,
       reason text, actor text)`,
    [JSON.stringify(dated)],
  );
  const written = new Set(entries.map(({ account }) => account));
  const rows = [...holdings.values()]
    .filter(({ account }) => written.has(account))
    .map(({ account, balance, toppedUp, warned }) => ({
      account,
      balance,
      topped_up: toppedUp,
      warned,
      at: at.get(account),
    }));
  await statements.query(
    `update credit_balances as known set balance = given.balance, topped_up = given.topped_up,
       warned = given.warned, last_at = given.at
     from json_to_recordset($1) as given (account text, balance bigint, topped_up bigint, warned bigint, at timestamptz)
     where known.account = given.account`,
    [JSON.stringify(rows)],
  );
  if (warnings.length === 0) return;
  await statements.query(
    `insert into credit_warnings (account, threshold, balance, at)
     select account, threshold, balance, at
     from json_to_recordset($1) as given (account text, threshold bigint, balance bigint, at timestamptz)`,
    [JSON.stringify(warnings.map((warning) => ({ ...warning, at: at.get(warning.account) })))],
  );
}

export const ENTRY_COLUMNS = `id::text, account, at, kind, amount::float8 as amount, balance::float8 as balance,
  message_id, direction, transport, route, app, segments, price::text, per_segment::float8 as per_segment,
  per_message::float8 as per_message, per_session::float8 as per_session, source, reference, reason, actor`;
