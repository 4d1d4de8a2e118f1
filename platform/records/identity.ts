import { readPhoneNumber, type UserMessage } from '@vumi/core';
import { normaliseAddress, type AddressField, type Contact } from './contact.ts';

/**
 * One person of an account, whatever way he comes: a contact, with all addresses that are known to be his. The id is the
 * contact's key.
 */
export interface Identity {
  readonly id: string;
  /** By type and address, each in its normal form. */
  readonly addresses: readonly IdentityAddress[];
  /** Ids of those that were found to be the same person, and are found under this one now. */
  readonly merged_ids: readonly string[];
}

/** `type` is Vumi's address type (`msisdn`, `twitter_handle`, …), or that of a transport which has none. */
export interface IdentityAddress {
  readonly type: string;
  readonly address: string;
}

export type IdentityEffect =
  /**
   * The address is this contact's. When it is another's, both become one if `merge` says so; else that is
   * `request.conflict`.
   */
  | ({ readonly kind: 'identity.link'; readonly id: string; readonly merge: boolean } & IdentityAddress)
  /** Nothing happens when it is not his. */
  | ({ readonly kind: 'identity.unlink'; readonly id: string } & IdentityAddress)
  /** The other becomes this one: what both say of themselves this one says. */
  | { readonly kind: 'identity.merge'; readonly id: string; readonly other: string };

/** Kinds of addresses of transports (spec vumi-core §1 to_addr_type). What is not here is a kind of its own. */
const TYPES: Readonly<Record<string, string>> = {
  sms: 'msisdn',
  ussd: 'msisdn',
  voice: 'msisdn',
  mms: 'msisdn',
  twitter: 'twitter_handle',
  xmpp: 'jabber_id',
  gtalk: 'jabber_id',
  gtalk_id: 'jabber_id',
  irc: 'irc_nickname',
  mxit: 'mxit_id',
  wechat: 'wechat_id',
  facebook: 'facebook_id',
  bbm: 'bbm_pin',
};

/** Where a contact has an address of a kind. */
const FIELDS: Readonly<Record<string, AddressField>> = {
  msisdn: 'msisdn',
  twitter_handle: 'twitter_handle',
  facebook_id: 'facebook_id',
  bbm_pin: 'bbm_pin',
  jabber_id: 'gtalk_id',
  mxit_id: 'mxit_id',
  wechat_id: 'wechat_id',
};

/** Of the user who sent a message; null when it names none. */
export function senderAddress(message: UserMessage): IdentityAddress | null {
  const { from_addr, from_addr_type, transport_type } = message;
  if (from_addr === null || from_addr === '') return null;
  return identityAddress(from_addr_type ?? transport_type ?? typeOf(from_addr), from_addr);
}

/** Of an address whose network says nothing. */
function typeOf(address: string): string {
  return readPhoneNumber(address) === null ? 'unknown' : 'msisdn';
}

/** An address in its normal form: a number is one with and without its plus and blanks, a handle in any case. */
export function identityAddress(type: string, address: string): IdentityAddress {
  const known = Object.hasOwn(TYPES, type) ? (TYPES[type] ?? type) : type;
  return { type: known, address: normalForm(known, address.trim()) };
}

function normalForm(type: string, address: string): string {
  switch (type) {
    case 'msisdn':
      return normaliseAddress('msisdn', address);
    case 'jabber_id':
      return normaliseAddress('gtalk_id', address).toLowerCase();
    case 'twitter_handle':
      return `@${address.replace(/^@+/, '').toLowerCase()}`;
    case 'irc_nickname':
      return address.toLowerCase();
    default:
      return address;
  }
}

/** The contact's field for addresses of this kind, and how it stands there; null when it has none. */
export function fieldOfAddress({
  type,
  address,
}: IdentityAddress): { readonly field: AddressField; readonly value: string } | null {
  const field = Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
  return field === undefined ? null : { field, value: address };
}

/** The kind of a contact's field. */
export function addressOfField(field: AddressField, value: string): IdentityAddress {
  return identityAddress(field, value);
}

/** The addresses that stand in a contact's own fields. */
export function contactAddresses(contact: Contact): IdentityAddress[] {
  return Object.values(FIELDS).flatMap((field) => {
    const value = contact[field];
    return value === null || value === '' ? [] : [addressOfField(field, value)];
  });
}

/** The person that a contact is, with the addresses that were linked to it beside its own. */
export function toIdentity(
  contact: Contact,
  linked: readonly IdentityAddress[],
  mergedIds: readonly string[],
): Identity {
  const byName = new Map(
    [...contactAddresses(contact), ...linked].map((each) => [
      nameOfAddress(each),
      { type: each.type, address: each.address },
    ]),
  );
  return {
    id: contact.key,
    addresses: [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address),
    merged_ids: [...mergedIds].sort(),
  };
}

export function nameOfAddress({ type, address }: IdentityAddress): string {
  return `${type}:${address}`;
}

/**
 * One contact of two that are the same person: what the first says counts, what it does not say is taken from the other.
 * Its addresses of which there is room for one stay with it as links.
 */
export function mergeContacts(
  contact: Contact,
  other: Contact,
): { merged: Contact; beside: IdentityAddress[] } {
  const own = Object.entries(contact).filter(([, value]) => value !== null);
  const merged: Contact = {
    ...other,
    ...Object.fromEntries(own),
    key: contact.key,
    groups: [...new Set([...contact.groups, ...other.groups])],
    extra: { ...other.extra, ...contact.extra },
    subscription: { ...other.subscription, ...contact.subscription },
  };
  const kept = new Set(contactAddresses(merged).map(nameOfAddress));
  return { merged, beside: contactAddresses(other).filter((each) => !kept.has(nameOfAddress(each))) };
}
