import {
  ADDRESS_FIELDS,
  changeContact,
  contactKey,
  foldContact,
  parseContactQuery,
  VumiError,
  type AccountRecords,
  type Contact,
  type ContactEffect,
  type ContactFields,
} from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import { checkSlug } from './checks.ts';
import { contactCondition, type Given } from './contact-search.ts';
import type { Database, Statements } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { ContactListQuery, Page } from './records.ts';

interface ContactRow {
  readonly key: string;
  readonly account: string;
  readonly created_at: string;
  readonly fields: ContactFields;
}

const COLUMNS = 'key, account, created_at, fields';
const cursorSchema = z.tuple([z.literal('contacts'), z.string()]);

type ContactRecords = Pick<AccountRecords, 'contact' | 'contactByAddress' | 'findContacts' | 'countContacts'>;

/** Contacts as apps read them. */
export function openContactRecords(database: Database): ContactRecords {
  return {
    contact: (account, key) => readContact(database, account, key),
    async contactByAddress(account, { field, value }, except) {
      // The name of the column is one of ours: it cannot be a parameter.
      const column = ADDRESS_FIELDS.find((known) => known === field) ?? 'msisdn';
      const [row] = await database.query<ContactRow>(
        `select ${COLUMNS} from contacts where account = $1 and ${column} = $2 and key <> all($3)
         order by created_at desc, key limit 1`,
        [account, value, except],
      );
      return row === undefined ? null : toContact(row);
    },
    async findContacts(account, { query, except }, limit) {
      const { given, values } = parameters(account, except, limit);
      const condition = contactCondition(query, given);
      const rows = await database.query<{ key: string }>(
        `select key from contacts where account = $1 and key <> all($2) and (${condition}) order by key limit $3`,
        values,
      );
      return rows.map(({ key }) => key);
    },
    async countContacts(account, { query, except }) {
      const { given, values } = parameters(account, except);
      const condition = contactCondition(query, given);
      const [row] = await database.query<{ count: number }>(
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
  account: string,
  { q, ...page }: ContactListQuery,
): Promise<Page<Contact>> {
  checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
  const { given, values } = parameters(account, after, limit + 1);
  const condition = contactCondition(q === undefined ? { kind: 'all' } : parseContactQuery(q), given);
  const rows = await database.query<ContactRow>(
    `select ${COLUMNS} from contacts where account = $1 and key > $2 and (${condition}) order by key limit $3`,
    values,
  );
  if (rows.length === 0) await requireAccount(database, account);
  return toPage(rows, limit, { key: ({ key }) => ['contacts', key], item: toContact });
}

function toContact({ key, account, created_at, fields }: ContactRow): Contact {
  return { ...fields, key, account, created_at };
}

/** Carries out what a handler, or a person, did to contacts, in their order. */
export async function applyToContacts(
  statements: Statements,
  account: string,
  effects: readonly ContactEffect[],
): Promise<void> {
  const contacts = new Map<string, Contact | null>();
  for (const effect of effects) {
    const key = contactKey(effect);
    const before =
      contacts.get(key) ?? (contacts.has(key) ? null : await lockContact(statements, account, key));
    contacts.set(key, changeContact(before, effect));
  }
  for (const [key, contact] of contacts) {
    await (contact === null
      ? statements.query('delete from contacts where account = $1 and key = $2', [account, key])
      : writeContact(statements, account, contact));
  }
}

async function lockContact(statements: Statements, account: string, key: string): Promise<Contact | null> {
  const [row] = await statements.query<ContactRow>(
    `select ${COLUMNS} from contacts where account = $1 and key = $2 for update`,
    [account, key],
  );
  return row === undefined ? null : toContact(row);
}

async function writeContact(statements: Statements, account: string, contact: Contact): Promise<void> {
  const { key, account: _account, created_at, ...fields } = contact;
  const columns = ADDRESS_FIELDS.join(', ');
  const places = ADDRESS_FIELDS.map((_, index) => `$${index + 7}`).join(', ');
  const updates = ADDRESS_FIELDS.map((field) => `${field} = excluded.${field}`).join(', ');
  await statements.query(
    `insert into contacts (account, key, created_at, fields, groups, folded, ${columns})
     select $1, $2, $3, $4, $5, $6, ${places} where exists (select from accounts where name = $1)
     on conflict (account, key) do update set
       fields = excluded.fields, groups = excluded.groups, folded = excluded.folded, ${updates}`,
    [
      account,
      key,
      created_at,
      JSON.stringify(fields),
      fields.groups,
      JSON.stringify(foldContact(contact)),
      ...ADDRESS_FIELDS.map((field) => fields[field]),
    ],
  );
}
