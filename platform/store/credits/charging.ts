import { encodeTextArray } from '../array-parameter.ts';
import type { Database, Statements } from '../database.ts';
import type { Charge, ChargeOutcome, UnpaidOutcome } from './credit-ports.ts';
import { decideCharges, decideRefunds, type OpenCharge, type Rounds } from './decide.ts';
import { ENTRY_COLUMNS, holdBalances, writeLedger } from './ledger.ts';

/** A charge that waits for its turn, and what came of it. */
export interface AskedCharge {
  readonly charge: Charge;
  outcome: ChargeOutcome | null;
}

/** All of them in one step, so that the row of an account is held once for many messages. */
export async function chargeAll(database: Database, asked: readonly AskedCharge[]): Promise<void> {
  const charges = asked.map(({ charge }) => charge);
  const outcomes = await database.transaction(async (statements) => {
    const held = await holdBalances(
      statements,
      charges.map(({ account }) => account),
    );
    const rounds = await readRounds(
      statements,
      charges.map(({ messageId }) => messageId),
    );
    const decision = decideCharges(charges, held.holdings, rounds);
    await writeLedger(statements, held, decision);
    await keepBodies(statements, charges, decision.outcomes);
    return decision.outcomes;
  });
  outcomes.forEach((outcome, index) => {
    const one = asked[index];
    if (one !== undefined) one.outcome = outcome;
  });
}

/** Asked after the balances are held: what others wrote before is seen. */
async function readRounds(statements: Statements, ids: readonly string[]): Promise<Map<string, Rounds>> {
  const rows = await statements.query<{ message_id: string } & Rounds>(
    `select message_id, max(round) as round,
       count(*) filter (where kind = 'charge') > count(*) filter (where kind = 'refund') as open
     from credit_entries where message_id = any($1::text[]) group by message_id`,
    [encodeTextArray('text', ids)],
  );
  return new Map(rows.map(({ message_id: id, round, open }) => [id, { round, open }]));
}

async function keepBodies(
  statements: Statements,
  charges: readonly Charge[],
  outcomes: readonly ChargeOutcome[],
): Promise<void> {
  const kept = charges.filter(
    ({ body }, index) => body !== undefined && outcomes[index]?.status === 'charged',
  );
  if (kept.length === 0) return;
  await statements.query(
    `insert into credit_outbox (message_id, body)
     select id, body from unnest($1::text[], $2::json[]) as given (id, body) on conflict do nothing`,
    [
      encodeTextArray(
        'text',
        kept.map(({ messageId }) => messageId),
      ),
      encodeTextArray(
        'json',
        kept.map(({ body = null }) => body),
      ),
    ],
  );
}

/** A message that came to nothing. */
export interface AskedRefund {
  readonly messageId: string;
  readonly outcome: UnpaidOutcome;
}

export async function refundAll(database: Database, refunds: readonly AskedRefund[]): Promise<void> {
  const ids = refunds.map(({ messageId }) => messageId);
  const paid = await readOpen(database, ids);
  if (paid.size === 0) return;
  await database.transaction(async (statements) => {
    const accounts = Array.from(paid.values(), ({ account }) => account);
    const held = await holdBalances(statements, accounts);
    // Again: somebody may have paid them back meanwhile.
    const open = await readOpen(statements, ids);
    await writeLedger(statements, held, decideRefunds(refunds, held.holdings, open));
  });
}

/** The charges of these messages that stand. */
async function readOpen(statements: Statements, ids: readonly string[]): Promise<Map<string, OpenCharge>> {
  const rows = await statements.query<OpenCharge & { id: string; at: string }>(
    `select ${ENTRY_COLUMNS}, round, refund from credit_entries as charge
     where message_id = any($1::text[]) and kind = 'charge' and not exists (
       select from credit_entries as back
       where back.message_id = charge.message_id and back.round = charge.round and back.kind = 'refund')`,
    [encodeTextArray('text', ids)],
  );
  return new Map(rows.map(({ id: _id, at: _at, ...charge }) => [charge.message_id, charge]));
}
