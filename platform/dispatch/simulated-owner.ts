import { createUserMessage, DEFAULT_ENDPOINT, stampOf, type AppRef, type KeyedState } from '@vumi/core';
import type { Store } from '@vumi/store';
import type { Catalog } from './catalog.ts';
import { SESSION_PREFIX } from './platform-dispatcher.ts';
import { createRouteTableRouter, type Holder } from './route-table-router.ts';
import { createSessions } from './sessions.ts';
import { stopWish } from '@vumi/records';

export interface SimulatedOwnerPorts {
  readonly catalog: Pick<Catalog, 'table'>;
  readonly connectorOf: (ref: AppRef) => string;
  readonly state: KeyedState;
  readonly store: Pick<Store, 'transports'>;
}

/**
 * Whose app would get what a simulated phone writes. Null: nobody's, or not the same account's over each transport that is
 * bound to the simulator.
 */
export async function ownerOfSimulated(
  { catalog, connectorOf, state, store }: SimulatedOwnerPorts,
  simulator: { readonly port: number },
  fields: { readonly from_addr: string; readonly to_addr: string; readonly content: string },
): Promise<string | null> {
  // What nobody has a route for goes to no account.
  const sessions = createSessions<Holder>(state, { prefix: SESSION_PREFIX });
  const router = createRouteTableRouter(
    { fallbackApp: null },
    { table: () => catalog.table(), connectorOf, sessions, isUp: () => true },
  );
  const bound = (await store.transports.list()).filter(
    ({ config }) => Number(config['port']) === simulator.port,
  );
  const owners = await Promise.all(
    bound.map(async ({ name }) => {
      const message = createUserMessage({ ...fields, transport_name: name, transport_type: 'sms' });
      const [target] = await router.inbound(message, { connector: name, endpoint: DEFAULT_ENDPOINT });
      const owner = target === undefined ? null : (stampOf(target.message)?.account ?? null);
      const others = [...catalog.table().accountsAt(message)].filter((account) => account !== owner);
      // STOP would be heard by everybody who shares the number.
      return stopWish(fields.content) !== null && others.length > 0 ? null : owner;
    }),
  );
  const [first = null] = owners;
  return owners.every((owner) => owner === first) ? first : null;
}
