import { formatCredits, VumiError, type Logger } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from '../accounts.ts';
import { BatchWriter } from '../batch-writer.ts';
import { checkInstant, checkSlug } from '../checks.ts';
import type { Database } from '../database.ts';
import { noteAudit } from '../note-audit.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Page } from '../records.ts';
import { indexedId } from '../indexed-text.ts';
import { chargeAll, refundAll, type AskedCharge, type AskedRefund } from './charging.ts';
import type { CreditEntry, Credits, EntryQuery, TopUp } from './credit-ports.ts';
import { openCreditKeeping } from './keeping.ts';
import { ENTRY_COLUMNS, holdBalance, writeLedger } from './ledger.ts';
import { readStatement } from './statements.ts';

/** Under so many rows a step starts at once where the last one is a while ago. */
const FULL_ROWS = 40;

/** The ledger. Its batches have connections of their own, so that a statement keeps no message waiting. */
export function openCredits(
  database: Database,
  charging: Database,
  logger: Logger,
): Credits & AsyncDisposable {
  // One flight: a second one would wait for the same rows.
  const batch = { logger, fullRows: FULL_ROWS, maxFlights: 1 };
  const charges = new BatchWriter<AskedCharge>({
    ...batch,
    rows: 'charges',
    write: (rows) => chargeAll(charging, rows),
  });
  const refunds = new BatchWriter<AskedRefund>({
    ...batch,
    rows: 'refunds',
    write: (rows) => refundAll(charging, rows),
  });
  const keeping = openCreditKeeping(database, charging, logger);
  return {
    ...keeping,
    async balance(account) {
      await requireAccount(database, account);
      const [row] = await database.query<{ balance: number; topped_up: number }>(
        `select balance::float8 as balance, topped_up::float8 as topped_up from credit_balances where account = $1`,
        [account],
      );
      return { account, balance: row?.balance ?? 0, topped_up: row?.topped_up ?? 0 };
    },
    topUp: async (topUp) => addCredit(database, topUp),
    async charge(charge) {
      const asked: AskedCharge = {
        charge: { ...charge, messageId: indexedId(charge.messageId) },
        outcome: null,
      };
      await charges.add(asked);
      if (asked.outcome === null) throw new TypeError('a charge was written without an outcome');
      return asked.outcome;
    },
    refund: (messageId, outcome) => refunds.add({ messageId: indexedId(messageId), outcome }),
    entries: (account, query) => listEntries(database, account, query),
    statement: (account, month) => readStatement(database, account, month),
    ofMessage: (messageId) =>
      database.query<CreditEntry>(
        `select ${ENTRY_COLUMNS} from credit_entries where message_id = $1 order by credit_entries.id`,
        [indexedId(messageId)],
      ),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([charges, refunds, keeping].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

function addCredit(database: Database, topUp: TopUp): ReturnType<Credits['topUp']> {
  const { account, amount, source, reference, actor } = topUp;
  const reason = topUp.reason ?? null;
  checkSlug('account', account);
  if (!Number.isSafeInteger(amount) || amount === 0) {
    throw new VumiError('request.invalid', 'an amount of credit is not 0', { field: 'amount' });
  }
  return database.transaction(async (statements) => {
    const { held, holding } = await holdBalance(statements, account);
    const [known] = await statements.query<CreditEntry>(
      `select ${ENTRY_COLUMNS} from credit_entries where source = $1 and reference = $2`,
      [source, reference],
    );
    if (known !== undefined) return { entry: sameTopUp(known, topUp), created: false };
    holding.balance += amount;
    if (amount > 0) {
      holding.toppedUp = amount;
      holding.warned = null;
    }
    const kind = amount > 0 ? ('top_up' as const) : ('adjustment' as const);
    const entry = { ...NOT_OF_TOP_UPS, account, kind, amount, balance: holding.balance };
    await writeLedger(statements, held, {
      entries: [{ ...entry, source, reference, reason, actor }],
      warnings: [],
    });
    const details = { amount: formatCredits(amount), source, reference, reason };
    await noteAudit(statements, { account, actor, action: 'credits.added', details });
    const [written] = await statements.query<CreditEntry>(
      `select ${ENTRY_COLUMNS} from credit_entries where account = $1 order by credit_entries.id desc limit 1`,
      [account],
    );
    if (written === undefined) throw new TypeError('the ledger lost an entry');
    return { entry: written, created: true };
  });
}

const NOT_OF_TOP_UPS = {
  message_id: null,
  round: null,
  direction: null,
  transport: null,
  route: null,
  app: null,
  segments: null,
  price: null,
  per_segment: null,
  per_message: null,
  per_session: null,
  refund: null,
} as const;

function sameTopUp(known: CreditEntry, { account, amount, source, reference }: TopUp): CreditEntry {
  if (known.account === account && known.amount === amount) return known;
  throw new VumiError(
    'request.conflict',
    `"${reference}" of ${source} was ${formatCredits(known.amount)} credits for another account or of another amount: give this one a reference of its own`,
    { field: 'reference' },
  );
}

const cursorSchema = z.tuple([z.literal('credits'), z.string().regex(/^\d{1,18}$/)]);

async function listEntries(
  database: Database,
  account: string,
  { from, to, kind, ...page }: EntryQuery,
): Promise<Page<CreditEntry>> {
  await requireAccount(database, account);
  const limit = pageLimit(page.limit);
  const before = decodeCursor(cursorSchema, page.cursor)?.[1] ?? null;
  const instant = (field: string, text: string | undefined): string | null =>
    text === undefined ? null : new Date(checkInstant(field, text)).toISOString();
  // Ids and instants of one account have one order.
  const rows = await database.query<CreditEntry>(
    `select ${ENTRY_COLUMNS} from credit_entries
     where account = $1 and ($2::bigint is null or credit_entries.id < $2)
       and ($3::timestamptz is null or at >= $3) and ($4::timestamptz is null or at < $4)
       and ($5::text is null or kind = $5)
     order by at desc, credit_entries.id desc limit $6`,
    [account, before, instant('from', from), instant('to', to), kind ?? null, limit + 1],
  );
  return toPage(rows, limit, { key: ({ id }) => ['credits', id], item: (row) => row });
}
