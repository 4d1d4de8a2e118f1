import type { AccountTransport } from '../ports.ts';
import type { StatusPorts } from './ports.ts';

/** What an account may see of the platform around it: how the transports of its own messages are, and no more. */
export async function transportsOfAccount(
  { catalog, processes: list }: Pick<StatusPorts, 'catalog' | 'processes'>,
  account: string,
): Promise<AccountTransport[]> {
  const processes = await list();
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
