import { addressKey, NumberBook, VumiError, type AssignedNumber } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import type { Changes } from './changes.ts';
import { checkName, checkSlug } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { oneWriterOf } from './postgres-only.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { NumberInput, Page, NumberQuery, StoredRoute } from './records.ts';
import { present, presentKeyword, ROUTE_COLUMNS } from './route-rows.ts';
import type { Numbers } from './routing-ports.ts';

const COLUMNS = `account, transport, nullif(number, '') as number, is_range as range, nullif(keyword, '') as keyword`;
/** By the table's columns, not by the names under which they are given out. */
const ORDER = ['transport', 'number', 'is_range', 'keyword', 'account']
  .map((name) => `numbers.${name}`)
  .join();
const cursorSchema = z.tuple([
  z.literal('numbers'),
  z.string(),
  z.string(),
  z.boolean(),
  z.string(),
  z.string(),
]);

export function openNumbers(database: Database, changes: Changes): Numbers {
  return {
    async assign(account, input) {
      checkSlug('account', account);
      const number = { account, ...readNumber(input) };
      return changes.write('routes', async (statements) => {
        await requireAccount(statements, account);
        await lockRouting(statements);
        return giveNumber(statements, number);
      });
    },
    async release(input) {
      const number = readNumber(input);
      return changes.write('routes', async (statements) => {
        await lockRouting(statements);
        return takeNumber(statements, number);
      });
    },
    list: (query) => listNumbers(database, query),
  };
}

/** Every number, for the routing snapshot. */
export function readNumbers(statements: Statements): Promise<AssignedNumber[]> {
  return statements.query<AssignedNumber>(`select ${COLUMNS} from numbers order by ${ORDER}`);
}

/** What was assigned of a transport. */
export async function readNumberBook(statements: Statements, transport: string): Promise<NumberBook> {
  return new NumberBook(await readOf(statements, transport));
}

/** Whoever changes what numbers or routes say waits for whoever does: both are checked against all others. */
export async function lockRouting(statements: Statements): Promise<void> {
  await statements.query(oneWriterOf('routes'));
}

/** Throws `number.taken` when it is another's, or when that ends what another's routes do. */
export async function giveNumber(statements: Statements, number: AssignedNumber): Promise<AssignedNumber> {
  const { account, transport, keyword, range } = number;
  const before = await readOf(statements, transport);
  const same = new NumberBook(before).same(number);
  const own = same.find((one) => one.account === account);
  if (own !== undefined) return own;
  const [other] = same;
  if (other !== undefined) throw takenBy(other.account, number);
  const [stopped] = await stoppedRoutes(statements, { transport, before, after: [...before, number] });
  if (stopped !== undefined) {
    throw takenBy(stopped.account, number, `; its route "${stopped.name}" leads there`);
  }
  await statements.query(
    'insert into numbers (transport, number, is_range, keyword, account) values ($1, $2, $3, $4, $5)',
    [transport, number.number ?? '', range, keyword ?? '', account],
  );
  return number;
}

async function takeNumber(
  statements: Statements,
  number: Omit<AssignedNumber, 'account'>,
): Promise<{ numbers: AssignedNumber[]; stopped: StoredRoute[] }> {
  const { transport } = number;
  const before = await readOf(statements, transport);
  const numbers = [...new NumberBook(before).same(number)];
  if (numbers.length === 0) {
    throw new VumiError('not_found', `${describeNumber(number)} is assigned to nobody: list the numbers`);
  }
  for (const { account, keyword, number: written, range } of numbers) {
    await statements.query(
      `delete from numbers
       where transport = $1 and number = $2 and is_range = $3 and keyword = $4 and account = $5`,
      [transport, written ?? '', range, keyword ?? '', account],
    );
  }
  const after = before.filter((one) => !numbers.includes(one));
  return { numbers, stopped: await stoppedRoutes(statements, { transport, before, after }) };
}

/** Routes that had a number and have it no more. */
async function stoppedRoutes(
  statements: Statements,
  change: { transport: string; before: readonly AssignedNumber[]; after: readonly AssignedNumber[] },
): Promise<StoredRoute[]> {
  const [before, after] = [new NumberBook(change.before), new NumberBook(change.after)];
  const routes = await statements.query<StoredRoute>(
    `select ${ROUTE_COLUMNS} from routes where transport = $1 order by account, name`,
    [change.transport],
  );
  return routes.filter((route) => before.holds(route.account, route) && !after.holds(route.account, route));
}

function readOf(statements: Statements, transport: string): Promise<AssignedNumber[]> {
  return statements.query<AssignedNumber>(
    `select ${COLUMNS} from numbers where transport = $1 order by ${ORDER}`,
    [transport],
  );
}

function readNumber(input: NumberInput): Omit<AssignedNumber, 'account'> {
  const { transport, range = false } = input;
  checkName('transport', transport);
  const number = present(input.number);
  if (number !== null && addressKey(number) === '') {
    throw new VumiError(
      'request.invalid',
      `"${number}" is no number: leave it away for the whole transport`,
      {
        field: 'number',
      },
    );
  }
  if (number === null && range) {
    throw new VumiError('request.invalid', 'say how the numbers of the range begin', { field: 'number' });
  }
  return { transport, number, range, keyword: presentKeyword(input.keyword) };
}

async function listNumbers(
  database: Database,
  { account, transport, ...page }: NumberQuery,
): Promise<Page<AssignedNumber>> {
  if (account !== null) checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const [, ...after] = decodeCursor(cursorSchema, page.cursor) ?? ['numbers', '', '', false, '', ''];
  const rows = await database.query<AssignedNumber>(
    `select ${COLUMNS} from numbers
     where (${ORDER}) > ($1, $2, $3, $4, $5) and ($6::text is null or account = $6)
       and ($7::text is null or transport = $7)
     order by ${ORDER} limit $8`,
    [...after, account, transport ?? null, limit + 1],
  );
  if (rows.length === 0 && account !== null) await requireAccount(database, account);
  const key = (row: AssignedNumber): readonly unknown[] => [
    'numbers',
    row.transport,
    row.number ?? '',
    row.range,
    row.keyword ?? '',
    row.account,
  ];
  return toPage(rows, limit, { key, item: (row) => row });
}

/** For operators: it names who has the number. */
function takenBy(account: string, number: Omit<AssignedNumber, 'account'>, why = ''): VumiError {
  return new VumiError(
    'number.taken',
    `${describeNumber(number)} belongs to account "${account}"${why}: release it there first`,
    { details: { number: { ...number, account } } },
  );
}

/** As people say it: `the keyword "help" of 12345 on transport "smsc"`. */
export function describeNumber(number: Omit<AssignedNumber, 'account'>): string {
  const { transport, keyword, range } = number;
  const numbers = range ? `${number.number}…` : number.number;
  const what = numbers === null ? `transport "${transport}"` : `${numbers} on transport "${transport}"`;
  return keyword === null ? what : `the keyword "${keyword}" of ${what}`;
}
