import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from '../accounts.ts';
import type { Credits } from '../credits/credit-ports.ts';
import type { Database } from '../database.ts';
import { noteAudit } from '../note-audit.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { BoughtTopUp, NewBoughtTopUp, PaymentEvent, TopUps } from './top-up-ports.ts';

const COLUMNS = `id, account, provider, currency, amount::float8 as amount, credits::float8 as credits, rate, state, url,
  refunded::float8 as refunded, created_at, created_by, paid_at`;
const cursorSchema = z.tuple([z.literal('top_ups'), z.string()]);

type Ledger = Pick<Credits, 'topUp'>;

export function openTopUps(database: Database, ledger: Ledger): TopUps {
  return {
    begin: (topUp) => begin(database, topUp),
    opened: async (id, place) => {
      const [row] = await database.query<BoughtTopUp>(
        `update top_ups set session = $2, url = $3,
           state = case when state <> 'opening' then state when $2::text is null then 'failed' else 'open' end
         where id = $1 returning ${COLUMNS}`,
        [id, place?.session ?? null, place?.url ?? null],
      );
      if (row === undefined) throw noTopUp(id);
      return row;
    },
    list: async (account, page) => {
      await requireAccount(database, account);
      const limit = pageLimit(page.limit);
      const before = decodeCursor(cursorSchema, page.cursor)?.[1] ?? null;
      const rows = await database.query<BoughtTopUp>(
        `select ${COLUMNS} from top_ups where account = $1 and ($2::text is null or id < $2)
         order by id desc limit $3`,
        [account, before, limit + 1],
      );
      return toPage(rows, limit, { key: ({ id }) => ['top_ups', id], item: (row) => row });
    },
    get: async (account, id) => {
      const found = await find(database, 'account = $1 and id = $2', [account, id]);
      if (found === null) throw noTopUp(id);
      return found;
    },
    apply: (event) => apply(database, ledger, event),
  };
}

function begin(database: Database, topUp: NewBoughtTopUp): Promise<BoughtTopUp> {
  const { id, account, provider, currency, amount, credits, rate, actor } = topUp;
  return database.transaction(async (statements) => {
    await requireAccount(statements, account);
    const [row] = await statements.query<BoughtTopUp>(
      `insert into top_ups (id, account, provider, currency, amount, credits, rate, state, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, 'opening', $8) returning ${COLUMNS}`,
      [id, account, provider, currency, amount, credits, rate, actor],
    );
    if (row === undefined) throw new TypeError('an insert returned no row');
    const details = { provider, currency, amount, rate };
    await noteAudit(statements, { account, actor, action: 'top_up.begun', target: id, details });
    return row;
  });
}

async function find(
  database: Database,
  where: string,
  values: readonly unknown[],
): Promise<BoughtTopUp | null> {
  const [row] = await database.query<BoughtTopUp>(`select ${COLUMNS} from top_ups where ${where}`, values);
  return row ?? null;
}

/**
 * First the ledger, which takes each reference once, then what became of it together with the event: whatever dies in
 * between, the provider tells again and nothing is credited twice.
 */
async function apply(database: Database, ledger: Ledger, event: PaymentEvent): ReturnType<TopUps['apply']> {
  const { provider, id, what } = event;
  const [known] = await database.query('select from payment_events where provider = $1 and id = $2', [
    provider,
    id,
  ]);
  if (known !== undefined) return 'known';
  const topUp =
    event.topUp === null
      ? await find(database, 'provider = $1 and payment = $2', [provider, event.payment])
      : await find(database, 'provider = $1 and id = $2', [provider, event.topUp]);
  if (topUp === null) return 'unknown';
  if (what.kind === 'paid') await credit(database, ledger, { topUp, event, what });
  else if (what.kind === 'refunded') await takeBack(database, ledger, { topUp, event, what });
  else {
    // One that was paid stays so.
    await database.query(`update top_ups set state = $2, url = null where id = $1 and paid_at is null`, [
      topUp.id,
      what.kind,
    ]);
  }
  await database.query('insert into payment_events (provider, id) values ($1, $2) on conflict do nothing', [
    provider,
    id,
  ]);
  return 'done';
}

type What<K> = Extract<PaymentEvent['what'], { readonly kind: K }>;

interface Applied<K> {
  readonly topUp: BoughtTopUp;
  readonly event: PaymentEvent;
  readonly what: What<K>;
}

async function credit(
  database: Database,
  ledger: Ledger,
  { topUp, event: { provider, payment }, what: { session, amount, currency } }: Applied<'paid'>,
): Promise<void> {
  if (amount !== topUp.amount || currency !== topUp.currency) {
    throw new VumiError(
      'request.conflict',
      `${provider} says that ${amount} ${currency} were paid for top-up ${topUp.id}, which is of ${topUp.amount} ${topUp.currency}: an administrator has to look at the payment`,
    );
  }
  await ledger.topUp({
    account: topUp.account,
    amount: topUp.credits,
    source: provider,
    reference: session,
    reason: `${amount} ${currency} (smallest unit), ${topUp.rate} credits for one ${currency}`,
    actor: provider,
  });
  await database.query(
    `update top_ups set state = case when refunded >= amount then 'refunded' else 'paid' end, url = null,
       payment = coalesce($2, payment), paid_at = coalesce(paid_at, now()) where id = $1`,
    [topUp.id, payment],
  );
}

/**
 * Refunds are told with all that was paid back until then: a step from what is known to that is taken once, by its
 * beginning. Of two steps with the same beginning the second is told again when the first is done with.
 */
async function takeBack(
  database: Database,
  ledger: Ledger,
  { topUp, event: { provider }, what: { amount } }: Applied<'refunded'>,
): Promise<void> {
  if (amount <= topUp.refunded) return;
  const of = (part: number): number =>
    Number((BigInt(topUp.credits) * BigInt(Math.min(part, topUp.amount))) / BigInt(topUp.amount));
  const credits = of(amount) - of(topUp.refunded);
  if (credits > 0) {
    await ledger.topUp({
      account: topUp.account,
      amount: -credits,
      source: provider,
      reference: `${topUp.id} refund from ${topUp.refunded}`,
      reason: `${amount} ${topUp.currency} (smallest unit) of top-up ${topUp.id} were paid back`,
      actor: provider,
    });
  }
  await database.query(
    `update top_ups set refunded = greatest(refunded, $2),
       state = case when $2 >= amount and paid_at is not null then 'refunded' else state end where id = $1`,
    [topUp.id, amount],
  );
}

function noTopUp(id: string): VumiError {
  return new VumiError('not_found', `there is no top-up "${id}": list those of the account`, { field: 'id' });
}
