import { ERASED } from '@vumi/core';
import { CLEANED_TABLES, ERASED_TABLES, type CleanedTable, type ErasedTable } from './erased-tables.ts';
import { erasePeople } from './erase-people.ts';
import { eraseMessages } from './erase-messages.ts';
import { STEP, type ErasureWork, type StepDone } from './erasure-work.ts';

type Stage = (work: ErasureWork, position: unknown) => Promise<StepDone>;

/**
 * In this order: that somebody opted out is kept before anything else goes. A new stage comes at the end, so that
 * erasures that go on while the platform is renewed leave none out.
 */
export const STAGES: readonly Stage[] = [
  hideOptouts,
  eraseMessages,
  erasePeople,
  ...ERASED_TABLES.map(
    (table): Stage =>
      (work) =>
        eraseFrom(table, work),
  ),
  cleanAnswers,
  countAudit,
  ...CLEANED_TABLES.map(
    (table): Stage =>
      (work) =>
        cleanIn(table, work),
  ),
  countOutbox,
];

async function hideOptouts({ statements, hash, account, pattern, dryRun }: ErasureWork): Promise<StepDone> {
  const rows = await statements.query<{ type: string; value: string }>(
    `select address_type as type, address_value as value from optouts
     where account = $1 and (address_value = any($2) or address_value ~* $3) for update`,
    [account, pattern.spellings, pattern.source],
  );
  if (!dryRun && rows.length > 0) {
    await statements.query(
      `with hidden as (select * from unnest($2::text[], $3::text[], $4::text[]) as given (type, value, hash)),
       gone as (delete from optouts using hidden
         where account = $1 and address_type = type and address_value = value returning type, value, created_at)
       insert into optouts (account, address_type, address_value, created_at)
       select $1, type, hash, created_at from gone join hidden using (type, value)
       on conflict do nothing`,
      [
        account,
        rows.map(({ type }) => type),
        rows.map(({ value }) => value),
        rows.map(({ type, value }) => hash.ofOptout(account, type, value)),
      ],
    );
  }
  return { counts: { optouts: rows.length }, position: null };
}

async function eraseFrom(
  { table, key, owned, time }: ErasedTable,
  { statements, account, pattern, before, dryRun }: ErasureWork,
): Promise<StepDone> {
  const condition = `${owned} and ${table}::text ~* $2 and ${time === null ? '$3::timestamptz is not null' : `${time} < $3`}`;
  const values = [account, pattern.source, before];
  if (dryRun) {
    const [row] = await statements.query<{ count: number }>(
      `select count(*)::int as count from ${table} where ${condition}`,
      values,
    );
    return { counts: { [table]: row?.count ?? 0 }, position: null };
  }
  const columns = key.join(', ');
  const gone = await statements.query(
    `delete from ${table} where (${columns}) in (
       select ${columns} from ${table} where ${condition} limit ${STEP})
     returning 1 as one`,
    values,
  );
  return { counts: { [table]: gone.length }, position: gone.length < STEP ? null : 'more' };
}

/** What programs were answered: the keys stay, so that nothing is sent twice. */
async function cleanAnswers({
  statements,
  account,
  pattern,
  before,
  dryRun,
}: ErasureWork): Promise<StepDone> {
  const condition = 'account = $1 and answer::text ~* $2 and created_at < $3';
  const rows = await statements.query(
    dryRun
      ? `select 1 as one from idempotency_keys where ${condition}`
      : `update idempotency_keys set answer = regexp_replace(answer::text, $2, '${ERASED}', 'gi')::json
         where ${condition} returning 1 as one`,
    [account, pattern.source, before],
  );
  return { counts: { idempotency_keys: rows.length }, position: null };
}

/** The audit log cannot be changed: how many of its entries have the address is part of the proof. */
async function countAudit({ statements, account, pattern }: ErasureWork): Promise<StepDone> {
  const [row] = await statements.query<{ count: number }>(
    'select count(*)::int as count from audit where account = $1 and audit::text ~* $2',
    [account, pattern.source],
  );
  return { counts: { audit_left: row?.count ?? 0 }, position: null };
}

async function cleanIn(
  { table, owned, time, columns }: CleanedTable,
  { statements, account, pattern, before, dryRun }: ErasureWork,
): Promise<StepDone> {
  const found = columns.map(({ name }) => `${name}::text ~* $2`).join(' or ');
  const condition = `${owned} and (${found}) and ${time} < $3`;
  const changes = columns.map(
    ({ name, isJson }) =>
      `${name} = regexp_replace(${name}::text, $2, '${ERASED}', 'gi')${isJson ? '::json' : ''}`,
  );
  const rows = await statements.query(
    dryRun
      ? `select 1 as one from ${table} where ${condition}`
      : `update ${table} set ${changes.join(', ')} where ${condition} returning 1 as one`,
    [account, pattern.source, before],
  );
  return { counts: { [table]: rows.length }, position: null };
}

/** What was paid for and is not known to have been passed on is sent within seconds, and is no more there then. */
async function countOutbox({ statements, account, pattern }: ErasureWork): Promise<StepDone> {
  const [row] = await statements.query<{ count: number }>(
    `select count(*)::int as count from credit_outbox
     where body -> 'helper_metadata' -> 'vumi' ->> 'account' = $1 and body::text ~* $2`,
    [account, pattern.source],
  );
  return { counts: { outbox_left: row?.count ?? 0 }, position: null };
}
