import type { ApiPorts } from '@vumi/api';
import { createUserMessage } from '@vumi/core';
import {
  createContentKeywordRouter,
  createEventRoutes,
  createSessions,
  stampOf,
  stopWish,
} from '@vumi/dispatch';
import type { Simulator } from '@vumi/transports/smpp/simulator';
import type { ApiRolePorts } from './api-role.ts';

/** What an account may see of the platform around it: how the transports of its own messages are, and no more. */
export async function transportsOfAccount(
  { catalog, heartbeat }: Pick<ApiRolePorts, 'catalog' | 'heartbeat'>,
  account: string,
): ReturnType<ApiPorts['transportsOf']> {
  const processes = await heartbeat.workers();
  const clients = [...catalog.smppClients()].filter((client) => client.account === account);
  const names = new Set([
    ...catalog.table().transportsOf(account),
    ...clients.flatMap(({ transport }) => (transport === null ? [] : [transport])),
  ]);
  return [...names].sort().map((name) => {
    const states = processes.flatMap(({ transports }) => transports.filter((one) => one.name === name));
    // Where several processes could run it, one does and the others wait.
    const state = states.find(({ status }) => status !== 'down') ?? states[0];
    return { name, type: catalog.transportType(name), status: state?.status ?? 'not running' };
  });
}

/**
 * Whose app would get what a simulated phone writes. Null: nobody's, or not the same account's over each transport that is
 * bound to the simulator.
 */
export async function ownerOfSimulated(
  { catalog, connectorOf, state, store }: ApiRolePorts,
  simulator: Pick<Simulator, 'port'>,
  fields: { readonly from_addr: string; readonly to_addr: string; readonly content: string },
): Promise<string | null> {
  // What nobody has a route for goes to no account.
  const router = createContentKeywordRouter(
    { fallbackApp: null },
    {
      table: () => catalog.table(),
      connectorOf,
      sessions: createSessions(state),
      eventRoutes: createEventRoutes(state),
    },
  );
  const bound = (await store.transports.list()).filter(
    ({ config }) => Number(config['port']) === simulator.port,
  );
  const owners = await Promise.all(
    bound.map(async ({ name }) => {
      const message = createUserMessage({ ...fields, transport_name: name, transport_type: 'sms' });
      const [target] = await router.inbound(message);
      const owner = target === undefined ? null : (stampOf(target.message)?.account ?? null);
      const others = [...catalog.table().accountsAt(message)].filter((account) => account !== owner);
      // STOP would be heard by everybody who shares the number.
      return stopWish(fields.content) !== null && others.length > 0 ? null : owner;
    }),
  );
  const [first = null] = owners;
  return owners.every((owner) => owner === first) ? first : null;
}
