import { VumiError } from '@vumi/core';
import { readPhoneNumber } from '@vumi/core';

/** People and groups of people, by the names that Vumi Go gave their fields (spec sandbox-api §2). */

/** Groups of an account: an app that asks for one by its name reads them all. */
export const MOST_GROUPS = 1000;

/** By what a contact can be reached; each is looked up by its whole value. */
export const ADDRESS_FIELDS = [
  'msisdn',
  'twitter_handle',
  'facebook_id',
  'bbm_pin',
  'gtalk_id',
  'mxit_id',
  'wechat_id',
] as const;
export type AddressField = (typeof ADDRESS_FIELDS)[number];

/** What else is known of a contact, each one text. `dob` is an instant, ISO 8601. */
export const DETAIL_FIELDS = ['name', 'surname', 'email_address', 'dob'] as const;
export type DetailField = (typeof DETAIL_FIELDS)[number];

type Texts = Readonly<Record<string, string>>;

export type ContactFields = Readonly<Record<AddressField | DetailField, string | null>> & {
  /** Keys of the groups that the contact was put into. */
  readonly groups: readonly string[];
  /** What apps keep of a contact beside the fields. */
  readonly extra: Texts;
  readonly subscription: Texts;
};

export interface Contact extends ContactFields {
  readonly key: string;
  readonly account: string;
  /** ISO 8601. */
  readonly created_at: string;
}

/** With a query it is a "smart" group: whoever matches is a member. */
export interface ContactGroup {
  readonly key: string;
  readonly account: string;
  readonly name: string;
  readonly query: string | null;
  /** ISO 8601. */
  readonly created_at: string;
}

/** Delivery classes of Vumi Go and the field in which their addresses are. */
const DELIVERY_CLASSES: Readonly<Record<string, AddressField>> = {
  sms: 'msisdn',
  ussd: 'msisdn',
  voice: 'msisdn',
  twitter: 'twitter_handle',
  gtalk: 'gtalk_id',
  mxit: 'mxit_id',
  wechat: 'wechat_id',
};

/** Where a contact with such an address has it, and the form in which it is kept. Null for an unknown class. */
export function contactAddress(
  deliveryClass: string,
  address: string,
): { readonly field: AddressField; readonly value: string } | null {
  if (!Object.hasOwn(DELIVERY_CLASSES, deliveryClass)) return null;
  const field = DELIVERY_CLASSES[deliveryClass];
  return field === undefined ? null : { field, value: normaliseAddress(field, address) };
}

/** Numbers begin with one "+", however they are written; of a chat address the resource behind the slash is left away. */
export function normaliseAddress(field: AddressField, address: string): string {
  if (field === 'msisdn') return `+${(readPhoneNumber(address) ?? address).replace(/^\++/, '')}`;
  if (field === 'gtalk_id') return address.split('/')[0] ?? '';
  return address;
}

/** A contact of whom nothing is known. */
export const EMPTY_CONTACT: ContactFields = {
  msisdn: null,
  twitter_handle: null,
  facebook_id: null,
  bbm_pin: null,
  gtalk_id: null,
  mxit_id: null,
  wechat_id: null,
  name: null,
  surname: null,
  email_address: null,
  dob: null,
  groups: [],
  extra: {},
  subscription: {},
};

/** A change of some fields. `groups` are added, `extra` and `subscription` replaced whole, as in Vumi Go. */
export type ContactChange = Partial<ContactFields>;

export type ContactEffect =
  /** A contact of that key that is there already stays as it is: two handlers had the same thought. */
  | { readonly kind: 'contact.create'; readonly contact: Contact }
  /** Replaces all fields of a contact that is still there. */
  | { readonly kind: 'contact.save'; readonly key: string; readonly fields: ContactFields }
  | { readonly kind: 'contact.update'; readonly key: string; readonly fields: ContactChange }
  /** Adds to `extra` and `subscription`. */
  | {
      readonly kind: 'contact.merge';
      readonly key: string;
      readonly extra?: Texts;
      readonly subscription?: Texts;
    }
  | { readonly kind: 'contact.delete'; readonly key: string };

/** The contact that an effect is about. */
export function contactKey(effect: ContactEffect): string {
  return effect.kind === 'contact.create' ? effect.contact.key : effect.key;
}

/** Characters that one contact may have: each look at it reads all of them. */
const MOST_CHARACTERS = 65_536;

/**
 * What an effect makes of a contact, null for none. The one place that says it: handlers read by it, the store writes by
 * it. Throws `request.invalid` for one that has become too large.
 */
export function changeContact(contact: Contact | null, effect: ContactEffect): Contact | null {
  const after = changed(contact, effect);
  const most = Math.max(MOST_CHARACTERS, contact === null ? 0 : charactersOf(contact));
  if (after !== null && charactersOf(after) > most) {
    throw new VumiError('request.invalid', `a contact may have ${MOST_CHARACTERS} characters in all`);
  }
  return after;
}

function charactersOf({ groups, extra, subscription }: ContactFields): number {
  const texts = [...groups, ...Object.entries(extra).flat(), ...Object.entries(subscription).flat()];
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function changed(contact: Contact | null, effect: ContactEffect): Contact | null {
  if (effect.kind === 'contact.create') return contact ?? effect.contact;
  if (contact === null || effect.kind === 'contact.delete') return null;
  const { key, account, created_at } = contact;
  if (effect.kind === 'contact.save') return { ...effect.fields, key, account, created_at };
  if (effect.kind === 'contact.merge') {
    return {
      ...contact,
      extra: { ...contact.extra, ...effect.extra },
      subscription: { ...contact.subscription, ...effect.subscription },
    };
  }
  const groups = [...new Set([...contact.groups, ...(effect.fields.groups ?? [])])];
  return { ...contact, ...effect.fields, groups };
}

/** The contact's texts as queries see them: lower case, `extra` as `extras-x`, `subscription` as `subscription-x`. */
export function foldContact(contact: Contact): Record<string, string> {
  const folded: Record<string, string> = { key: contact.key };
  for (const field of [...ADDRESS_FIELDS, ...DETAIL_FIELDS]) {
    const value = contact[field];
    if (value !== null) folded[field] = value.toLowerCase();
  }
  for (const [name, value] of Object.entries(contact.extra)) folded[`extras-${name}`] = value.toLowerCase();
  for (const [name, value] of Object.entries(contact.subscription)) {
    folded[`subscription-${name}`] = value.toLowerCase();
  }
  return folded;
}
