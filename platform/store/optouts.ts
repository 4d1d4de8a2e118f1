import type { OptoutNews } from '@vumi/core';
import { optoutNews, type AccountRecords, type Optout, type OptoutEffect } from '@vumi/records';
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

/**
 * Carries out opt-outs and their ends; of each address the last one counts. Resolves to what has changed by it: who has
 * opted out before has not done so again.
 */
export async function applyToOptouts(
  statements: Statements,
  account: string,
  effects: readonly OptoutEffect[],
): Promise<OptoutNews[]> {
  if (effects.length === 0) return [];
  const last = new Map(effects.map((effect) => [nameOf(effect), effect]));
  const hash = await AddressHash.open(statements);
  const known = await knownOf(statements, account, addressesOf(account, [...last.values()], hash));
  const changed = [...last.values()].filter((effect) => {
    const { address_type: type, address_value: value } = effect;
    const hashed = { address_type: type, address_value: hash.ofOptout(account, type, value) };
    const isKnown = known.has(nameOf(effect)) || known.has(nameOf(hashed));
    return isKnown !== (effect.kind === 'optout.put');
  });
  const ends = changed.filter(({ kind }) => kind === 'optout.delete');
  if (ends.length > 0)
    await statements.query(
      `delete from optouts where account = $1
         and (address_type, address_value) in (select * from unnest($2::text[], $3::text[]))`,
      [account, ...addressesOf(account, ends, hash)],
    );
  const puts = [...last.values()].filter((effect) => effect.kind === 'optout.put');
  if (puts.length > 0) await putOptouts(statements, account, puts);
  return changed.map(optoutNews);
}

function nameOf({ address_type, address_value }: Pick<Optout, 'address_type' | 'address_value'>): string {
  return JSON.stringify([address_type, address_value]);
}

/** Which of the addresses have opted out. */
async function knownOf(
  statements: Statements,
  account: string,
  addresses: readonly string[][],
): Promise<ReadonlySet<string>> {
  const rows = await statements.query<Pick<Optout, 'address_type' | 'address_value'>>(
    `select address_type, address_value from optouts where account = $1
       and (address_type, address_value) in (select * from unnest($2::text[], $3::text[]))`,
    [account, ...addresses],
  );
  return new Set(rows.map(nameOf));
}

async function putOptouts(
  statements: Statements,
  account: string,
  puts: readonly (OptoutEffect & { readonly kind: 'optout.put' })[],
): Promise<void> {
  await statements.query(
    `insert into optouts (account, address_type, address_value, message_id, created_at)
     select $1, type, value, message_id, at::timestamptz
     from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as given (type, value, message_id, at)
     where exists (select from accounts where name = $1)
     on conflict (account, address_type, address_value) do update set
       message_id = excluded.message_id, created_at = excluded.created_at`,
    [
      account,
      puts.map(({ address_type }) => address_type),
      puts.map(({ address_value }) => address_value),
      puts.map(({ message_id }) => message_id),
      puts.map(({ created_at }) => created_at),
    ],
  );
}

/** As they are stored, and as an erasure has left them: under their hashes. */
function addressesOf(account: string, effects: readonly OptoutEffect[], hash: AddressHash): string[][] {
  const types = effects.map(({ address_type: type }) => type);
  const values = effects.map(({ address_value: value }) => value);
  const hashes = effects.map(({ address_type: type, address_value: value }) =>
    hash.ofOptout(account, type, value),
  );
  return [
    [...types, ...types],
    [...values, ...hashes],
  ];
}
