import { stampMessage, stampOf, VumiError, type Middleware, type Stamp, type UserMessage } from '@vumi/core';
import type { RouteTable } from '../route-table.ts';

/**
 * Says whose the messages are that come from a connector to which routes lead: the account's whose routes these are. Of
 * several accounts it is the one that the message names, as an answer does; it cannot name another.
 */
export function createConnectorOwner(table: () => RouteTable): Middleware {
  return async (transit, next) => {
    if (transit.flow !== 'outbound' || transit.stage !== 'consume') return next(transit);
    const accounts = table().accountsOf(transit.connector);
    if (accounts === null) return next(transit);
    const owner = ownerOf(transit.message, transit.connector, accounts);
    return next({ ...transit, message: stampMessage(transit.message, owner) });
  };
}

function ownerOf(message: UserMessage, connector: string, accounts: ReadonlySet<string>): Stamp {
  const named = stampOf(message)?.account ?? null;
  const [only, ...others] = accounts;
  const account = named ?? (others.length === 0 ? only : undefined);
  if (account !== undefined && accounts.has(account)) return { account, app: null, connector };
  const text =
    named === null
      ? `connector "${connector}" has routes of several accounts: a message that answers nothing must name its account in helper_metadata.vumi`
      : `account "${named}" has no route to connector "${connector}"`;
  throw new VumiError('route.none', text);
}
