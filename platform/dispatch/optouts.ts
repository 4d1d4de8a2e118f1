import { VumiError, type Stamp, type UserMessage } from '@vumi/core';
import { normaliseAddress, wishEffect, type StopWish } from '@vumi/records';
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
  message: UserMessage,
  wish: StopWish,
): Promise<void> {
  const marker = `stop/${account}/${message.message_id}`;
  const [failure] = await effects.apply({ marker, account, app: '', effects: [wishEffect(message, wish)] });
  if (failure !== undefined)
    throw new VumiError('internal', `an opt-out could not be stored: ${failure.reason}`);
}
