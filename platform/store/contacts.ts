import { VumiError } from '@vumi/core';
import {
  ADDRESS_FIELDS,
  addressOfField,
  changeContact,
  contactKey,
  foldContact,
  parseContactQuery,
  type AccountRecords,
  type Contact,
  type ContactEffect,
  type ContactFields,
} from '@vumi/records';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import { checkSlug } from './checks.ts';
import type { BoundedReads } from './bounded-reads.ts';
import { contactCondition, type Given } from './contact-search.ts';
import type { Database, Statements } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { ContactListQuery, Page } from './records.ts';

export interface ContactRow {
  readonly key: string;
  readonly account: string;
  readonly created_at: string;
  readonly fields: ContactFields;
}

export const COLUMNS = 'key, account, created_at, fields';
const cursorSchema = z.tuple([z.literal('contacts'), z.string()]);

type ContactRecords = Pick<AccountRecords, 'contact' | 'contactByAddress' | 'findContacts' | 'countContacts'>;

/** Contacts as apps read them. */
export function openContactRecords(database: Database, reads: BoundedReads): ContactRecords {
  return {
    contact: (account, key) => readContact(database, account, key),
    async contactByAddress(account, { field, value }, except) {
      // The name of the column is one of ours: it cannot be a parameter.
      const column = ADDRESS_FIELDS.find((known) => known === field) ?? 'msisdn';
      const { type, address } = addressOfField(field, value);
      const [row] = await database.query<ContactRow>(
        `select ${COLUMNS} from (
           select contact as key, 0 as rank from contact_addresses where account = $1 and type = $4 and address = $5
           union all select key, 1 from contacts where account = $1 and ${column} = $2
         ) as found join contacts using (key)
         where account = $1 and key <> all($3) order by rank, created_at desc, key limit 1`,
        [account, value, except, type, address],
      );
      return row === undefined ? null : toContact(row);
    },
    async findContacts(account, { query, except }, limit) {
      const { given, values } = parameters(account, except, limit);
      const condition = contactCondition(query, given);
      // In one text: ten thousand rows cost whoever reads them more than their keys.
      const [row] = await reads.query<{ keys: string[] }>(
        account,
        `select coalesce(json_agg(key order by key), '[]') as keys from (
           select key from contacts where account = $1 and key <> all($2) and (${condition}) order by key limit $3
         ) as found`,
        values,
      );
      return row?.keys ?? [];
    },
    async countContacts(account, { query, except }) {
      const { given, values } = parameters(account, except);
      const condition = contactCondition(query, given);
      const [row] = await reads.query<{ count: number }>(
        account,
        `select count(*)::int as count from contacts where account = $1 and key <> all($2) and (${condition})`,
        values,
      );
      return row?.count ?? 0;
    },
  };
}

function parameters(...values: unknown[]): { given: Given; values: unknown[] } {
  return { given: (value) => `$${values.push(value)}`, values };
}

async function readContact(statements: Statements, account: string, key: string): Promise<Contact | null> {
  const [row] = await statements.query<ContactRow>(
    `select ${COLUMNS} from contacts where account = $1 and key = $2`,
    [account, key],
  );
  return row === undefined ? null : toContact(row);
}

/** Throws `not_found`. */
export async function requireContact(database: Database, account: string, key: string): Promise<Contact> {
  checkSlug('account', account);
  const contact = await readContact(database, account, key);
  if (contact !== null) return contact;
  throw new VumiError('not_found', `account "${account}" has no contact "${key}": list its contacts`);
}

/** By key. */
export async function listContacts(
  database: Database,
  reads: BoundedReads,
  { account, q, ...page }: ContactListQuery & { readonly account: string },
): Promise<Page<Contact>> {
  checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
  const { given, values } = parameters(account, after, limit + 1);
  const condition = contactCondition(q === undefined ? { kind: 'all' } : parseContactQuery(q), given);
  const rows = await reads.query<ContactRow>(
    account,
    `select ${COLUMNS} from contacts where account = $1 and key > $2 and (${condition}) order by key limit $3`,
    values,
  );
  if (rows.length === 0) await requireAccount(database, account);
  return toPage(rows, limit, { key: ({ key }) => ['contacts', key], item: toContact });
}

export function toContact({ key, account, created_at, fields }: ContactRow): Contact {
  return { ...fields, key, account, created_at };
}

/** Carries out what a handler, or a person, did to contacts, in their order. */
export async function applyToContacts(
  statements: Statements,
  account: string,
  effects: readonly ContactEffect[],
): Promise<void> {
  if (effects.length === 0) return;
  const contacts = await lockContacts(statements, account, [...new Set(effects.map(contactKey))]);
  for (const effect of effects) {
    const key = contactKey(effect);
    contacts.set(key, changeContact(contacts.get(key) ?? null, effect));
  }
  const gone = [...contacts].filter(([, contact]) => contact === null).map(([key]) => key);
  if (gone.length > 0)
    await statements.query('delete from contacts where account = $1 and key = any($2)', [account, gone]);
  await writeContacts(
    statements,
    account,
    [...contacts.values()].filter((contact) => contact !== null),
  );
}

/** In the order of their keys, as everybody locks them. */
export async function lockContacts(
  statements: Statements,
  account: string,
  keys: readonly string[],
): Promise<Map<string, Contact | null>> {
  const rows = await statements.query<ContactRow>(
    `select ${COLUMNS} from contacts where account = $1 and key = any($2) order by key for update`,
    [account, keys],
  );
  return new Map(rows.map((row) => [row.key, toContact(row)]));
}

export async function writeContacts(
  statements: Statements,
  account: string,
  contacts: readonly Contact[],
): Promise<void> {
  if (contacts.length === 0) return;
  const columns = ADDRESS_FIELDS.join(', ');
  const types = ADDRESS_FIELDS.map((field) => `${field} text`).join(', ');
  const updates = ADDRESS_FIELDS.map((field) => `${field} = excluded.${field}`).join(', ');
  await statements.query(
    `insert into contacts (account, key, created_at, fields, groups, folded, ${columns})
     select $1, key, created_at, fields, groups, folded, ${columns}
     from json_to_recordset($2) as given (key text, created_at timestamptz, fields json, groups text[], folded jsonb,
       ${types})
     where exists (select from accounts where name = $1)
     on conflict (account, key) do update set
       fields = excluded.fields, groups = excluded.groups, folded = excluded.folded, ${updates}`,
    [account, JSON.stringify(contacts.map(toRow))],
  );
}

function toRow(contact: Contact): object {
  const { key, account: _account, created_at, ...fields } = contact;
  const addresses = Object.fromEntries(ADDRESS_FIELDS.map((field) => [field, fields[field]]));
  return { key, created_at, fields, groups: fields.groups, folded: foldContact(contact), ...addresses };
}
