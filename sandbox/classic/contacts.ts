import { formatTimestamp } from '@vumi/core';
import type { Contact } from '@vumi/records';
import { callResource } from '../resources/registry.ts';
import type { TurnScope } from '../resources/turn-scope.ts';
import { refuse, succeed, type Command, type Reply } from './replies.ts';

/** Of the last form in which Vumi Go kept contacts. */
const VERSION = 2;
const NO_KEY = "'key' needs to be specified and be a unicode string";
const NO_FIELDS = "'fields' needs to be specified and be a dict of field name-values pairs";
const NO_CONTACT = "'contact' needs to be specified and be a dict of field name-value pairs";
const NO_CONTACT_KEY = "'key' needs to be specified as a field in 'contact' and be a unicode string";

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Vumi's form of a time that is kept as ISO 8601. */
export function inVumiTime(iso: string | null): string | null {
  return iso === null ? null : formatTimestamp(Date.parse(iso));
}

function flatten(prefix: string, texts: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(texts).map(([name, text]) => [`${prefix}-${name}`, text]);
}

/** A contact as Vumi Go gave it: what apps keep of it stands flat beside its own fields. */
function inClassicForm({ account, created_at, dob, extra, subscription, ...rest }: Contact): Fields {
  return {
    $VERSION: VERSION,
    ...rest,
    user_account: account,
    created_at: inVumiTime(created_at),
    dob: inVumiTime(dob),
    ...Object.fromEntries(flatten('extras', extra)),
    ...Object.fromEntries(flatten('subscription', subscription)),
  };
}

async function call(turn: TurnScope, name: string, args: Fields): Promise<Reply> {
  const answer = (await callResource(name, args, turn)) as { contact: Contact };
  return succeed({ ...answer, contact: inClassicForm(answer.contact) });
}

/** `contacts.get` and `contacts.get_or_create`. */
export function contactByAddress(name: string) {
  return (turn: TurnScope, { addr, delivery_class }: Command): Reply | Promise<Reply> => {
    if (typeof addr !== 'string') return refuse("'addr' needs to be specified and be a unicode string");
    if (typeof delivery_class !== 'string')
      return refuse("'delivery_class' needs to be specified and be a unicode string");
    return call(turn, name, { addr, delivery_class });
  };
}

export function contactByKey(turn: TurnScope, { key }: Command): Reply | Promise<Reply> {
  if (key === undefined) return refuse("Expected 'key' field in request");
  return call(turn, 'contacts.get_by_key', { key });
}

export function newContact(turn: TurnScope, { contact }: Command): Reply | Promise<Reply> {
  return isFields(contact) ? call(turn, 'contacts.new', { contact }) : refuse(NO_CONTACT);
}

export function saveContact(turn: TurnScope, { contact }: Command): Reply | Promise<Reply> {
  if (!isFields(contact)) return refuse(NO_CONTACT);
  if (typeof contact['key'] !== 'string') return refuse(NO_CONTACT_KEY);
  return call(turn, 'contacts.save', { contact });
}

/** `contacts.update`, and with `ofTexts` its likes for extras and subscriptions. */
export function contactUpdate(name: string, ofTexts: boolean) {
  return (turn: TurnScope, { key, fields }: Command): Reply | Promise<Reply> => {
    if (typeof key !== 'string') return refuse(NO_KEY);
    if (!isFields(fields)) return refuse(NO_FIELDS);
    if (ofTexts && !Object.values(fields).every((value) => typeof value === 'string'))
      return refuse('All field values need to be unicode');
    return call(turn, name, { key, fields });
  };
}

export async function searchContacts(turn: TurnScope, { query, max_keys }: Command): Promise<Reply> {
  if (query === undefined) return refuse("Expected 'query' field in request");
  if (max_keys !== undefined && !(Number.isInteger(max_keys) && Number(max_keys) >= 0))
    return refuse("Value for parameter 'max_keys' is invalid");
  const args = max_keys === undefined ? { query } : { query, max_keys };
  return succeed((await callResource('contacts.search', args, turn)) as Fields);
}

/** Ours: Vumi Go had no way to delete a contact. */
export async function deleteContact(turn: TurnScope, { key }: Command): Promise<Reply> {
  if (typeof key !== 'string') return refuse(NO_KEY);
  await callResource('contacts.delete', { key }, turn);
  return succeed();
}
