import { formatCredits, VumiError } from '@vumi/core';
import { requireAccount } from '../accounts.ts';
import { checkName, checkSlug } from '../checks.ts';
import type { Changes } from '../changes.ts';
import type { Database, Statements } from '../database.ts';
import { noteAudit } from '../note-audit.ts';
import type { Price, Prices, PriceScope } from './credit-ports.ts';

const COLUMNS = `id::text, account, route, transport, direction, prefix, per_segment::float8 as per_segment,
  per_message::float8 as per_message, per_session::float8 as per_session, refund, created_at`;

export function openPrices(database: Database, changes: Changes): Prices {
  return {
    async set(price, actor) {
      const { account, route, transport, direction, prefix } = price;
      checkRoute(price);
      if (account !== null) checkSlug('account', account);
      if (transport !== null) checkName('transport', transport);
      return changes.write('prices', async (statements) => {
        if (account !== null) await requireAccount(statements, account);
        if (account !== null && route !== null) await requireRoute(statements, account, route);
        await statements.query(
          `delete from prices where account is not distinct from $1 and transport is not distinct from $2
             and direction = $3 and prefix is not distinct from $4 and route is not distinct from $5`,
          [account, transport, direction, prefix, route],
        );
        const { per_segment, per_message, per_session, refund } = price;
        const [made] = await statements.query<Price>(
          `insert into prices
             (account, transport, direction, prefix, per_segment, per_message, per_session, refund, route)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
          [account, transport, direction, prefix, per_segment, per_message, per_session, refund, route],
        );
        if (made === undefined) throw new TypeError('a price was not written');
        await note(statements, 'price.set', made, actor);
        return made;
      });
    },
    list: () => readPrices(database),
    async remove(id, actor) {
      await changes.write('prices', async (statements) => {
        const [gone] = await statements.query<Price>(
          `delete from prices where id::text = $1 returning ${COLUMNS}`,
          [id],
        );
        if (gone === undefined) throw new VumiError('not_found', `there is no price ${id}: list the prices`);
        await note(statements, 'price.removed', gone, actor);
      });
    },
  };
}

export function readPrices(statements: Statements): Promise<Price[]> {
  return statements.query<Price>(
    `select ${COLUMNS} from prices order by account nulls first, route nulls first, transport nulls first, direction,
       prefix nulls first`,
  );
}

/** Throws `request.invalid` for a route of nobody, and for one with a transport beside it. */
function checkRoute({ account, route, transport }: PriceScope): void {
  if (route === null) return;
  checkSlug('route', route);
  if (account !== null && transport === null) return;
  const text =
    account === null
      ? 'routes are of accounts: name the account, too'
      : 'a route has its transport: leave one of them out';
  throw new VumiError('request.invalid', text, { field: 'route' });
}

async function requireRoute(statements: Statements, account: string, route: string): Promise<void> {
  const [found] = await statements.query('select from routes where account = $1 and name = $2', [
    account,
    route,
  ]);
  if (found !== undefined) return;
  throw new VumiError('not_found', `account "${account}" has no route "${route}": list its routes`, {
    field: 'route',
  });
}

async function note(statements: Statements, action: string, price: Price, actor: string): Promise<void> {
  const { account, route, transport, direction, prefix, refund } = price satisfies PriceScope;
  const details = {
    route,
    transport,
    direction,
    prefix,
    per_segment: formatCredits(price.per_segment),
    per_message: formatCredits(price.per_message),
    per_session: formatCredits(price.per_session),
    refund,
  };
  await noteAudit(statements, { account, actor, action, details });
}
