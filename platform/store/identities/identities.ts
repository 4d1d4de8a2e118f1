import { VumiError } from '@vumi/core';
import { fieldOfAddress, toIdentity, type Contact, type Identity, type IdentityAddress } from '@vumi/records';
import { z } from 'zod';
import { requireAccount } from '../accounts.ts';
import { checkSlug } from '../checks.ts';
import { COLUMNS, toContact, type ContactRow } from '../contacts.ts';
import type { Database, Statements } from '../database.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Page, PageQuery } from '../records.ts';
import type { Identities } from '../record-ports.ts';

const cursorSchema = z.tuple([z.literal('identities'), z.string()]);

export function openIdentities(database: Database): Identities {
  return {
    async get(account, id) {
      checkSlug('account', account);
      const contact = await contactOf(database, account, id);
      if (contact === null)
        throw new VumiError('not_found', `account "${account}" knows nobody "${id}": look up an address`);
      const [identity] = await identitiesOf(database, account, [contact]);
      return identity ?? toIdentity(contact, [], []);
    },
    async find(account, address) {
      checkSlug('account', account);
      await requireAccount(database, account);
      return findIdentity(database, account, address);
    },
    list: (account, page) => listIdentities(database, account, page),
  };
}

/** Null: nobody is known by it. */
export async function findIdentity(
  statements: Statements,
  account: string,
  address: IdentityAddress,
): Promise<Identity | null> {
  const contact = await ownerOf(statements, account, address);
  if (contact === null) return null;
  const [identity] = await identitiesOf(statements, account, [contact]);
  return identity ?? null;
}

/** Whose address it is: who was linked to it, or else the newest contact that says so. */
export async function ownerOf(
  statements: Statements,
  account: string,
  address: IdentityAddress,
): Promise<Contact | null> {
  const own = fieldOfAddress(address);
  // The name of the column is one of ours: it cannot be a parameter.
  const inField =
    own === null ? '' : `union all select key, 1 from contacts where account = $1 and ${own.field} = $4`;
  const [row] = await statements.query<ContactRow>(
    `select ${COLUMNS} from (
       select contact as key, 0 as rank from contact_addresses where account = $1 and type = $2 and address = $3
       ${inField}
     ) as found join contacts using (key)
     where account = $1 order by rank, created_at desc, key limit 1`,
    [account, address.type, address.address, ...(own === null ? [] : [own.value])],
  );
  return row === undefined ? null : toContact(row);
}

/** Also of one that was merged. */
async function contactOf(statements: Statements, account: string, id: string): Promise<Contact | null> {
  const [row] = await statements.query<ContactRow>(
    `select ${COLUMNS} from contacts where account = $1
       and key in ($2, (select into_key from merged_contacts where account = $1 and key = $2))
     order by key = $2 desc limit 1`,
    [account, id],
  );
  return row === undefined ? null : toContact(row);
}

async function listIdentities(database: Database, account: string, page: PageQuery): Promise<Page<Identity>> {
  checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
  const rows = await database.query<ContactRow>(
    `select ${COLUMNS} from contacts where account = $1 and key > $2 order by key limit $3`,
    [account, after, limit + 1],
  );
  if (rows.length === 0) await requireAccount(database, account);
  const { items, next_cursor } = toPage(rows, limit, {
    key: ({ key }) => ['identities', key],
    item: toContact,
  });
  return { items: await identitiesOf(database, account, items), next_cursor };
}

async function identitiesOf(
  statements: Statements,
  account: string,
  contacts: readonly Contact[],
): Promise<Identity[]> {
  const keys = contacts.map(({ key }) => key);
  const linked = await statements.query<IdentityAddress & { contact: string }>(
    'select contact, type, address from contact_addresses where account = $1 and contact = any($2)',
    [account, keys],
  );
  const merged = await statements.query<{ key: string; into_key: string }>(
    'select key, into_key from merged_contacts where account = $1 and into_key = any($2)',
    [account, keys],
  );
  const linkedOf = Map.groupBy(linked, ({ contact }) => contact);
  const mergedOf = Map.groupBy(merged, ({ into_key }) => into_key);
  return contacts.map((contact) =>
    toIdentity(
      contact,
      linkedOf.get(contact.key) ?? [],
      (mergedOf.get(contact.key) ?? []).map(({ key }) => key),
    ),
  );
}
