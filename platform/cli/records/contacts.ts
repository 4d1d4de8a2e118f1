import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  ADDRESS_FIELDS,
  DETAIL_FIELDS,
  normaliseAddress,
  type AddressField,
  type ContactFields,
} from '@vumi/records';
import { orNone, path, type Client } from '../client.ts';
import { outcomeOf, type Outcome, type RowTarget } from './import-rows.ts';
import type { Row } from './rows.ts';

export type ContactRecord = ContactFields & { readonly key: string; readonly created_at: string };

const BATCH = 8;
/** Of the platform, or of Vumi Go: nobody writes them. */
const NOT_WRITTEN = new Set(['account', 'user_account', '$VERSION', 'created_at']);
const PREFIXES = [
  ['extras-', 'extra'],
  ['extra-', 'extra'],
  ['subscription-', 'subscription'],
  ['subscriptions-', 'subscription'],
] as const;

type Texts = Record<string, string>;

interface Given {
  readonly key: string | null;
  readonly fields: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
  readonly extra: Texts;
  readonly subscription: Texts;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function textsOf(value: unknown): Texts {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const entries = Object.entries(value).map(([name, one]): [string, string] => [name, textOf(one)]);
  return Object.fromEntries(entries.filter(([, text]) => text !== ''));
}

/** Keys or names of groups: a list, or a text of them with `;` between. */
function groupsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(textOf);
  const text = textOf(value).trim();
  if (text.startsWith('[')) return groupsOf(JSON.parse(text));
  return text
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** A record as Vumi Go exported it, whose columns beside the fields are what apps keep; or one of our own export. */
function read({ fields: row }: Row): Given {
  const fields: Record<string, string> = {};
  const texts = { extra: textsOf(row['extra']), subscription: textsOf(row['subscription']) };
  const known = new Set<string>([...ADDRESS_FIELDS, ...DETAIL_FIELDS]);
  for (const [name, value] of Object.entries(row)) {
    const text = textOf(value);
    if (text === '' || NOT_WRITTEN.has(name)) continue;
    const [start, of] = PREFIXES.find(([prefix]) => name.startsWith(prefix)) ?? ['', 'extra' as const];
    if (known.has(name)) fields[name] = text;
    else if (!['key', 'groups', 'extra', 'subscription'].includes(name))
      texts[of][name.slice(start.length)] = text;
  }
  const key = textOf(row['key']).trim();
  return { key: key === '' ? null : key, fields, groups: groupsOf(row['groups'] ?? []), ...texts };
}

/** The same for the same person, so that reading a file again makes nobody twice. */
function keyFor(account: string, { fields, extra }: Given): string {
  const field = ADDRESS_FIELDS.find((name) => fields[name] !== undefined);
  const who = field === undefined ? JSON.stringify([fields, extra]) : `${field}:${fields[field]}`;
  return createHash('sha256').update(`${account} ${who}`).digest('hex').slice(0, 32);
}

function addressOf({ fields }: Given): { field: AddressField; value: string } | null {
  const field = ADDRESS_FIELDS.find((name) => fields[name] !== undefined);
  return field === undefined ? null : { field, value: normaliseAddress(field, fields[field] ?? '') };
}

export interface ContactTargetOptions {
  readonly client: Client;
  readonly account: string;
  /** Keys of groups by their keys and names. */
  readonly groups: ReadonlyMap<string, string>;
  /** Groups into which everybody is put besides. */
  readonly into: readonly string[];
  /** The account is not there yet: everybody is new. */
  readonly isNew?: boolean;
}

/** Puts people: what a record says goes over what is known, and what it does not say stays. */
export function contactTarget(options: ContactTargetOptions): RowTarget {
  const { client, account, groups, into, isNew = false } = options;
  const contacts = path`/accounts/${account}/contacts`;
  const find = async (given: Given): Promise<ContactRecord | null> => {
    if (isNew) return null;
    const key = given.key ?? keyFor(account, given);
    const found = await orNone(client.call<ContactRecord>('GET', `${contacts}/${encodeURIComponent(key)}`));
    const address = addressOf(given);
    if (found !== null || given.key !== null || address === null) return found;
    const q = `${address.field}:"${address.value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
    return (await client.list<ContactRecord>(contacts, { query: { q, limit: 1 }, limit: 1 }))[0] ?? null;
  };
  const groupKey = (name: string): string => {
    const key = groups.get(name);
    if (key === undefined) throw new Error(`there is no group "${name}": import the groups first`);
    return key;
  };
  const putOne = async (given: Given, dry: boolean): Promise<Outcome> => {
    const before = await find(given);
    const key = before?.key ?? given.key ?? keyFor(account, given);
    const body = merge(before, given, [...given.groups.map(groupKey), ...into]);
    if (before !== null && isDeepStrictEqual(body, fieldsOf(before))) return 'same';
    if (!dry) {
      const after = await client.call<ContactRecord>('PUT', `${contacts}/${encodeURIComponent(key)}`, {
        body,
      });
      // A number may be written in many ways.
      if (before !== null && isDeepStrictEqual(fieldsOf(after), fieldsOf(before))) return 'same';
    }
    return before === null ? 'made' : 'changed';
  };
  return {
    batch: BATCH,
    put: (rows, dry) => {
      /** By whom they are of: what is said of one person is said one after the other. */
      const last = new Map<string, Promise<unknown>>();
      return Promise.all(
        rows.map((row) =>
          outcomeOf(async () => {
            const given = read(row);
            const who = given.key ?? keyFor(account, given);
            const put = (last.get(who) ?? Promise.resolve()).then(() => putOne(given, dry));
            last.set(
              who,
              put.catch(() => undefined),
            );
            return put;
          }),
        ),
      );
    },
  };
}

function fieldsOf({ key: _key, created_at: _at, ...contact }: ContactRecord): Record<string, unknown> {
  const { account: _account, ...fields } = contact as ContactFields & { account?: string };
  return fields;
}

function merge(
  before: ContactRecord | null,
  given: Given,
  groups: readonly string[],
): Record<string, unknown> {
  const address = addressOf(given);
  const normal = address === null ? {} : { [address.field]: address.value };
  return {
    ...(before === null ? {} : fieldsOf(before)),
    ...given.fields,
    ...normal,
    ...(given.fields['dob'] === undefined ? {} : { dob: instantOf(given.fields['dob']) }),
    groups: [...new Set([...(before?.groups ?? []), ...groups])],
    extra: { ...before?.extra, ...given.extra },
    subscription: { ...before?.subscription, ...given.subscription },
  };
}

/** As the platform keeps it; what is no date goes as it is, and the platform says so. */
function instantOf(text: string): string {
  const plain = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.\d+)?)?(?:Z|\+00:00)?$/.exec(text);
  return plain === null ? text : `${plain[1]}T${plain[2] ?? '00:00:00'}.000Z`;
}
