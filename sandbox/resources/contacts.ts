import { deriveId, VumiError } from '@vumi/core';
import {
  contactAddress,
  EMPTY_CONTACT,
  foldContact,
  matchCost,
  parseContactQuery,
  recordKey,
  recordMatches,
  recordText,
  type Contact,
  type ContactEffect,
  type ContactQuery,
} from '@vumi/records';
import { z } from 'zod';
import { contactChange, contactFields } from './contact-input.ts';
import { defineCall } from './resource-call.ts';
import type { TurnScope } from './turn-scope.ts';

/** Keys that one search gives at most. */
const MAX_KEYS = 10_000;
/** Delivery classes of networks whose messages name none. */
const CLASSES: Readonly<Record<string, string>> = {
  sms: 'sms',
  ussd: 'ussd',
  voice: 'voice',
  xmpp: 'gtalk',
  twitter: 'twitter',
  mxit: 'mxit',
  wechat: 'wechat',
};

type Address = NonNullable<ReturnType<typeof contactAddress>>;

const addressed = z.strictObject({
  /** Absent: that of the message in hand. */
  delivery_class: z.string().max(64).optional(),
  addr: recordText(255).refine((addr) => addr !== '', 'an address is missing'),
});
const keyed = z.strictObject({ key: recordKey });
const texts = z.record(recordText(100), recordText(4096));

function addressOf({ origin }: TurnScope, { delivery_class, addr }: z.infer<typeof addressed>): Address {
  const { message } = origin;
  const known = message?.helper_metadata['delivery_class'] ?? CLASSES[message?.transport_type ?? ''] ?? 'sms';
  const deliveryClass = delivery_class ?? (typeof known === 'string' ? known : 'sms');
  const address = contactAddress(deliveryClass, addr);
  if (address !== null) return address;
  throw new VumiError('request.invalid', `Unsupported transport_type '${deliveryClass}'`);
}

function notFound(text = 'Contact not found'): VumiError {
  return new VumiError('not_found', text);
}

/** The contact as this run sees it: what it did itself comes first. */
export async function currentContact(
  { records, origin, effects }: TurnScope,
  key: string,
): Promise<Contact | null> {
  if (!effects.contacts.has(key)) {
    const stored = await records.contact(origin.ref.account, key);
    if (!effects.contacts.has(key)) return stored;
  }
  return effects.contacts.get(key) ?? null;
}

async function required(turn: TurnScope, key: string): Promise<Contact> {
  const contact = await currentContact(turn, key);
  if (contact === null) throw notFound(`Contact with key '${key}' not found.`);
  return contact;
}

async function byAddress(turn: TurnScope, address: Address): Promise<Contact | null> {
  const { records, origin, effects } = turn;
  const stored = await records.contactByAddress(origin.ref.account, address, [...effects.contacts.keys()]);
  const own = ownByAddress(turn, address);
  if (stored === null || effects.contacts.has(stored.key)) return own;
  return own !== null && own.created_at >= stored.created_at ? own : stored;
}

/** The newest that this run has touched. */
export function ownByAddress({ effects }: TurnScope, { field, value }: Address): Contact | null {
  let newest: Contact | null = null;
  for (const contact of effects.contacts.values()) {
    if (contact?.[field] !== value) continue;
    if (newest === null || contact.created_at > newest.created_at) newest = contact;
  }
  return newest;
}

function change(turn: TurnScope, before: Contact | null, effect: ContactEffect): Contact | null {
  return turn.effects.change(turn, before, effect);
}

/** An existing contact with a change; the reply of all calls that change one. */
async function changed(
  turn: TurnScope,
  key: string,
  effect: ContactEffect,
): Promise<{ contact: Contact | null }> {
  await required(turn, key);
  // Read again: another call of this run may have changed it while this one waited.
  const before = turn.effects.contacts.get(key) ?? (await required(turn, key));
  return { contact: change(turn, before, effect) };
}

export function createContact(turn: TurnScope, key: string, fields: Partial<Contact>): Contact | null {
  const { account } = turn.origin.ref;
  const created_at = new Date(turn.now).toISOString();
  const contact = { ...EMPTY_CONTACT, ...fields, key, account, created_at };
  return change(turn, turn.effects.contacts.get(key) ?? null, { kind: 'contact.create', contact });
}

