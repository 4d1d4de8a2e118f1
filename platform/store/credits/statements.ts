import { VumiError } from '@vumi/core';
import { checkSlug } from '../checks.ts';
import type { Database } from '../database.ts';
import type { Statement, StatementLine } from './credit-ports.ts';
import { holdBalance } from './ledger.ts';

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** What each line is the sum of. */
const GROUP = 'kind, direction, transport, route, source, per_segment, per_message, per_session';

/** Opening and closing balance are those of entries, and not sums of their own: if they do not add up, something is wrong. */
export async function readStatement(database: Database, account: string, month: string): Promise<Statement> {
  checkSlug('account', account);
  const { from, to } = boundsOf(month);
  return database.transaction(async (statements) => {
    // Whoever writes into this ledger at the turn of the month is done then.
    await holdBalance(statements, account);
    const balanceBefore = async (instant: string): Promise<number> => {
      const [row] = await statements.query<{ balance: number }>(
        `select balance::float8 as balance from credit_entries where account = $1 and at < $2
         order by at desc, id desc limit 1`,
        [account, instant],
      );
      return row?.balance ?? 0;
    };
    const lines = await statements.query<StatementLine>(
      `select kind, direction, transport, route, source, per_segment::float8 as per_segment,
         per_message::float8 as per_message, per_session::float8 as per_session, count(*)::int as entries,
         coalesce(sum(segments), 0)::float8 as segments, sum(amount)::float8 as amount
       from credit_entries where account = $1 and at >= $2 and at < $3 group by ${GROUP} order by ${GROUP}`,
      [account, from, to],
    );
    const [opening, closing] = [await balanceBefore(from), await balanceBefore(to)];
    return { account, month, from, to, opening, closing, lines };
  });
}

function boundsOf(month: string): { readonly from: string; readonly to: string } {
  if (!MONTH.test(month)) {
    throw new VumiError('request.invalid', `"${month}" is no month: write it as 2026-11`, { field: 'month' });
  }
  const start = new Date(`${month}-01T00:00:00.000Z`);
  const end = new Date(start);
  end.setUTCMonth(end.getUTCMonth() + 1);
  return { from: start.toISOString(), to: end.toISOString() };
}
