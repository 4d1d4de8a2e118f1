import { deriveId, VumiError } from '@vumi/core';
import {
  fieldOfAddress,
  identityAddress,
  nameOfAddress,
  recordText,
  senderAddress,
  toIdentity,
  type Identity,
  type IdentityAddress,
} from '@vumi/records';
import { z } from 'zod';
import { createContact, currentContact, ownByAddress } from './contacts.ts';
import { defineCall } from './resource-call.ts';
import { leave, type TurnScope } from './turn-scope.ts';

const addressed = z
  .strictObject({
    type: z.string().regex(/^[a-z0-9_]{1,40}$/, 'lower-case letters, digits and "_"'),
    address: recordText(255).refine((text) => text.trim() !== '', 'an address is missing'),
  })
  .transform(({ type, address }) => identityAddress(type, address));

/** By what the user in hand is known. */
function userAddress({ origin }: TurnScope): IdentityAddress {
  const { message, schedule } = origin;
  const user = schedule?.user ?? null;
  const address =
    message === null ? (user === null ? null : identityAddress('msisdn', user)) : senderAddress(message);
  if (address !== null) return address;
  throw new VumiError('request.invalid', 'there is no user here: look for one by an address');
}

function has(identity: Identity, address: IdentityAddress): boolean {
  return identity.addresses.some((each) => nameOfAddress(each) === nameOfAddress(address));
}

/** Whose address it is, as this run sees it: what it did itself comes first. */
async function find(turn: TurnScope, address: IdentityAddress): Promise<Identity | null> {
  const { records, origin, effects } = turn;
  const own = [...effects.identities.values()];
  const changed = own.find((identity) => has(identity, address));
  if (changed !== undefined) return changed;
  const stored = await records.identity(origin.ref.account, address);
  if (stored === null || effects.contacts.get(stored.id) === null) return ofOwnContact(turn, address);
  // Of one that this run has changed only what it says of it now counts.
  return own.some(({ id, merged_ids }) => id === stored.id || merged_ids.includes(stored.id)) ? null : stored;
}

/** A contact that this run has made. */
function ofOwnContact(turn: TurnScope, address: IdentityAddress): Identity | null {
  const field = fieldOfAddress(address);
  const contact = field === null ? null : ownByAddress(turn, field);
  return contact === null ? null : toIdentity(contact, [], []);
}

/** The user in hand, who is a contact from now on. */
async function user(turn: TurnScope): Promise<Identity> {
  const address = userAddress(turn);
  const spare = turn.effects.nextId(turn.origin.id);
  const known = await find(turn, address);
  if (known !== null) return known;
  const field = fieldOfAddress(address);
  // As contacts.get_or_create makes it: two handlers that meet somebody at once make one contact.
  const [kind, value] = field === null ? [address.type, address.address] : [field.field, field.value];
  const shared = deriveId('contact', turn.origin.ref.account, kind, value);
  const isFree = (await currentContact(turn, shared)) === null;
  const made = ofOwnContact(turn, address);
  if (made !== null) return made;
  const id = isFree ? shared : spare;
  createContact(turn, id, field === null ? {} : { [field.field]: field.value });
  return changed(turn, { kind: 'identity.link', merge: true }, { id, addresses: [address], merged_ids: [] });
}

type Change =
  | { readonly kind: 'identity.link'; readonly merge: boolean }
  | { readonly kind: 'identity.unlink' };

/** Keeps what was done for the commit, and what has become of the person for the rest of this run. */
function changed(turn: TurnScope, change: Change, after: Identity, address = after.addresses[0]): Identity {
  if (address !== undefined) leave(turn, { ...change, id: after.id, ...address });
  turn.effects.identities.set(after.id, after);
  return after;
}

/** Who a user is, whatever network he comes by. */
export const IDENTITY_CALLS = {
  'identity.get': defineCall(z.strictObject({}), async (_args, turn) => ({ identity: await user(turn) })),

  'identity.find': defineCall(addressed, async (address, turn) => ({
    identity: await find(turn, address),
  })),

  'identity.link': defineCall(addressed, async (address, turn) => {
    const known = await user(turn);
    const other = await find(turn, address);
    // Read again: another call of this run may have changed it while this one waited.
    const before = turn.effects.identities.get(known.id) ?? known;
    if (has(before, address)) return { identity: before };
    const others = other === null ? [] : other.addresses;
    const after: Identity = {
      id: before.id,
      addresses: [...before.addresses, ...(other === null ? [address] : others)],
      merged_ids: other === null ? before.merged_ids : [...before.merged_ids, other.id, ...other.merged_ids],
    };
    if (other !== null) turn.effects.identities.delete(other.id);
    return { identity: changed(turn, { kind: 'identity.link', merge: true }, after, address) };
  }),

  'identity.unlink': defineCall(addressed, async (address, turn) => {
    const known = await user(turn);
    const before = turn.effects.identities.get(known.id) ?? known;
    const name = nameOfAddress(address);
    const addresses = before.addresses.filter((each) => nameOfAddress(each) !== name);
    return { identity: changed(turn, { kind: 'identity.unlink' }, { ...before, addresses }, address) };
  }),
} as const;