/** How many contacts a query means, as this run sees them. */
export async function countMatching(turn: TurnScope, query: ContactQuery): Promise<number> {
  const { records, origin, effects } = turn;
  const except = [...effects.contacts.keys()];
  const own = ownMatches(turn, query).length;
  return own + (await records.countContacts(origin.ref.account, { query, except }));
}

function ownMatches({ effects }: TurnScope, query: ContactQuery): string[] {
  const keys: string[] = [];
  for (const [key, contact] of effects.contacts) {
    if (contact === null) continue;
    const folded = foldContact(contact);
    effects.compare(matchCost(query, folded));
    if (recordMatches(query, folded, contact.groups)) keys.push(key);
  }
  return keys;
}

/** Spec sandbox-api §2, `contacts.*`; `delete` is ours. */
export const CONTACT_CALLS = {
  'contacts.get': defineCall(addressed, async (args, turn) => {
    const contact = await byAddress(turn, addressOf(turn, args));
    if (contact === null) throw notFound();
    return { contact };
  }),

  'contacts.get_or_create': defineCall(addressed, async (args, turn) => {
    const address = addressOf(turn, args);
    const { account } = turn.origin.ref;
    const key = turn.effects.nextId(turn.origin.id);
    const known = await byAddress(turn, address);
    if (known !== null) return { contact: known, created: false };
    // Two messages that come from a new address at once make one contact, as long as its key is not taken.
    const shared = deriveId('contact', account, address.field, address.value);
    const isFree = (await currentContact(turn, shared)) === null;
    // Another call of this run may have made it meanwhile.
    const own = ownByAddress(turn, address);
    if (own !== null) return { contact: own, created: false };
    return {
      contact: createContact(turn, isFree ? shared : key, { [address.field]: address.value }),
      created: true,
    };
  }),

  'contacts.get_by_key': defineCall(keyed, async ({ key }, turn) => ({ contact: await required(turn, key) })),

  'contacts.new': defineCall(z.strictObject({ contact: contactFields }), ({ contact }, turn) => ({
    contact: createContact(turn, turn.effects.nextId(turn.origin.id), contact),
  })),

  'contacts.save': defineCall(
    z.strictObject({ contact: z.looseObject({ key: recordKey }) }),
    async ({ contact }, turn) => {
      const fields = parseFields(contact);
      return changed(turn, contact.key, { kind: 'contact.save', key: contact.key, fields });
    },
  ),

  'contacts.update': defineCall(keyed.extend({ fields: contactChange }), ({ key, fields }, turn) =>
    changed(turn, key, { kind: 'contact.update', key, fields }),
  ),

  'contacts.update_extras': defineCall(keyed.extend({ fields: texts }), ({ key, fields }, turn) =>
    changed(turn, key, { kind: 'contact.merge', key, extra: fields }),
  ),

  'contacts.update_subscriptions': defineCall(keyed.extend({ fields: texts }), ({ key, fields }, turn) =>
    changed(turn, key, { kind: 'contact.merge', key, subscription: fields }),
  ),

  'contacts.search': defineCall(
    z.strictObject({
      query: z.string(),
      max_keys: z.int().nonnegative("Value for parameter 'max_keys' is invalid").default(MAX_KEYS),
    }),
    async ({ query: text, max_keys }, turn) => {
      const query = parseContactQuery(text);
      const limit = Math.min(max_keys, MAX_KEYS);
      const except = [...turn.effects.contacts.keys()];
      const own = ownMatches(turn, query);
      const stored = await turn.records.findContacts(turn.origin.ref.account, { query, except }, limit);
      return { keys: [...stored, ...own].sort().slice(0, limit) };
    },
  ),

  'contacts.delete': defineCall(keyed, async ({ key }, turn) => {
    const contact = await required(turn, key);
    turn.effects.read(JSON.stringify(contact).length, turn.app.limits.read_bytes);
    await changed(turn, key, { kind: 'contact.delete', key });
  }),
} as const;

function parseFields(contact: unknown) {
  const parsed = contactFields.safeParse(contact);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new VumiError('request.invalid', `contact.${issue?.path.join('.')}: ${issue?.message}`);
}
