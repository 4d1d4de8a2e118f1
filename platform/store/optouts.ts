import type { AccountRecords, Optout, OptoutEffect } from '@vumi/records';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import { BatchLookup } from './batch-lookup.ts';
import { checkSlug } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { AddressHash, hashOnce } from './erasures/address-hash.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { Page, PageQuery } from './records.ts';
import type { Optouts } from './record-ports.ts';

const COLUMNS = 'address_type, address_value, message_id, created_at';
const cursorSchema = z.tuple([z.literal('optouts'), z.string(), z.string()]);

/** Opt-outs as apps read them. */
export function openOptoutRecords(database: Database): Pick<AccountRecords, 'optout' | 'countOptouts'> {
  const hash = hashOnce(database);
  return {
    async optout(account, type, value) {
      const [row] = await database.query<Optout>(
        `select ${COLUMNS} from optouts where account = $1 and address_type = $2 and address_value in ($3, $4) limit 1`,
        [account, type, value, (await hash()).ofOptout(account, type, value)],
      );
      return row === undefined ? null : { ...row, address_value: value };
    },
    async countOptouts(account) {
      const [row] = await database.query<{ count: number }>(
        'select count(*)::int as count from optouts where account = $1',
        [account],
      );
      return row?.count ?? 0;
    },
  };
}

export function openOptouts(database: Database): Optouts {
  const hash = hashOnce(database);
  const lookup = new BatchLookup<readonly [string, string, string], boolean>(async (keys) => {
    const known = await hash();
    const rows = await database.prepared<{ found: boolean }>(
      'optouts-include',
      `select exists (select from optouts o where o.account = q.account and o.address_type = q.type
           and o.address_value in (q.value, q.hash)) as found
         from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality q(account, type, value, hash, n)
         order by n`,
      [
        ...[0, 1, 2].map((part) => keys.map((key) => key[part])),
        keys.map(([account, type, value]) => known.ofOptout(account, type, value)),
      ],
    );
    return rows.map(({ found }) => found);
  });
  return {
    includes: (account, type, value) => lookup.get([account, type, value]),
    list: (account, page) => listOptouts(database, account, page),
  };
}

/** By type and address. */
async function listOptouts(database: Database, account: string, page: PageQuery): Promise<Page<Optout>> {
  checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const [, type, value] = decodeCursor(cursorSchema, page.cursor) ?? ['optouts', '', ''];
  const rows = await database.query<Optout>(
    `select ${COLUMNS} from optouts where account = $1 and (address_type, address_value) > ($2, $3)
     order by address_type, address_value limit $4`,
    [account, type, value, limit + 1],
  );
  if (rows.length === 0) await requireAccount(database, account);
  return toPage(rows, limit, {
    key: (row) => ['optouts', row.address_type, row.address_value],
    item: (row) => row,
  });
}

/** Carries out opt-outs and their ends; of each address the last one counts. */
export async function applyToOptouts(
  statements: Statements,
  account: string,
  effects: readonly OptoutEffect[],
): Promise<void> {
  if (effects.length === 0) return;
  const last = new Map(
    effects.map((effect) => [JSON.stringify([effect.address_type, effect.address_value]), effect]),
  );
  const ends = [...last.values()].filter(({ kind }) => kind === 'optout.delete');
  const puts = [...last.values()].filter((effect) => effect.kind === 'optout.put');
  const addresses = (list: readonly OptoutEffect[]): string[][] => [
    list.map(({ address_type }) => address_type),
    list.map(({ address_value }) => address_value),
  ];
  if (ends.length > 0) {
    await statements.query(
      `delete from optouts where account = $1
         and (address_type, address_value) in (select * from unnest($2::text[], $3::text[]))`,
      [account, ...withHashes(account, ends, await AddressHash.open(statements))],
    );
  }
  if (puts.length === 0) return;
  await statements.query(
    `insert into optouts (account, address_type, address_value, message_id, created_at)
     select $1, type, value, message_id, at::timestamptz
     from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as given (type, value, message_id, at)
     where exists (select from accounts where name = $1)
     on conflict (account, address_type, address_value) do update set
       message_id = excluded.message_id, created_at = excluded.created_at`,
    [
      account,
      ...addresses(puts),
      puts.map(({ message_id }) => message_id),
      puts.map(({ created_at }) => created_at),
    ],
  );
}

/** An address whose erasure left the opt-out under its hash opts in again, too. */
function withHashes(account: string, ends: readonly OptoutEffect[], hash: AddressHash): string[][] {
  const types = ends.map(({ address_type: type }) => type);
  const values = ends.map(({ address_value: value }) => value);
  const hashes = ends.map(({ address_type: type, address_value: value }) =>
    hash.ofOptout(account, type, value),
  );
  return [
    [...types, ...types],
    [...values, ...hashes],
  ];
}
