import type { OwnerFigures } from '@vumi/measures';
import type { Figures, FiguresOfTransport, PlatformVitals } from '../ports.ts';
import type { StatusPorts } from './ports.ts';
import { platformVitals } from './vitals.ts';

/** What goes through the platform and what waits, added up over its processes. Rejects while a server does not answer. */
export async function platformFigures(ports: StatusPorts): Promise<Figures> {
  const [{ processes, queues }, backlog] = await Promise.all([platformVitals(ports), ports.store.backlog()]);
  return {
    at: new Date(ports.clock()).toISOString(),
    processes: processes.map(({ worker_id: name, roles, started_at, overload, probe, sandbox }) => ({
      name,
      roles,
      started_at,
      probe,
      overloaded: overload.overloaded,
      lost_share: overload.lost_share,
      runners: sandbox?.runners.length ?? 0,
      turns: sandbox?.turns ?? 0,
    })),
    transports: transportsOf(processes),
    owners: ownersOf(processes),
    queues,
    backlog,
  };
}

type Processes = PlatformVitals['processes'];

const OF_MESSAGES = ['received', 'sent', 'ack', 'nack', 'delivered', 'failed'] as const;
const OF_OWNERS = [...OF_MESSAGES, 'runs', 'cpu_seconds'] as const;

/** Each once: where several processes may run it one does, and what the others have counted in their time counts, too. */
function transportsOf(processes: Processes): FiguresOfTransport[] {
  const all = processes.flatMap(({ transports }) => transports);
  const names = [...new Set(all.map(({ name }) => name))].toSorted((a, b) => a.localeCompare(b));
  return names.map((name) => transportOf(name, processes));
}

function transportOf(name: string, processes: Processes): FiguresOfTransport {
  const states = processes.flatMap(({ transports }) => transports.filter((one) => one.name === name));
  const state = states.find(({ status }) => status !== 'down') ?? states[0];
  const counts = processes.flatMap(({ figures }) => figures?.transports[name] ?? []);
  return {
    name,
    type: state?.type ?? '',
    status: state?.status ?? 'down',
    message: state?.message ?? '',
    gauges: state?.gauges ?? {},
    ...summed(OF_MESSAGES, counts),
  };
}

function ownersOf(processes: Processes): OwnerFigures[] {
  const all = processes.flatMap(({ figures }) => figures?.owners ?? []);
  const groups = Map.groupBy(all, ({ account, app }) => `${account}/${app}`);
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { account, app } = first;
    return [{ account, app, ...summed(OF_OWNERS, same) }];
  });
}

function summed<K extends string>(
  names: readonly K[],
  all: readonly Readonly<Record<K, number>>[],
): Record<K, number> {
  const sums = names.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)] as const);
  return Object.fromEntries(sums) as Record<K, number>;
}
