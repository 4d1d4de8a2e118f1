import { nextGeneration, VumiError } from '@vumi/core';
import {
  normaliseAddress,
  recordText,
  stoppedEntry,
  type Optout,
  type OptoutEffect,
  type StoreEffect,
} from '@vumi/records';
import { z } from 'zod';
import { defineCall } from './resource-call.ts';
import { leave, type TurnScope } from './turn-scope.ts';

const required = (field: string) =>
  recordText(255).refine((text) => text !== '', `Invalid value "" for "${field}"`);
const addressFields = { address_type: required('address_type'), address_value: required('address_value') };
const addressed = z.strictObject(addressFields).transform(normalise);

interface Address {
  readonly address_type: string;
  readonly address_value: string;
  /** As it was given, where that is another form: by it the app knows its user. */
  readonly user?: string;
}

/** One number has one form, however it is written. */
function normalise<T extends Address>(given: T): T & Address {
  if (given.address_type !== 'msisdn') return given;
  const { address_value: user } = given;
  const address_value = normaliseAddress('msisdn', user);
  return { ...given, address_value, ...(user !== address_value && { user }) };
}

/** Whoever opts people out and in again by handlers that are told of it goes round in circles: they are counted. */
function chainOf({ origin }: TurnScope): Pick<OptoutEffect, 'chain'> {
  return origin.chain === undefined ? {} : { chain: nextGeneration(origin.chain) };
}

function isAbout(address: Address, effect: StoreEffect): boolean {
  return (
    (effect.kind === 'optout.put' || effect.kind === 'optout.delete') &&
    effect.address_type === address.address_type &&
    effect.address_value === address.address_value
  );
}

/** The opt-out as it was when this run first asked: a count asks for each address that the run has changed. */
function storedOptout({ records, origin, effects }: TurnScope, address: Address): Promise<Optout | null> {
  const name = nameOf(address);
  const known = effects.optouts.get(name);
  if (known !== undefined) return known;
  const asked = records.optout(origin.ref.account, address.address_type, address.address_value);
  effects.optouts.set(name, asked);
  return asked;
}

function nameOf({ address_type, address_value }: Address): string {
  return JSON.stringify([address_type, address_value]);
}

/** The opt-out as this run sees it. */
async function current(turn: TurnScope, address: Address): Promise<Optout | null> {
  const { effects } = turn;
  const own = (): StoreEffect | undefined => effects.store.findLast((effect) => isAbout(address, effect));
  const stored = own() === undefined ? await storedOptout(turn, address) : null;
  const effect = own();
  if (effect === undefined) return stored;
  return effect.kind === 'optout.put' ? effect : null;
}

/** Vumi Go allowed it to accounts that had asked for it. Here all may who were not told otherwise: apps were written for it. */
function checkAllowed({ app }: TurnScope): void {
  if (app.settings.can_manage_optouts === false)
    throw new VumiError('auth.forbidden', 'Account not allowed to manage optouts.');
}

function status(optout: Optout | null): object {
  if (optout === null) return { opted_out: false };
  return { opted_out: true, created_at: optout.created_at, message_id: optout.message_id };
}

/** Spec sandbox-api §2, `optout.*`. */
export const OPTOUT_CALLS = {
  'optout.status': defineCall(addressed, async (address, turn) => {
    checkAllowed(turn);
    return status(await current(turn, address));
  }),

  'optout.optout': defineCall(
    // Without an id it is the message in hand by which the user opts out.
    z.strictObject({ ...addressFields, message_id: required('message_id').optional() }).transform(normalise),
    ({ message_id, ...address }, turn) => {
      checkAllowed(turn);
      const created_at = new Date(turn.now).toISOString();
      const optout = { ...address, message_id: message_id ?? turn.origin.id, created_at };
      leave(turn, { kind: 'optout.put', ...optout, ...chainOf(turn) });
      if (address.address_type === 'msisdn') noteStopped(turn, address.address_value);
      return status(optout);
    },
  ),

  'optout.cancel_optout': defineCall(addressed, (address, turn) => {
    checkAllowed(turn);
    leave(turn, { kind: 'optout.delete', ...address, message_id: turn.origin.id, ...chainOf(turn) });
    return status(null);
  }),

  'optout.count': defineCall(z.strictObject({}), async (_args, turn) => ({ count: await count(turn) })),
} as const;

/** For what ends with that, such as links to pages. */
function noteStopped({ effects, origin, now }: TurnScope, address: string): void {
  const { key, ...entry } = stoppedEntry(origin.ref.account, address, now);
  effects.writes.set(key, { op: 'set', key, ...entry });
}

async function count(turn: TurnScope): Promise<number> {
  const { records, origin, effects } = turn;
  const { account } = origin.ref;
  const touched = new Map<string, Address>();
  for (const effect of effects.store) {
    if (effect.kind === 'optout.put' || effect.kind === 'optout.delete') touched.set(nameOf(effect), effect);
  }
  const differences = [...touched.values()].map(async (address) => {
    const before = await storedOptout(turn, address);
    return Number((await current(turn, address)) !== null) - Number(before !== null);
  });
  const [stored, ...changes] = await Promise.all([records.countOptouts(account), ...differences]);
  return changes.reduce((sum, difference) => sum + difference, stored);
}
