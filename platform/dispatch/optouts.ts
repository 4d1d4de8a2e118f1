import { timestampToIso, VumiError, type Stamp, type UserMessage } from '@vumi/core';
import { normaliseAddress, type StoreEffect } from '@vumi/records';
import type { Store } from '@vumi/store';
import type { Catalog } from './catalog.ts';

/**
 * Whether the account heeds opt-outs, and the person has opted out of its messages. Apps of Vumi Go see to that
 * themselves; who sends in their name through the API does not.
 */
export async function isOptedOut(
  { catalog, store }: { readonly catalog: Pick<Catalog, 'table'>; readonly store: Pick<Store, 'optouts'> },
  { account, app, sender }: Stamp,
  { address, byApp }: { readonly address: string; readonly byApp: boolean },
): Promise<boolean> {
  const table = catalog.table();
  if (!table.respectsOptouts(account)) return false;
  if (byApp && app !== null && sender === undefined && table.isClassic({ account, app })) return false;
  return store.optouts.includes(account, 'msisdn', normaliseAddress('msisdn', address));
}

/** A message that comes again notes it once, also when its writer has changed his mind since. */
export async function noteStop(
  effects: Pick<Store['effects'], 'apply'>,
  account: string,
  { message_id, from_addr, timestamp }: UserMessage,
  wish: 'stop' | 'start',
): Promise<void> {
  const address = { address_type: 'msisdn', address_value: normaliseAddress('msisdn', from_addr ?? '') };
  const effect: StoreEffect =
    wish === 'start'
      ? { kind: 'optout.delete', ...address }
      : { kind: 'optout.put', ...address, message_id, created_at: timestampToIso(timestamp) };
  const marker = `stop/${account}/${message_id}`;
  const [failure] = await effects.apply({ marker, account, app: '', effects: [effect] });
  if (failure !== undefined)
    throw new VumiError('internal', `an opt-out could not be stored: ${failure.reason}`);
}
